package io.crossfade.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All differences, each an object in a line of a file: there may be as many as there are rows. Safe
 * for use by several threads.
 */
final class DifferenceLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DifferenceLog.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final boolean masked;
  private final BufferedWriter out;

  /**
   * @param masked whether values are left out
   */
  DifferenceLog(Path file, boolean masked) throws IOException {
    this.masked = masked;
    this.out = Files.newBufferedWriter(file);
  }

  synchronized void add(Difference difference) {
    ObjectNode line = JSON.createObjectNode();
    line.put("table", difference.table());
    ObjectNode key = line.putObject("key");
    difference.key().forEach(key::put);
    line.put("class", difference.kind().toString());
    ArrayNode columns = line.putArray("columns");
    for (Difference.ColumnDifference column : difference.columns()) {
      ObjectNode one = columns.addObject().put("column", column.column());
      if (!masked) {
        one.put("expected", column.expected().orElse(null));
        one.put("actual", column.actual().orElse(null));
      }
    }
    try {
      out.write(line.toString());
      out.newLine();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write down a difference: " + e.getMessage(), e);
    }
  }

  /** The last difference of a row, in a file that may still be written. */
  static Optional<Difference.Kind> find(Path file, String table, Map<String, String> key)
      throws IOException {
    JsonNode wanted = JSON.valueToTree(key);
    Optional<Difference.Kind> found = Optional.empty();
    try (MappingIterator<JsonNode> lines =
        JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
      while (lines.hasNextValue()) {
        JsonNode line = lines.nextValue();
        if (line.path("table").asText().equals(table) && line.path("key").equals(wanted)) {
          found =
              Optional.of(
                  Difference.Kind.valueOf(line.path("class").asText().toUpperCase(Locale.ROOT)));
        }
      }
    } catch (JsonProcessingException e) {
      LOG.debug("the last line is not written to its end yet", e);
    }
    return found;
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
