package io.crossfade.cli.demo;

import java.time.Duration;

/** Measures by the clock that is never set. */
record Stopwatch(long startNanos) {

  static Stopwatch start() {
    return new Stopwatch(System.nanoTime());
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
