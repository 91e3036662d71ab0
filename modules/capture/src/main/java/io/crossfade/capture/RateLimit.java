package io.crossfade.capture;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many rows pass in a second, over all threads. Chunks are small, so what one takes ahead
 * is paid for at once.
 */
final class RateLimit {

  private final OptionalLong rowsPerSecond;
  private long paidUntil = System.nanoTime();

  RateLimit(OptionalLong rowsPerSecond) {
    this.rowsPerSecond = rowsPerSecond;
  }

  /** Waits until these rows are within the rate. */
  void acquire(long rows) throws InterruptedException {
    if (rowsPerSecond.isEmpty()) {
      return;
    }
    long until;
    synchronized (this) {
      long start = Math.max(paidUntil, System.nanoTime());
      paidUntil = start + rows * TimeUnit.SECONDS.toNanos(1) / rowsPerSecond.getAsLong();
      until = paidUntil;
    }
    TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
  }
}
