package io.crossfade.bench;

import java.util.OptionalDouble;

/**
 * How well we do where the other does 1: above 1 is better than the other, whatever is measured.
 *
 * @param id its name in the file of ratios and in the JSON file
 * @param measurement of which both are
 * @param ours the one
 * @param theirs the other
 * @param metric that is compared
 * @param floor below which the core would be too slow; empty: there is none
 */
record Ratio(
    String id,
    String measurement,
    String ours,
    String theirs,
    Metric metric,
    OptionalDouble floor) {

  static Ratio of(String id, String measurement, String theirs, Metric metric) {
    return new Ratio(id, measurement, Results.CROSSFADE, theirs, metric, OptionalDouble.empty());
  }

  Ratio withFloor(double newFloor) {
    return new Ratio(id, measurement, ours, theirs, metric, OptionalDouble.of(newFloor));
  }

  /** Of the medians; empty where one of the two was not measured, or is nothing. */
  OptionalDouble in(Results results) {
    OptionalDouble our = results.median(measurement, ours).get(metric);
    OptionalDouble their = results.median(measurement, theirs).get(metric);
    if (our.isEmpty() || their.isEmpty() || our.getAsDouble() <= 0 || their.getAsDouble() <= 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        metric.higherIsBetter()
            ? our.getAsDouble() / their.getAsDouble()
            : their.getAsDouble() / our.getAsDouble());
  }
}
