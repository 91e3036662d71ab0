package io.crossfade.transform;

import java.util.concurrent.atomic.LongAdder;

/**
 * Durations in buckets whose bounds grow by a tenth, from one millisecond to some ten hours: a
 * quantile is exact to a tenth. Safe for use by several threads.
 */
final class LatencyHistogram {

  private static final double GROWTH = 1.1;
  private static final int BUCKETS = 182;

  private final LongAdder[] counts = new LongAdder[BUCKETS + 1];
  private final LongAdder sumMillis = new LongAdder();

  LatencyHistogram() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** Clocks of two machines differ: a negative one counts as none. */
  void record(long millis) {
    long positive = Math.max(0, millis);
    counts[bucket(positive)].increment();
    sumMillis.add(positive);
  }

  private static int bucket(long millis) {
    if (millis <= 1) {
      return 0;
    }
    return (int) Math.min(BUCKETS, Math.ceil(Math.log(millis) / Math.log(GROWTH) - 1e-9));
  }

  Latency snapshot() {
    long[] copy = new long[counts.length];
    double[] bounds = new double[counts.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = counts[i].sum();
      bounds[i] = i == BUCKETS ? Double.POSITIVE_INFINITY : Math.pow(GROWTH, i) / 1000;
    }
    return new Latency(bounds, copy, sumMillis.sum() / 1000.0);
  }
}
