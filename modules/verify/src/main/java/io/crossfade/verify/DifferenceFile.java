package io.crossfade.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.verify.Difference.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads back what {@link DifferenceLog} wrote, row by row. */
final class DifferenceFile implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final BufferedReader in;

  private DifferenceFile(BufferedReader in) {
    this.in = in;
  }

  static DifferenceFile open(Path file) throws IOException {
    return new DifferenceFile(Files.newBufferedReader(file));
  }

  /** The next row; empty where there is none. */
  Optional<FoundDifference> next() throws IOException {
    String line = in.readLine();
    if (line == null) {
      return Optional.empty();
    }
    JsonNode json = JSON.readTree(line);
    Map<String, String> key = new LinkedHashMap<>();
    json.get("key").fields().forEachRemaining(e -> key.put(e.getKey(), e.getValue().asText()));
    return Optional.of(
        new FoundDifference(
            json.get("table").asText(),
            key,
            Kind.valueOf(json.get("class").asText().toUpperCase(Locale.ROOT))));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
