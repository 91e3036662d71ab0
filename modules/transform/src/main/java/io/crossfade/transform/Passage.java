package io.crossfade.transform;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Barriers on their way through a flow. For one thread.
 *
 * <p>First all raw topics. When the group has committed what stands before the barriers there, what
 * came of it stands in the topics where rows meet next, for it is written in the same transactions.
 * So where these end then is where the group has to be; and so on, to the last ones. It may never
 * say so: behind their last record stand the ends of transactions, and of a partition without
 * records nothing is committed. So it is looked whether there is a record between the two.
 */
public final class Passage {

  private static final Duration LOOK = Duration.ofMillis(500);

  private final Map<String, String> kafka;
  private final Cluster cluster;
  private final String group;
  private final Map<TopicPartition, Long> barriers;
  private final Deque<Supplier<Collection<TopicPartition>>> meetings;
  private final BooleanSupplier nothingIsParked;

  /** Where the group has to be in the topics that it is followed through now. */
  private Map<TopicPartition, Long> ends = Map.of();

  private boolean rawTopicsArePassed;

  /**
   * @param barriers offsets in raw topics
   * @param meetings the partitions of the topics where rows meet, one set after the other
   */
  Passage(
      Map<String, String> kafka,
      Cluster cluster,
      String group,
      Map<TopicPartition, Long> barriers,
      List<Supplier<Collection<TopicPartition>>> meetings,
      BooleanSupplier nothingIsParked) {
    this.kafka = kafka;
    this.cluster = cluster;
    this.group = group;
    this.barriers = barriers;
    this.meetings = new ArrayDeque<>(meetings);
    this.nothingIsParked = nothingIsParked;
  }

  /**
   * Whether they have been passed, everywhere. Blocks on Kafka and on the target.
   *
   * <p>Offsets first: a row that waits was made to wait by a record below the group's offset, so
   * where none waits after that, none before the barriers is missing.
   */
  public boolean isOver() {
    if (!rawTopicsArePassed) {
      Map<TopicPartition, Long> committed = cluster.committed(group);
      if (!barriers.entrySet().stream()
          .allMatch(b -> committed.getOrDefault(b.getKey(), 0L) > b.getValue())) {
        return false;
      }
      rawTopicsArePassed = true;
    }
    while (haveMet(ends)) {
      if (meetings.isEmpty()) {
        return nothingIsParked.getAsBoolean();
      }
      ends = ends(meetings.remove().get());
    }
    return false;
  }

  private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    return partitions.isEmpty()
        ? Map.of()
        : new HashMap<>(cluster.ends(partitions, IsolationLevel.READ_UNCOMMITTED));
  }

  /** Those that are reached are not asked for again. */
  private boolean haveMet(Map<TopicPartition, Long> left) {
    if (left.isEmpty()) {
      return true;
    }
    Map<TopicPartition, Long> committed = cluster.committed(group);
    left.entrySet().removeIf(end -> committed.getOrDefault(end.getKey(), 0L) >= end.getValue());
    if (!left.isEmpty()) {
      withoutRecords(committed, left);
    }
    return left.isEmpty();
  }

  private void withoutRecords(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> left) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(left.keySet());
      left.keySet().forEach(p -> consumer.seek(p, committed.getOrDefault(p, 0L)));
      long until = System.nanoTime() + LOOK.toNanos();
      Map<TopicPartition, Long> open = new HashMap<>(left);
      while (!open.isEmpty() && System.nanoTime() < until) {
        consumer
            .poll(Duration.ofMillis(20))
            .forEach(
                record -> {
                  TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                  if (record.offset() < left.getOrDefault(partition, 0L)) {
                    open.remove(partition);
                  }
                });
        open.entrySet()
            .removeIf(
                end -> {
                  boolean none = consumer.position(end.getKey()) >= end.getValue();
                  if (none) {
                    left.remove(end.getKey());
                  }
                  return none;
                });
      }
    }
  }
}
