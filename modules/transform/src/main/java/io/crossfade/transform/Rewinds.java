package io.crossfade.transform;

import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.Resume;
import io.crossfade.core.target.TargetDatabase;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a group's deliberate way back into the target's progress, so that the records from there on
 * are written again. Only while nobody is in the group: no commit of ours is under way then.
 */
final class Rewinds {

  private static final Logger log = LoggerFactory.getLogger(Rewinds.class);

  private final Cluster cluster;
  private final TargetDatabase target;
  private final String group;
  private final Collection<String> topics;

  /**
   * @param topics those of the group that are looked at
   */
  Rewinds(Cluster cluster, TargetDatabase target, String group, Collection<String> topics) {
    this.cluster = cluster;
    this.target = target;
    this.group = group;
    this.topics = topics;
  }

  /**
   * Takes up offsets that were reset by whatever tool. Does nothing while the group has members.
   */
  void takeUp() {
    if (cluster.hasMembers(group)) {
      return;
    }
    Map<InputPartition, Progress> stored = stored();
    Map<TopicPartition, Long> committed = offsets(stored);
    stored.forEach(
        (partition, progress) -> {
          Long offset = committed.get(of(partition));
          OptionalLong to =
              Resume.rewoundTo(
                  progress, offset == null ? OptionalLong.empty() : OptionalLong.of(offset));
          to.ifPresent(back -> rewind(partition, progress, back));
        });
  }

  /**
   * Where the group stands, with nothing undecided: what killed instances left open is aborted.
   * Only while nobody is in the group.
   */
  Map<TopicPartition, Long> offsets() {
    return offsets(stored());
  }

  private Map<TopicPartition, Long> offsets(Map<InputPartition, Progress> stored) {
    Set<String> producers = new TreeSet<>();
    stored.values().forEach(progress -> producers.addAll(progress.producers()));
    cluster.fence(producers);
    return cluster.stableOffsets(group);
  }

  /**
   * Sets the group back. Kafka first: should this end in between, the next start finds the group
   * behind the target and takes that up.
   *
   * @param to an offset below the committed one for each partition that goes back
   * @param metadata stands beside the offsets in Kafka until the next commit
   */
  void back(Map<TopicPartition, Long> to, String metadata) {
    cluster.reset(group, to, metadata);
    stored()
        .forEach(
            (partition, progress) -> {
              Long offset = to.get(of(partition));
              if (offset != null && offset < progress.cur()) {
                rewind(partition, progress, offset);
              }
            });
  }

  private void rewind(InputPartition partition, Progress progress, long offset) {
    if (target.rewind(group, partition, progress, offset)) {
      log.info(
          "{}: the group was reset from {} to {}; writing again from there",
          partition,
          progress.cur(),
          offset);
    }
  }

  private Map<InputPartition, Progress> stored() {
    Map<InputPartition, Progress> stored = new HashMap<>(target.progress(group));
    stored.keySet().removeIf(partition -> !topics.contains(partition.topic()));
    return stored;
  }

  private static TopicPartition of(InputPartition partition) {
    return new TopicPartition(partition.topic(), partition.partition());
  }
}
