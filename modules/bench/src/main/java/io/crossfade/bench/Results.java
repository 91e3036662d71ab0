package io.crossfade.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** All that was measured, in the order in which it was measured first. */
final class Results {

  static final String CROSSFADE = "Crossfade";

  private final Map<Subject, List<Sample>> samples = new LinkedHashMap<>();
  private final BiConsumer<Subject, Sample> listener;

  /**
   * Nothing yet.
   *
   * @param listener is told each sample as it comes
   */
  Results(BiConsumer<Subject, Sample> listener) {
    this.listener = listener;
  }

  /** Who was measured in what. */
  record Subject(String measurement, String who) {}

  void add(String measurement, String who, Sample sample) {
    Subject subject = new Subject(measurement, who);
    samples.computeIfAbsent(subject, s -> new ArrayList<>()).add(sample);
    listener.accept(subject, sample);
  }

  List<Subject> subjects() {
    return List.copyOf(samples.keySet());
  }

  List<Sample> of(Subject subject) {
    return List.copyOf(samples.getOrDefault(subject, List.of()));
  }

  /** Of each metric the median; nothing where nothing was measured. */
  Sample median(String measurement, String who) {
    List<Sample> all = of(new Subject(measurement, who));
    Sample median = Sample.EMPTY;
    for (Metric metric : Metric.values()) {
      List<Double> values =
          all.stream().flatMap(sample -> sample.get(metric).stream().boxed()).toList();
      if (!values.isEmpty()) {
        median = median.with(metric, Quantile.median(values));
      }
    }
    return median;
  }
}
