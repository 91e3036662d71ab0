package io.crossfade.capture;

import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Event;
import io.crossfade.wire.Names;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What was done to a migration, by whom, when and why. It stands in the control topic, in the order
 * in which Kafka took it, and stays there as long as the migration lives. Any instance says and
 * reads; no thread of its own.
 */
public final class Events implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final Map<String, String> kafka;
  private final TopicPartition control;
  private final List<Event> read = new ArrayList<>();
  private Optional<KafkaConsumer<byte[], byte[]>> consumer = Optional.empty();

  /** Events of the migration with these names; opens nothing yet. */
  public Events(Map<String, String> kafka, Names names) {
    this.kafka = Map.copyOf(kafka);
    this.control = new TopicPartition(names.controlTopic(), 0);
  }

  /**
   * Says that something was done; waits until Kafka has it.
   *
   * @throws KafkaException where Kafka does not take it within ten seconds
   */
  public void say(Event event) throws InterruptedException {
    ControlLog.write(
        kafka,
        control.topic(),
        ControlCodec.eventKey(UUID.randomUUID()),
        ControlCodec.encode(event));
  }

  /**
   * All that were said until now, the oldest first. The first call reads the control topic, later
   * ones what has come since.
   *
   * @throws KafkaException where Kafka does not answer within ten seconds
   */
  public synchronized List<Event> all() {
    long deadline = System.nanoTime() + ControlLog.PATIENCE.toNanos();
    try {
      KafkaConsumer<byte[], byte[]> from = consumer();
      long end = from.endOffsets(List.of(control), ControlLog.PATIENCE).get(control);
      while (from.position(control, ControlLog.PATIENCE) < end) {
        for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
          if (ControlCodec.isEvent(new String(record.key(), StandardCharsets.UTF_8))) {
            read.add(ControlCodec.event(record.value()));
          }
        }
        if (System.nanoTime() > deadline) {
          throw new KafkaException(
              "Kafka does not hand on "
                  + control
                  + " (waited "
                  + ControlLog.PATIENCE.toSeconds()
                  + " s)");
        }
      }
      return List.copyOf(read);
    } catch (RuntimeException e) {
      // A record that was polled and not kept would be missing in each later answer.
      close();
      throw e;
    }
  }

  /** Not {@code read_committed}: events are in no transaction, and need not wait for others'. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    if (consumer.isEmpty()) {
      Map<String, Object> config = new HashMap<>(kafka);
      config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
      KafkaConsumer<byte[], byte[]> opened =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer = Optional.of(opened);
      read.clear();
      opened.assign(List.of(control));
      opened.seekToBeginning(List.of(control));
    }
    return consumer.get();
  }

  @Override
  public synchronized void close() {
    consumer.ifPresent(KafkaConsumer::close);
    consumer = Optional.empty();
  }
}
