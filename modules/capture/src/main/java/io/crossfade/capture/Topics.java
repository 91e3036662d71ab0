package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of a migration: made where missing, and looked at. */
public final class Topics {

  /**
   * The largest record. A row of {@link Publisher#LARGEST_ROW} bytes of text may double as JSON,
   * which escapes quotes and backslashes.
   */
  static final int LARGEST_RECORD = 80 << 20;

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);

  private Topics() {}

  /**
   * Makes the topics that are missing. Waits for Kafka; repeatable.
   *
   * @throws BlockedException where Kafka will not
   * @throws KafkaException where Kafka does not answer
   */
  public static void ensure(Names names, Collection<TableId> tables, CaptureSettings settings)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(settings.kafka()))) {
      ensure(admin, names, tables, settings);
    }
  }

  /**
   * Makes the topics that are missing.
   *
   * @return all partitions of the raw topics
   */
  static List<TopicPartition> ensure(
      Admin admin, Names names, Collection<TableId> tables, CaptureSettings settings)
      throws InterruptedException {
    List<String> raw = tables.stream().map(names::rawTopic).toList();
    Set<String> present = get(admin.listTopics().names());
    List<NewTopic> missing = new ArrayList<>();
    for (String topic : raw) {
      if (!present.contains(topic)) {
        missing.add(
            new NewTopic(topic, Optional.of(settings.partitions()), replication(settings))
                .configs(rawConfig()));
      }
    }
    if (!present.contains(names.controlTopic())) {
      missing.add(
          new NewTopic(names.controlTopic(), Optional.of(1), replication(settings))
              .configs(controlConfig()));
    }
    if (!present.contains(names.deadTopic())) {
      missing.add(
          new NewTopic(names.deadTopic(), Optional.of(1), replication(settings))
              .configs(deadConfig()));
    }
    get(admin.createTopics(missing).all());
    return partitions(describe(admin, raw));
  }

  /**
   * Describes topics that exist. Kafka answers to their creation when its controller knows them; a
   * broker learns of them from the controller's log a moment later, and says until then that there
   * is no such topic.
   */
  private static Map<String, TopicDescription> describe(Admin admin, List<String> topics)
      throws InterruptedException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (true) {
      try {
        return get(admin.describeTopics(topics).allTopicNames());
      } catch (KafkaException e) {
        boolean early = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!early || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static Optional<Short> replication(CaptureSettings settings) {
    return settings.replicationFactor().isPresent()
        ? Optional.of((short) settings.replicationFactor().getAsInt())
        : Optional.empty();
  }

  /**
   * A tombstone must live longer than any consumer stays away: one that missed it would keep the
   * row for ever.
   */
  private static Map<String, String> rawConfig() {
    Map<String, String> config = new HashMap<>();
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    config.put(
        TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(Duration.ofDays(3650).toMillis()));
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGEST_RECORD));
    config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
    return config;
  }

  /** Read as a whole at every start, so its dead records are to go soon. */
  private static Map<String, String> controlConfig() {
    Map<String, String> config = new HashMap<>();
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(16 << 20));
    config.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGEST_RECORD));
    return config;
  }

  /** Kept until somebody removes the migration: it is evidence. */
  private static Map<String, String> deadConfig() {
    return Map.of(
        TopicConfig.RETENTION_MS_CONFIG,
        "-1",
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(LARGEST_RECORD));
  }

  private static List<TopicPartition> partitions(Map<String, TopicDescription> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    topics.forEach(
        (name, description) ->
            description
                .partitions()
                .forEach(info -> partitions.add(new TopicPartition(name, info.partition()))));
    return partitions;
  }

  /** Waits for an answer of Kafka. */
  static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidReplicationFactorException) {
        throw new BlockedException(
            "Kafka cannot make the topics: " + e.getCause().getMessage(),
            "set kafka.replication-factor to at most the number of brokers");
      }
      throw new KafkaException(
          "preparing the topics of the migration: " + e.getCause().getMessage(), e.getCause());
    }
  }
}
