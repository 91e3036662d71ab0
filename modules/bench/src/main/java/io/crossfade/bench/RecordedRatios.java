package io.crossfade.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The file of ratios in the repository: what was measured when somebody last looked closely.
 *
 * @param measuredWith in which circumstances, for people
 * @param tolerance the part by which a ratio may be worse before it is marked
 * @param ratios by {@link Ratio#id}; one that was never recorded is missing
 */
record RecordedRatios(String measuredWith, double tolerance, Map<String, Double> ratios) {

  static final RecordedRatios NONE = new RecordedRatios("", 0, Map.of());

  RecordedRatios {
    if (!(tolerance >= 0 && tolerance < 1)) {
      throw new IllegalArgumentException("tolerance: between 0 and 1, not " + tolerance);
    }
    ratios = Map.copyOf(ratios);
  }

  /**
   * Reads the file.
   *
   * @throws IOException where there is none, or it says something else
   */
  static RecordedRatios read(Path file) throws IOException {
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    if (!root.path("tolerance").isNumber() || !root.path("ratios").isObject()) {
      throw new IOException(
          file + ": expected {\"tolerance\": 0.2, \"measuredWith\": \"…\", \"ratios\": {…}}");
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> ratio : root.get("ratios").properties()) {
      if (ratio.getValue().isNumber()) {
        ratios.put(ratio.getKey(), ratio.getValue().doubleValue());
      } else if (!ratio.getValue().isNull()) {
        throw new IOException(file + ": " + ratio.getKey() + " is neither a number nor null");
      }
    }
    return new RecordedRatios(
        root.path("measuredWith").asText(), root.get("tolerance").doubleValue(), ratios);
  }

  OptionalDouble of(Ratio ratio) {
    Double value = ratios.get(ratio.id());
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Whether it is worse than recorded by more than the tolerance. */
  boolean isWorse(Ratio ratio, double measured) {
    OptionalDouble recorded = of(ratio);
    return recorded.isPresent() && measured < recorded.getAsDouble() * (1 - tolerance);
  }
}
