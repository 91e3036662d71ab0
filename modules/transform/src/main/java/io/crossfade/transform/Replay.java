package io.crossfade.transform;

import io.crossfade.core.table.TableId;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.target.TopicIdentity;
import io.crossfade.wire.Names;
import io.crossfade.wire.ReservedKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * Has records that were applied applied again: sets the group back, so that the next start reads
 * the raw topics from there and writes what it reads. Each raw topic holds for every key a history
 * that ends with the row as the source has it, so whatever is read again ends where it was, or,
 * with another SELECT, where that SELECT says.
 *
 * <p>Only while no instance runs.
 */
public final class Replay implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Map<String, String> kafka;
  private final String group;
  private final List<InputTopic> topics;
  private final Admin admin;
  private final Cluster cluster;
  private final Rewinds rewinds;

  /**
   * Opens nothing but a client.
   *
   * @param kafka properties for every Kafka client
   * @param mappings all of the migration
   */
  public Replay(
      Map<String, String> kafka, Names names, List<Mapping> mappings, TargetDatabase target) {
    this.kafka = Map.copyOf(kafka);
    this.group = names.applyGroup();
    this.topics = FlowTopics.of(names, mappings).raw();
    this.admin = Admin.create(new HashMap<String, Object>(kafka));
    this.cluster = new Cluster(admin);
    this.rewinds =
        new Rewinds(cluster, target, group, topics.stream().map(InputTopic::name).toList());
  }

  /** Where a replay begins. */
  public sealed interface From {

    /** With the first record that there is. */
    record Start() implements From {}

    /** With the first record that was published at that time or later. */
    record Time(Instant time) implements From {
      public Time {
        Objects.requireNonNull(time, "time");
      }
    }

    /** With these offsets; partitions that are not named stay where they are. */
    record Offsets(Map<TopicPartition, Long> offsets) implements From {
      public Offsets {
        offsets = Map.copyOf(offsets);
      }
    }
  }

  /**
   * One partition's way back.
   *
   * @param partition of a raw topic
   * @param tables the new tables that it feeds
   * @param from the offset of the first record that is applied again
   * @param to the offset behind the last one
   * @param records how many there are in between, those without a row not counted
   */
  public record Step(
      TopicPartition partition, List<TableId> tables, long from, long to, long records) {

    public Step {
      tables = List.copyOf(tables);
    }
  }

  /** Whether an instance is in the group; one that was killed is missed after ten seconds. */
  public boolean running() {
    return cluster.hasMembers(group);
  }

  /** The raw topic that feeds a new table. */
  public String topicOf(TableId table) {
    return topics.stream()
        .filter(topic -> feeds(topic).contains(table))
        .findFirst()
        .map(InputTopic::name)
        .orElseThrow(() -> new IllegalArgumentException("no mapping into " + table));
  }

  /**
   * What would be applied again. Reads all of it, to count. A raw topic is replayed for all tables
   * that it feeds.
   *
   * @param tables new tables; all where none is named
   * @return one for each partition that goes back; none for those that were not applied so far
   * @throws IllegalArgumentException where an offset is of a partition that is none of theirs
   */
  public List<Step> plan(Set<TableId> tables, From from) {
    Map<TopicPartition, InputTopic> partitions = partitions(tables);
    Map<TopicPartition, Long> begin = begin(partitions.keySet(), from);
    Map<TopicPartition, Long> committed = rewinds.offsets();
    Map<TopicPartition, Long> to = new TreeMap<>(Replay::compare);
    begin.forEach(
        (partition, offset) -> {
          if (offset < committed.getOrDefault(partition, 0L)) {
            to.put(partition, committed.get(partition));
          }
        });
    Map<TopicPartition, Long> records = count(begin, to);
    List<Step> steps = new ArrayList<>();
    to.forEach(
        (partition, end) ->
            steps.add(
                new Step(
                    partition,
                    feeds(partitions.get(partition)),
                    begin.get(partition),
                    end,
                    records.get(partition))));
    return steps;
  }

  /**
   * Sets the group back. May be repeated.
   *
   * @param metadata stands beside the offsets in Kafka until the next commit
   */
  public void begin(List<Step> steps, String metadata) {
    Map<TopicPartition, Long> back = new HashMap<>();
    steps.forEach(step -> back.put(step.partition(), step.from()));
    rewinds.back(back, metadata);
  }

  private Map<TopicPartition, InputTopic> partitions(Set<TableId> tables) {
    Map<String, InputTopic> wanted = new HashMap<>();
    for (InputTopic topic : topics) {
      if (tables.isEmpty() || feeds(topic).stream().anyMatch(tables::contains)) {
        wanted.put(topic.name(), topic);
      }
    }
    Map<String, TopicIdentity> identities = cluster.topics(wanted.keySet());
    Map<TopicPartition, InputTopic> partitions = new HashMap<>();
    wanted.forEach(
        (name, topic) -> {
          for (int i = 0; i < identities.get(name).partitions(); i++) {
            partitions.put(new TopicPartition(name, i), topic);
          }
        });
    return partitions;
  }

  private Map<TopicPartition, Long> begin(Collection<TopicPartition> partitions, From from) {
    if (from instanceof From.Time time) {
      return cluster.since(partitions, time.time());
    }
    Map<TopicPartition, Long> beginnings = cluster.beginnings(partitions);
    if (from instanceof From.Offsets offsets) {
      Map<TopicPartition, Long> named = new HashMap<>();
      offsets
          .offsets()
          .forEach(
              (partition, offset) -> {
                Long first = beginnings.get(partition);
                if (first == null) {
                  throw new IllegalArgumentException(
                      partition + " is none of the raw topics' partitions");
                }
                named.put(partition, Math.max(first, offset));
              });
      return named;
    }
    return beginnings;
  }

  /** A partition at a time, and without a copy of the values: rows may have 32 MiB each. */
  private Map<TopicPartition, Long> count(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], ByteBuffer> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteBufferDeserializer())) {
      to.forEach(
          (partition, end) -> {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from.get(partition));
            long count = 0;
            while (consumer.position(partition) < end) {
              for (ConsumerRecord<byte[], ByteBuffer> record : consumer.poll(POLL)) {
                if (record.offset() < end && !ReservedKey.is(record.key())) {
                  count++;
                }
              }
            }
            records.put(partition, count);
          });
    }
    return records;
  }

  private static List<TableId> feeds(InputTopic topic) {
    return Stream.concat(
            topic.tables().stream(), topic.contributing().stream().map(Contributing::table))
        .map(table -> table.target().id())
        .distinct()
        .toList();
  }

  private static int compare(TopicPartition a, TopicPartition b) {
    int order = a.topic().compareTo(b.topic());
    return order != 0 ? order : Integer.compare(a.partition(), b.partition());
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
