package io.crossfade.transform;

import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TargetUnavailableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the Kafka transactions that killed owners of one thread's partitions have left open, as soon
 * as the thread is given the partitions. Whoever takes a partition ends them, too, before he asks
 * for its offset; but he comes to that only when the task's stores are restored, and an open
 * transaction holds the end of their changelogs back until the broker gives up on it.
 */
final class FormerOwners {

  private static final Logger log = LoggerFactory.getLogger(FormerOwners.class);

  /** Who was in the group still, or could not be ended. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final ApplyContext context;
  private Set<TopicPartition> before = Set.of();
  private long notBefore;

  FormerOwners(ApplyContext context) {
    this.context = context;
  }

  /**
   * After each poll.
   *
   * @param waiting what the thread has been given and has not taken yet
   * @param producer the thread's own
   */
  void of(Set<TopicPartition> waiting, String producer) {
    boolean more = !before.containsAll(waiting);
    before = waiting;
    if (waiting.isEmpty() || (!more && context.nanoTime() < notBefore)) {
      return;
    }
    notBefore = context.nanoTime() + AGAIN.toNanos();
    try {
      Set<String> former = new HashSet<>();
      Map<InputPartition, Progress> stored = context.target().progress(context.group());
      for (TopicPartition partition : waiting) {
        Progress progress =
            stored.get(new InputPartition(partition.topic(), partition.partition()));
        if (progress != null) {
          former.addAll(progress.producers());
        }
      }
      former.remove(producer);
      context.cluster().fenceWhoIsGone(context.group(), former);
    } catch (TargetUnavailableException | KafkaException e) {
      log.debug("What former owners left open is ended later", e);
    }
  }
}
