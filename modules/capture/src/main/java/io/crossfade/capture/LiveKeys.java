package io.crossfade.capture;

import io.crossfade.core.capture.LastRecords;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.ReservedKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads back from a raw topic which keys have a row there. The topic is read twice for each part of
 * its keys that fits into memory: a partition with a million keys takes two passes, one with a
 * billion takes longer, not more memory. Stopped by another thread, else used by one.
 */
final class LiveKeys {

  /** As many keys as are handed out at once. */
  private static final int BATCH = 5_000;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Map<String, String> kafka;
  private final int slots;
  private volatile boolean stopped;

  LiveKeys(Map<String, String> kafka) {
    this(kafka, LastRecords.slotsFor(Runtime.getRuntime().maxMemory()));
  }

  LiveKeys(Map<String, String> kafka, int slots) {
    this.kafka = kafka;
    this.slots = slots;
  }

  /** Takes a batch of keys before the next one is read. */
  @FunctionalInterface
  interface Batch {
    void take(List<byte[]> keys) throws InterruptedException;
  }

  /**
   * Hands out each key whose last record is a row with at most this sequence, of what has been
   * committed when this is called.
   */
  void forEach(List<TopicPartition> partitions, long mostSequence, Batch batch)
      throws InterruptedException {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = ends(partitions);
      for (TopicPartition partition : partitions) {
        consumer.assign(List.of(partition));
        new Partition(consumer, partition, ends.get(partition)).hand(mostSequence, batch);
      }
    } catch (InterruptException e) {
      throw new InterruptedException("reading back a raw topic was interrupted");
    }
  }

  /** Ends what runs, by an {@link InterruptedException} there. */
  void stop() {
    stopped = true;
  }

  /**
   * Asked for as {@code read_uncommitted}, and waited for: the end that {@code read_committed} is
   * told may lie before records that are committed already.
   */
  private Map<TopicPartition, Long> ends(List<TopicPartition> partitions)
      throws InterruptedException {
    Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
    partitions.forEach(partition -> ask.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      Topics.get(
              admin.listOffsets(ask, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all())
          .forEach((partition, info) -> ends.put(partition, info.offset()));
    }
    return ends;
  }

  private final class Partition {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final long end;

    Partition(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
      this.consumer = consumer;
      this.partition = partition;
      this.end = end;
    }

    void hand(long mostSequence, Batch batch) throws InterruptedException {
      LastRecords last = new LastRecords(slots);
      do {
        read(record -> last.put(record.key(), record.offset()));
        List<byte[]> keys = new ArrayList<>();
        // Handed out between two polls: what takes them may wait for Kafka.
        readInBatches(
            record -> {
              if (record.value() != null
                  && Provenance.of(record.headers()).sequence() <= mostSequence
                  && last.last(record.key(), record.offset())) {
                keys.add(record.key());
              }
            },
            () -> {
              if (keys.size() >= BATCH) {
                batch.take(List.copyOf(keys));
                keys.clear();
              }
            });
        if (!keys.isEmpty()) {
          batch.take(List.copyOf(keys));
        }
      } while (last.nextPass());
    }

    private void read(Consumer<ConsumerRecord<byte[], byte[]>> visit) throws InterruptedException {
      readInBatches(visit, () -> {});
    }

    private void readInBatches(Consumer<ConsumerRecord<byte[], byte[]>> visit, Step afterPoll)
        throws InterruptedException {
      consumer.seekToBeginning(List.of(partition));
      while (consumer.position(partition) < end) {
        if (stopped) {
          throw new InterruptedException("reading back a raw topic was stopped");
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end && !ReservedKey.is(record.key())) {
            visit.accept(record);
          }
        }
        afterPoll.run();
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws InterruptedException;
  }
}
