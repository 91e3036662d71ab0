package io.crossfade.transform;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition. */
final class Eventually {

  private Eventually() {}

  static void until(String what, BooleanSupplier condition, Supplier<?> state) {
    until(what, Duration.ofSeconds(60), condition, state);
  }

  static void until(String what, Duration within, BooleanSupplier condition, Supplier<?> state) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + within + ": " + what + "; now: " + state.get());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
