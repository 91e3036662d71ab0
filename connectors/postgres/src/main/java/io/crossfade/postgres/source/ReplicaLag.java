package io.crossfade.postgres.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far a standby is behind, by the log itself: where the primary's log ended at some moments,
 * and how far the standby has replayed. The time since the last replayed commit would grow while
 * nothing happens, and a standby that has lost its primary believes that it has everything.
 */
final class ReplicaLag {

  private record End(long lsn, long nanos) {}

  private final Deque<End> notReplayed = new ArrayDeque<>();

  /**
   * Notes both.
   *
   * @param end of the primary's log
   * @param replayed what the standby has replayed, asked for after the end
   * @param nanos now
   * @return how long ago the primary's log ended at the oldest place that is not replayed
   */
  synchronized Duration observe(long end, long replayed, long nanos) {
    if (notReplayed.isEmpty() || Long.compareUnsigned(end, notReplayed.getLast().lsn()) > 0) {
      notReplayed.add(new End(end, nanos));
    }
    while (!notReplayed.isEmpty()
        && Long.compareUnsigned(notReplayed.getFirst().lsn(), replayed) <= 0) {
      notReplayed.removeFirst();
    }
    return notReplayed.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(nanos - notReplayed.getFirst().nanos());
  }
}
