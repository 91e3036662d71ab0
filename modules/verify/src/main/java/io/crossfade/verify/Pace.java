package io.crossfade.verify;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Lets the comparison go as fast as the backfill may, and stand still when it has to. For the
 * threads of one comparison together.
 */
final class Pace {

  private static final Duration LOOK = Duration.ofMillis(200);

  private final FollowingJob job;
  private double owed;
  private long paidAt = System.nanoTime();

  Pace(FollowingJob job) {
    this.job = job;
  }

  /** Rows were read. */
  synchronized void read(long rows) {
    owed += rows;
  }

  /** Waits until more may be read. */
  void await() throws InterruptedException {
    while (job.stopped().isPresent() || isOwing()) {
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  private synchronized boolean isOwing() {
    long now = System.nanoTime();
    double seconds = (double) (now - paidAt) / TimeUnit.SECONDS.toNanos(1);
    paidAt = now;
    OptionalLong rate = job.rowsPerSecond();
    owed = rate.isEmpty() ? 0 : Math.max(0, owed - seconds * rate.getAsLong());
    return owed > 0;
  }
}
