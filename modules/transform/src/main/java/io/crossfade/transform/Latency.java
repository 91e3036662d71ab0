package io.crossfade.transform;

import java.util.OptionalDouble;

/** Durations as they were counted at one moment. In seconds. */
public final class Latency {

  private final double[] bounds;
  private final long[] counts;
  private final double sum;
  private final long count;

  Latency(double[] bounds, long[] counts, double sum) {
    this.bounds = bounds;
    this.counts = counts;
    this.sum = sum;
    long all = 0;
    for (long n : counts) {
      all += n;
    }
    this.count = all;
  }

  /** How many were counted. */
  public long count() {
    return count;
  }

  /** Their sum in seconds. */
  public double sum() {
    return sum;
  }

  /**
   * How many were at most that long, as a cumulative bucket of Prometheus counts them; exact to a
   * tenth of the bound.
   */
  public long countUpTo(double seconds) {
    long below = 0;
    for (int i = 0; i < bounds.length && bounds[i] <= seconds * (1 + 1e-9); i++) {
      below += counts[i];
    }
    return below;
  }

  /**
   * The duration, in seconds, that this part of them did not exceed; empty where there are none.
   *
   * @param part between 0 and 1, for instance 0.99
   */
  public OptionalDouble quantile(double part) {
    if (count == 0) {
      return OptionalDouble.empty();
    }
    long wanted = Math.max(1, (long) Math.ceil(part * count));
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      below += counts[i];
      if (below >= wanted) {
        return OptionalDouble.of(
            Double.isInfinite(bounds[i]) ? bounds[bounds.length - 2] : bounds[i]);
      }
    }
    throw new IllegalStateException("counted " + below + " of " + count);
  }
}
