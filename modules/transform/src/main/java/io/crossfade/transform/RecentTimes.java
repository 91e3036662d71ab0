package io.crossfade.transform;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How long something took lately. Safe for use by several threads. */
final class RecentTimes {

  private static final long WINDOW = Duration.ofSeconds(30).toNanos();
  private static final int MOST = 1_000;

  private record Sample(long at, long took) {}

  private final LongSupplier nanoTime;
  private final Deque<Sample> samples = new ArrayDeque<>();

  RecentTimes(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** It has just ended. */
  synchronized void took(long nanos) {
    samples.add(new Sample(nanoTime.getAsLong(), nanos));
    if (samples.size() > MOST) {
      samples.removeFirst();
    }
  }

  /**
   * The time that this share of those of the last half minute did not exceed; empty where there was
   * none.
   */
  synchronized Optional<Duration> quantile(double share) {
    long now = nanoTime.getAsLong();
    samples.removeIf(sample -> now - sample.at() > WINDOW);
    if (samples.isEmpty()) {
      return Optional.empty();
    }
    long[] sorted = samples.stream().mapToLong(Sample::took).sorted().toArray();
    int rank = (int) Math.ceil(share * sorted.length);
    return Optional.of(Duration.ofNanos(sorted[Math.max(0, rank - 1)]));
  }
}
