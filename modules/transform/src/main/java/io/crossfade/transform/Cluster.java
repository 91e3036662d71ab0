package io.crossfade.transform;

import io.crossfade.core.target.TopicIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What apply asks the brokers for beside reading. Every method blocks on them, half a minute at the
 * longest, and may be repeated; what passes by itself is a {@link TimeoutException}.
 */
final class Cluster {

  private static final Duration WITHIN = Duration.ofSeconds(30);

  private final Admin admin;

  Cluster(Admin admin) {
    this.admin = admin;
  }

  Map<String, TopicIdentity> topics(Collection<String> names) {
    Map<String, TopicIdentity> topics = new HashMap<>();
    get(admin.describeTopics(names).allTopicNames())
        .forEach(
            (name, topic) ->
                topics.put(
                    name,
                    new TopicIdentity(topic.topicId().toString(), topic.partitions().size())));
    return topics;
  }

  /** The same, of those that there are. */
  Map<String, TopicIdentity> existing(Collection<String> names) {
    Map<String, TopicIdentity> topics = new HashMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, answer) -> {
              try {
                TopicDescription topic = get(answer);
                topics.put(
                    name, new TopicIdentity(topic.topicId().toString(), topic.partitions().size()));
              } catch (UnknownTopicOrPartitionException e) {
                // Made when it is first written to.
              }
            });
    return topics;
  }

  /** The offset behind the last record, of open transactions too. */
  long end(TopicPartition partition) {
    return ends(Set.of(partition), IsolationLevel.READ_UNCOMMITTED).get(partition);
  }

  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    Map<TopicPartition, ListOffsetsResultInfo> answer =
        get(admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all());
    answer.forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** Aborts what these producers have open; they can do nothing any more. */
  void fence(Set<String> transactionalIds) {
    if (!transactionalIds.isEmpty()) {
      get(admin.fenceProducers(transactionalIds).all());
    }
  }

  /** Offsets of the group, those of open transactions left out. */
  Map<TopicPartition, Long> committed(String group) {
    return offsets(group, false);
  }

  /** Offsets of the group, when no transaction holds any of them undecided. */
  Map<TopicPartition, Long> stableOffsets(String group) {
    return offsets(group, true);
  }

  private Map<TopicPartition, Long> offsets(String group, boolean stable) {
    Map<TopicPartition, OffsetAndMetadata> answer =
        get(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec()),
                    new ListConsumerGroupOffsetsOptions().requireStable(stable))
                .partitionsToOffsetAndMetadata());
    Map<TopicPartition, Long> offsets = new HashMap<>();
    answer.forEach(
        (partition, offset) -> {
          if (offset != null) {
            offsets.put(partition, offset.offset());
          }
        });
    return offsets;
  }

  /**
   * Sets offsets of a group that has no members.
   *
   * @param metadata stands beside the offsets until the next commit
   */
  void reset(String group, Map<TopicPartition, Long> offsets, String metadata) {
    Map<TopicPartition, OffsetAndMetadata> reset = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> reset.put(partition, new OffsetAndMetadata(offset, metadata)));
    get(admin.alterConsumerGroupOffsets(group, reset).all());
  }

  /** The offset of each partition's first record that is still there. */
  Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
    return asked(partitions, OffsetSpec.earliest());
  }

  /**
   * The offset of each partition's first record of that time or later; none where there is none.
   */
  Map<TopicPartition, Long> since(Collection<TopicPartition> partitions, Instant time) {
    Map<TopicPartition, Long> since =
        asked(partitions, OffsetSpec.forTimestamp(time.toEpochMilli()));
    since.values().removeIf(offset -> offset < 0);
    return since;
  }

  private Map<TopicPartition, Long> asked(Collection<TopicPartition> partitions, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    get(admin.listOffsets(asked).all())
        .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
    return offsets;
  }

  /**
   * As {@link #fence}, but not of threads that are in the group: they end their transactions
   * themselves, whatever was taken from them. To fence them would be to take all from them that
   * they have since, and who is given that would find them as a former owner again, and so on.
   */
  void fenceWhoIsGone(String group, Set<String> transactionalIds) {
    if (!transactionalIds.isEmpty()) {
      Set<String> gone = new HashSet<>(transactionalIds);
      members(group).forEach(member -> gone.remove(StreamsSettings.transactionalId(member)));
      fence(gone);
    }
  }

  /** Whether anybody is in the group, one that was killed a moment ago included. */
  boolean hasMembers(String group) {
    return !members(group).isEmpty();
  }

  /** The client ids of those that are in the group. */
  private List<String> members(String group) {
    try {
      return get(admin.describeConsumerGroups(Set.of(group)).all()).get(group).members().stream()
          .map(MemberDescription::clientId)
          .toList();
    } catch (GroupIdNotFoundException e) {
      return List.of();
    }
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get(WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw new TimeoutException("no answer within " + WITHIN.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
