package io.crossfade.bench;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/** What one run, or the median of several, has given. */
record Sample(Map<Metric, Double> values) {

  static final Sample EMPTY = new Sample(Map.of());

  Sample {
    EnumMap<Metric, Double> copy = new EnumMap<>(Metric.class);
    copy.putAll(values);
    copy.forEach(
        (metric, value) -> {
          if (value.isNaN() || value.isInfinite()) {
            throw new IllegalArgumentException(metric + " is no number: " + value);
          }
        });
    values = Collections.unmodifiableMap(copy);
  }

  Sample with(Metric metric, double value) {
    EnumMap<Metric, Double> copy = new EnumMap<>(Metric.class);
    copy.putAll(values);
    copy.put(metric, value);
    return new Sample(copy);
  }

  Sample with(Sample other) {
    EnumMap<Metric, Double> copy = new EnumMap<>(Metric.class);
    copy.putAll(values);
    copy.putAll(other.values);
    return new Sample(copy);
  }

  OptionalDouble get(Metric metric) {
    Double value = values.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
