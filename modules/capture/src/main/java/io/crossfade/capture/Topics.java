package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.Names;
import io.crossfade.wire.RawTopics;
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
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
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
   * The raw topics as they are.
   *
   * @param partitions of all of them
   * @param identities what is remembered of them
   */
  record Raw(List<TopicPartition> partitions, RawTopics identities) {}

  /**
   * Makes the topics that are missing, but those that the migration has written to already: to find
   * one of those gone is up to capture. After {@link Capture#endFormer}. Waits for Kafka;
   * repeatable.
   *
   * @throws BlockedException where Kafka will not
   * @throws KafkaException where Kafka does not answer
   */
  public static void ensure(Names names, Collection<TableId> tables, CaptureSettings settings)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(settings.kafka()))) {
      ensureControl(admin, names, settings);
      Set<String> known =
          new Remembered(ControlLog.read(admin, settings.kafka(), names.controlTopic()))
              .topics()
              .map(topics -> topics.byName().keySet())
              .orElse(Set.of());
      List<String> fresh =
          tables.stream().map(names::rawTopic).filter(topic -> !known.contains(topic)).toList();
      make(admin, fresh, settings.partitions(), rawConfig(), settings);
      describe(admin, fresh);
    }
  }

  /**
   * Deletes all topics and consumer groups of a migration, the control topic last: as long as it is
   * there, what was decided is known. Nobody may run the migration any more. Waits for Kafka;
   * repeatable.
   *
   * @throws KafkaException where Kafka does not answer
   */
  public static void remove(Names names, Map<String, String> kafka) throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      List<String> topics =
          get(admin.listTopics().names()).stream()
              .filter(topic -> topic.startsWith(names.prefix()))
              .toList();
      get(
          admin
              .deleteTopics(topics.stream().filter(t -> !t.equals(names.controlTopic())).toList())
              .all());
      boolean known =
          get(admin.listGroups().all()).stream()
              .anyMatch(group -> group.groupId().equals(names.applyGroup()));
      if (known) {
        evict(admin, names.applyGroup());
        get(admin.deleteConsumerGroups(List.of(names.applyGroup())).all());
      }
      if (topics.contains(names.controlTopic())) {
        get(admin.deleteTopics(List.of(names.controlTopic())).all());
      }
    }
  }

  /** A process that was killed is a member until Kafka has missed it for long. */
  private static void evict(Admin admin, String group) throws InterruptedException {
    boolean empty =
        get(admin.describeConsumerGroups(List.of(group)).all()).get(group).members().isEmpty();
    if (!empty) {
      get(
          admin
              .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
              .all());
    }
  }

  /** What nobody else's migration has: the identity that Kafka gave its control topic. */
  public static String identity(Names names, Map<String, String> kafka)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      return describe(admin, List.of(names.controlTopic()))
          .get(names.controlTopic())
          .topicId()
          .toString();
    }
  }

  /** Makes the control topic if it is missing. */
  static void ensureControl(Admin admin, Names names, CaptureSettings settings)
      throws InterruptedException {
    make(admin, List.of(names.controlTopic()), 1, controlConfig(), settings);
    describe(admin, List.of(names.controlTopic()));
  }

  /**
   * Makes the raw topics that are missing, and looks whether those that were written to are still
   * the same.
   *
   * @param known from before; empty at the first start
   * @throws BlockedException where one of them is not the same
   */
  static Raw ensureRaw(
      Admin admin,
      Names names,
      Collection<TableId> tables,
      CaptureSettings settings,
      Optional<RawTopics> known)
      throws InterruptedException {
    Map<String, RawTopics.Topic> before = known.map(RawTopics::byName).orElse(Map.of());
    List<String> topics = tables.stream().map(names::rawTopic).toList();
    Set<String> present = get(admin.listTopics().names());
    for (String topic : topics) {
      if (before.containsKey(topic) && !present.contains(topic)) {
        throw notTheSame("raw topic " + topic + " was deleted");
      }
    }
    make(admin, topics, settings.partitions(), rawConfig(), settings);
    make(admin, List.of(names.deadTopic()), 1, deadConfig(), settings);
    Map<String, TopicDescription> now = describe(admin, topics);
    Map<String, RawTopics.Topic> identities = new HashMap<>(before);
    for (String topic : topics) {
      RawTopics.Topic is =
          new RawTopics.Topic(
              now.get(topic).topicId().toString(), now.get(topic).partitions().size());
      RawTopics.Topic was = identities.putIfAbsent(topic, is);
      if (was != null && !was.id().equals(is.id())) {
        throw notTheSame("raw topic " + topic + " was deleted and made again");
      }
      if (was != null && was.partitions() != is.partitions()) {
        throw notTheSame(
            "raw topic "
                + topic
                + " had "
                + was.partitions()
                + " partitions and has "
                + is.partitions()
                + ": records of one key may lie in two of them");
      }
    }
    return new Raw(partitions(now), new RawTopics(identities));
  }

  private static BlockedException notTheSame(String what) {
    return new BlockedException(
        what,
        "begin again with empty new tables, as docs/runbook.md says: the target counts what it has"
            + " by the topic that was, so `crossfade resync` cannot mend this");
  }

  private static void make(
      Admin admin,
      List<String> topics,
      int partitions,
      Map<String, String> config,
      CaptureSettings settings)
      throws InterruptedException {
    Set<String> present = get(admin.listTopics().names());
    List<NewTopic> missing =
        topics.stream()
            .filter(topic -> !present.contains(topic))
            .map(
                topic ->
                    new NewTopic(topic, Optional.of(partitions), replication(settings))
                        .configs(config))
            .toList();
    get(admin.createTopics(missing).all());
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
