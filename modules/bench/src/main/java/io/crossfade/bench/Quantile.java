package io.crossfade.bench;

import java.util.Arrays;
import java.util.List;

/** The value that a part of all values does not exceed. */
final class Quantile {

  private Quantile() {}

  /** The nearest rank: always one of the values. */
  static double of(double[] values, double part) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }

  /** The middle one, or the mean of the two in the middle: one slow round decides nothing. */
  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
