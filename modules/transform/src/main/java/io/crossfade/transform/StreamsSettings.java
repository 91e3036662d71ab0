package io.crossfade.transform;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;

/** How Kafka Streams is set: decisions, not options. */
final class StreamsSettings {

  /** When Streams commits of its own; {@link JoinedCommit} asks for it much earlier. */
  static final int COMMIT_INTERVAL_MS = 1_000;

  /** How long a poll waits for records; a commit that falls due waits as long. */
  private static final int POLL_MS = 20;

  /**
   * A Kafka transaction stays open while the target is waited for; the default of 10 s would abort
   * it under us all the time.
   */
  private static final int TRANSACTION_TIMEOUT_MS = 300_000;

  private static final int LARGEST_RECORD = 81 << 20;

  private static final int HOUR_MS = 3_600_000;

  private static final Pattern CONSUMER = Pattern.compile("(.*)-StreamThread-(\\d+)-consumer");

  private StreamsSettings() {}

  /**
   * The transactional id of the thread that has a consumer of this name in the group, as Kafka
   * Streams gives them.
   */
  static String transactionalId(String consumer) {
    return CONSUMER.matcher(consumer).replaceFirst("$1-$2");
  }

  static Properties of(
      Map<String, String> kafka,
      String group,
      Path stateDirectory,
      int threads,
      int replicationFactor) {
    Properties all = new Properties();
    all.putAll(kafka);
    // Consumers are named by the instance then, as transactions are.
    all.remove(StreamsConfig.CLIENT_ID_CONFIG);
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    all.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    // The newer protocol goes round the consumer that we supply.
    all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    all.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
    // The target and the brokers may be away for as long as they like; status says since when.
    all.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, 365L * 24 * HOUR_MS);
    all.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
    // Records without a timestamp, or with a negative one, are rows all the same.
    all.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, WallclockTimestampExtractor.class);
    consumer(all, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // A thread that waits for the target does not poll.
    consumer(all, ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, HOUR_MS);
    // Who was killed is missed after this; the heartbeat has a thread of its own.
    consumer(all, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    consumer(all, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    consumer(all, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    consumer(all, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
    // What one poll brings is bounded by this, apart from a single larger record.
    consumer(all, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * 1024 * 1024);
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        TRANSACTION_TIMEOUT_MS);
    // The dead topic takes what a raw topic has.
    all.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), LARGEST_RECORD);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 2L * LARGEST_RECORD);
    all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replicationFactor);
    all.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), LARGEST_RECORD);
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemory.class);
    // Whoever takes over has the state already, where there is more than one instance.
    all.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 1);
    return all;
  }

  private static void consumer(Properties all, String name, Object value) {
    all.put(StreamsConfig.mainConsumerPrefix(name), value);
  }
}
