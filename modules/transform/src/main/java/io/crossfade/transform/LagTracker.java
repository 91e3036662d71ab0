package io.crossfade.transform;

import io.crossfade.wire.Provenance;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/**
 * How many records of one thread's partitions are not in the target yet. End offsets minus
 * committed offsets are only nearly that: markers of transactions take offsets too. So: what the
 * consumer has not fetched yet, by its own position, which passes markers, plus what it has fetched
 * and Kafka has not committed.
 *
 * <p>Written by its stream thread, read by any.
 */
final class LagTracker {

  private final Map<TopicPartition, PartitionLag> partitions = new ConcurrentHashMap<>();

  private static final class PartitionLag {
    private long polled;
    private long processed;
    private long applied;
    private Headers last;

    /** Negative until the brokers have said it. */
    private volatile long behind = -1;

    private volatile long unapplied;

    /** When the source committed the oldest record that is not applied; 0 where all are. */
    private volatile long oldest;
  }

  /** After each poll. */
  void polled(Consumer<?, ?> consumer, ConsumerRecords<byte[], byte[]> records) {
    Set<TopicPartition> assigned = consumer.assignment();
    partitions.keySet().retainAll(assigned);
    for (TopicPartition partition : records.partitions()) {
      PartitionLag lag = partitions.computeIfAbsent(partition, p -> new PartitionLag());
      if (lag.polled == lag.applied) {
        lag.oldest = committed(records.records(partition).get(0));
      }
      lag.polled += records.records(partition).size();
      lag.unapplied = lag.polled - lag.applied;
    }
    for (TopicPartition partition : assigned) {
      PartitionLag lag = partitions.computeIfAbsent(partition, p -> new PartitionLag());
      consumer.currentLag(partition).ifPresent(behind -> lag.behind = behind);
    }
  }

  private static long committed(ConsumerRecord<byte[], byte[]> record) {
    return time(record.headers());
  }

  private static long time(Headers headers) {
    return headers.toArray().length == 0 ? 0 : Provenance.committed(headers).toEpochMilli();
  }

  /** A record went into its buffer. */
  void processed(TopicPartition partition, Headers headers) {
    PartitionLag lag = partitions.get(partition);
    if (lag != null) {
      lag.processed++;
      lag.last = headers;
    }
  }

  /** All that was processed is in the target. */
  void committed(TopicPartition partition) {
    PartitionLag lag = partitions.get(partition);
    if (lag != null) {
      lag.applied = lag.processed;
      lag.unapplied = Math.max(0, lag.polled - lag.applied);
      lag.oldest = lag.unapplied == 0 || lag.last == null ? 0 : time(lag.last);
    }
  }

  /** The partition's records will be read again, by whomever. */
  void dropped(TopicPartition partition) {
    partitions.remove(partition);
  }

  /** The partitions that {@link #records} counts. */
  Set<TopicPartition> held() {
    return partitions.entrySet().stream()
        .filter(entry -> entry.getValue().behind >= 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Records that the consumer has not fetched yet. */
  long behind() {
    long sum = 0;
    for (PartitionLag lag : partitions.values()) {
      sum += Math.max(0, lag.behind);
    }
    return sum;
  }

  long records() {
    return partitions.values().stream()
        .filter(lag -> lag.behind >= 0)
        .mapToLong(lag -> lag.behind + lag.unapplied)
        .sum();
  }

  Optional<Instant> oldest() {
    return partitions.values().stream()
        .filter(lag -> lag.oldest > 0)
        .map(lag -> Instant.ofEpochMilli(lag.oldest))
        .min(Instant::compareTo);
  }
}
