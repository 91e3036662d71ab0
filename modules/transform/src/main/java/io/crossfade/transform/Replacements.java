package io.crossfade.transform;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Whether a stream thread that has died is replaced. Brokers that restart kill some, now and then,
 * as long as the job lives; what kills one after the other does not pass by itself.
 */
final class Replacements {

  static final int MOST = 5;
  static final Duration WITHIN = Duration.ofMinutes(10);

  private final Deque<Long> deaths = new ArrayDeque<>();

  /**
   * A thread has died.
   *
   * @param now of a monotonic clock, in nanoseconds
   * @return whether another may take its place: no more than {@link #MOST} {@link #WITHIN} this
   *     time
   */
  synchronized boolean allow(long now) {
    while (!deaths.isEmpty() && now - deaths.getFirst() > WITHIN.toNanos()) {
      deaths.removeFirst();
    }
    deaths.addLast(now);
    return deaths.size() <= MOST;
  }

  /** All begins anew. */
  synchronized void forget() {
    deaths.clear();
  }
}
