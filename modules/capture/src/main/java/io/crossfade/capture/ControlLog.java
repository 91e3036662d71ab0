package io.crossfade.capture;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Reads the control topic from its beginning to its end, and writes to it in no transaction. */
final class ControlLog {

  /** How long Kafka may take for a record that somebody waits for. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private ControlLog() {}

  /**
   * The last committed record of each key.
   *
   * <p>The end is asked for as {@code read_uncommitted} and waited for: the end that {@code
   * read_committed} is told may lie before records that are committed already. Call it after {@link
   * Publisher#takeOver} or {@link Capture#endFormer}, which end what a former publisher left open.
   */
  static Map<String, byte[]> read(Admin admin, Map<String, String> kafka, String topic)
      throws InterruptedException {
    TopicPartition partition = new TopicPartition(topic, 0);
    long end =
        Topics.get(
                admin
                    .listOffsets(
                        Map.of(partition, OffsetSpec.latest()),
                        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .partitionResult(partition))
            .offset();
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    Map<String, byte[]> last = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          last.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
        }
      }
    }
    return last;
  }

  /**
   * Writes a record and waits until Kafka has it.
   *
   * @throws KafkaException where it does not take it within {@link #PATIENCE}
   */
  static void write(Map<String, String> kafka, String topic, String key, byte[] value)
      throws InterruptedException {
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      producer
          .send(new ProducerRecord<>(topic, 0, key.getBytes(StandardCharsets.UTF_8), value))
          .get();
    } catch (ExecutionException e) {
      throw new KafkaException(
          "Kafka has not taken a record of " + topic + ": " + e.getCause().getMessage(), e);
    }
  }

  /** For single records that somebody waits for. */
  static KafkaProducer<byte[], byte[]> producer(Map<String, String> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
