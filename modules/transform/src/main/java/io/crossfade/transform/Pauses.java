package io.crossfade.transform;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits that end at once when there is nothing to wait for any more. */
final class Pauses {

  private boolean held;
  private boolean closed;

  /** True, at once, when it is held or closed; false after the time. */
  synchronized boolean pause(Duration duration) throws InterruptedException {
    long end = System.nanoTime() + duration.toNanos();
    while (!held && !closed) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  synchronized void hold(boolean hold) {
    held = hold;
    notifyAll();
  }

  /** For good. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
