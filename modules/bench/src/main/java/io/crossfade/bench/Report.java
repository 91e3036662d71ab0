package io.crossfade.bench;

import io.crossfade.bench.Results.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What the bench prints and returns: the medians as one table, and the ratios beside those that
 * were recorded.
 */
record Report(Results results, List<Ratio> ratios, RecordedRatios recorded) {

  private static final String NOTHING = "–";

  private static final String LEGEND =
      """
      CPU: seconds of a core per million rows, of each by itself; MiB: the greatest resident set;
      seen ±: how late the observer may have been; others: the machine's share that others used
      """;

  Report {
    ratios = List.copyOf(ratios);
  }

  /** Whether no ratio is below its floor. */
  boolean floorsAreHeld() {
    return ratios.stream()
        .allMatch(ratio -> ratio.in(results).orElse(Double.MAX_VALUE) >= ratio.floor().orElse(0));
  }

  /** A line of one sample as it comes. */
  static String line(Subject subject, Sample sample) {
    StringBuilder line =
        new StringBuilder(
            String.format(Locale.ROOT, "%-10s %-21s", subject.measurement(), subject.who()));
    sample
        .values()
        .forEach(
            (metric, value) ->
                line.append("  ").append(metric.header()).append(' ').append(metric.format(value)));
    return line.toString();
  }

  /** The tables. */
  String text() {
    return medians() + comparisons();
  }

  private String medians() {
    List<Metric> shown =
        Arrays.stream(Metric.values())
            .filter(
                metric ->
                    results.subjects().stream()
                        .anyMatch(subject -> median(subject).get(metric).isPresent()))
            .toList();
    List<List<String>> table = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("measured", "who"));
    shown.forEach(metric -> head.add(metric.header()));
    table.add(head);
    for (Subject subject : results.subjects()) {
      List<String> row = new ArrayList<>(List.of(subject.measurement(), subject.who()));
      Sample median = median(subject);
      shown.forEach(metric -> row.add(cell(median.get(metric), metric::format)));
      table.add(row);
    }
    return results.subjects().isEmpty() ? "" : aligned(table) + LEGEND;
  }

  private Sample median(Subject subject) {
    return results.median(subject.measurement(), subject.who());
  }

  private String comparisons() {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("ratio", "against", "measured", "recorded", "floor", ""));
    for (Ratio ratio : ratios) {
      OptionalDouble measured = ratio.in(results);
      table.add(
          List.of(
              ratio.id(),
              ratio.theirs(),
              cell(measured, Report::ratio),
              cell(recorded.of(ratio), Report::ratio),
              cell(ratio.floor(), Report::ratio),
              measured.isEmpty() ? "" : verdict(ratio, measured.getAsDouble())));
    }
    return ratios.isEmpty()
        ? ""
        : System.lineSeparator() + aligned(table) + "A ratio above 1: better than the other.\n";
  }

  /** Empty where there is nothing to say. */
  String verdict(Ratio ratio, double measured) {
    List<String> words = new ArrayList<>();
    if (ratio.floor().isPresent()) {
      words.add(measured >= ratio.floor().getAsDouble() ? "held" : "MISSED");
    }
    if (recorded.isWorse(ratio, measured)) {
      words.add(
          String.format(
              Locale.ROOT, "WORSE than recorded by more than %.0f %%", recorded.tolerance() * 100));
    }
    return String.join(", ", words);
  }

  private static String cell(
      OptionalDouble value, java.util.function.DoubleFunction<String> format) {
    return value.isPresent() ? format.apply(value.getAsDouble()) : NOTHING;
  }

  /** One much smaller than 1 keeps its digits. */
  private static String ratio(double value) {
    return String.format(Locale.ROOT, value < 0.1 ? "%.4f" : "%.2f", value);
  }

  /** Words to the left, numbers to the right. */
  private static String aligned(List<List<String>> table) {
    int columns = table.get(0).size();
    int[] widths = new int[columns];
    table.forEach(
        row -> {
          for (int i = 0; i < columns; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    StringBuilder text = new StringBuilder();
    for (List<String> row : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String blanks = " ".repeat(widths[i] - row.get(i).length());
        boolean isWord = i < 2 || row.get(i).isEmpty() || i == columns - 1 && columns == 6;
        line.append(isWord ? row.get(i) + blanks : blanks + row.get(i)).append("  ");
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
