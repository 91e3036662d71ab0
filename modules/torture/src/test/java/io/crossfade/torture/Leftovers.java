package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import io.crossfade.wire.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What must be left, and what must not, when no job runs any more. */
final class Leftovers {

  private Leftovers() {}

  /** Exactly the one slot of the migration, which nobody holds. */
  static List<String> slots(Database source) {
    List<String> slots =
        source.query("SELECT slot_name, database, active FROM pg_replication_slots");
    String wanted = "crossfade_" + JobRun.MIGRATION + "|" + source.name() + "|f";
    return slots.equals(List.of(wanted))
        ? List.of()
        : List.of("replication slots are " + slots + ", and should be " + wanted);
  }

  /** No session of a job. */
  static List<String> sessions(Database database) {
    return database.query(
        "SELECT 'a session is left: ' || application_name || ', ' || coalesce(state, '')"
            + " || ', pid ' || pid || ', ' || left(query, 100) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'crossfade%' OR application_name LIKE 'Debezium%'");
  }

  /** No process whose command line names that directory. */
  static List<String> processes(String directory) {
    return ProcessHandle.allProcesses()
        .filter(
            process -> process.info().commandLine().filter(c -> c.contains(directory)).isPresent())
        .map(process -> "a process is left: " + process.pid() + " " + process.info().commandLine())
        .toList();
  }

  /** Where a partition stands. */
  record Place(
      String topic, int partition, long prev, long cur, long highest, String owner, String group) {}

  /**
   * After a clean end the target, the group and the topics agree to the record.
   *
   * @param committed of Kafka's group
   * @param ends of the topics, behind all that is committed
   */
  static List<String> disagreements(
      List<Place> places, Map<TopicPartition, Long> committed, Map<TopicPartition, Long> ends) {
    List<String> problems = new ArrayList<>();
    for (Place place : places) {
      TopicPartition partition = new TopicPartition(place.topic(), place.partition());
      Optional<Long> kafka = Optional.ofNullable(committed.get(partition));
      Optional<Long> end = Optional.ofNullable(ends.get(partition));
      if (place.prev() != place.cur()
          || place.cur() < place.highest()
          || kafka.isPresent() && kafka.get() != place.cur()
          || kafka.isEmpty() && place.cur() != 0
          || end.isEmpty()
          || place.cur() > end.get()
          || !place.owner().isEmpty()) {
        problems.add(
            "progress: " + place + ", Kafka's group at " + kafka + ", the topic ends at " + end);
      }
    }
    return problems;
  }

  static List<String> progress(Stage stage)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<Place> places = new ArrayList<>();
    for (String row :
        stage.target.query(
            "SELECT topic, part, prev, cur, highest, owner, consumer_group"
                + " FROM crossfade.progress")) {
      String[] c = row.split("\\|", -1);
      places.add(
          new Place(
              c[0],
              Integer.parseInt(c[1]),
              Long.parseLong(c[2]),
              Long.parseLong(c[3]),
              Long.parseLong(c[4]),
              c[5],
              c[6]));
    }
    Map<TopicPartition, Long> committed = new HashMap<>();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(stage.kafka())) {
      String group = new Names(JobRun.MIGRATION).applyGroup();
      for (Map.Entry<TopicPartition, OffsetAndMetadata> offset :
          get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).entrySet()) {
        committed.put(offset.getKey(), offset.getValue().offset());
      }
      places.forEach(
          p -> asked.put(new TopicPartition(p.topic(), p.partition()), OffsetSpec.latest()));
      get(admin.listOffsets(asked).all()).forEach((p, end) -> ends.put(p, end.offset()));
    }
    if (places.size() != 3 * Schema.TABLES.size()) {
      return List.of("progress has rows of " + places.size() + " partitions: " + places);
    }
    return disagreements(places, committed, ends);
  }

  private static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(30, TimeUnit.SECONDS);
  }
}
