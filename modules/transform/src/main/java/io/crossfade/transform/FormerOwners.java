package io.crossfade.transform;

import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TargetUnavailableException;
import java.time.Duration;
import java.util.Collection;
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
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final ApplyContext context;
  private final Set<TopicPartition> known = new HashSet<>();
  private boolean due;
  private long notBefore;

  FormerOwners(ApplyContext context) {
    this.context = context;
    this.notBefore = context.nanoTime();
  }

  /**
   * After each poll.
   *
   * @param assigned what the thread has been given
   * @param producer the thread's own
   */
  void assigned(Collection<TopicPartition> assigned, String producer) {
    known.retainAll(assigned);
    for (TopicPartition partition : assigned) {
      due |= context.topic(partition.topic()) != null && known.add(partition);
    }
    if (!due || context.nanoTime() < notBefore) {
      return;
    }
    try {
      Set<String> former = new HashSet<>();
      Map<InputPartition, Progress> stored = context.target().progress(context.group());
      for (TopicPartition partition : known) {
        Progress progress =
            stored.get(new InputPartition(partition.topic(), partition.partition()));
        if (progress != null) {
          former.addAll(progress.producers());
        }
      }
      former.remove(producer);
      context.cluster().fence(former);
      due = false;
    } catch (TargetUnavailableException | KafkaException e) {
      log.debug("What former owners left open is ended later", e);
      notBefore = context.nanoTime() + AGAIN.toNanos();
    }
  }
}
