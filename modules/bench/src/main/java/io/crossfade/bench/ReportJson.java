package io.crossfade.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The report for programs: {@code machine}, {@code results[]} with the median and each round's
 * values in the units of {@link Metric}, {@code ratios[]}.
 */
final class ReportJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  static void write(Path file, Map<String, Object> machine, Report report) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.set("machine", JSON.valueToTree(machine));
    ArrayNode results = root.putArray("results");
    for (Results.Subject subject : report.results().subjects()) {
      ObjectNode result = results.addObject();
      result.put("measurement", subject.measurement());
      result.put("who", subject.who());
      result.set("median", json(report.results().median(subject.measurement(), subject.who())));
      ArrayNode rounds = result.putArray("rounds");
      report.results().of(subject).forEach(sample -> rounds.add(json(sample)));
    }
    ArrayNode ratios = root.putArray("ratios");
    for (Ratio ratio : report.ratios()) {
      ObjectNode node = ratios.addObject();
      node.put("id", ratio.id());
      node.put("of", ratio.ours());
      node.put("against", ratio.theirs());
      ratio.in(report.results()).ifPresent(value -> node.put("measured", value));
      report.recorded().of(ratio).ifPresent(value -> node.put("recorded", value));
      ratio.floor().ifPresent(value -> node.put("floor", value));
      ratio
          .in(report.results())
          .ifPresent(
              value -> node.put("worseThanRecorded", report.recorded().isWorse(ratio, value)));
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private static ObjectNode json(Sample sample) {
    ObjectNode node = JSON.createObjectNode();
    sample.values().forEach((metric, value) -> node.put(metric.field(), value));
    return node;
  }
}
