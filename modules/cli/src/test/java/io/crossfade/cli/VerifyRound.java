package io.crossfade.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One {@code crossfade verify} as a user calls it, and what its report says.
 *
 * @param code the exit code
 * @param printed on standard output and error
 * @param report the JSON file that it has written; missing where it has written none
 */
record VerifyRound(int code, String printed, JsonNode report) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Waits for its end. */
  static VerifyRound of(Path spec, Path directory) throws Exception {
    Path file = directory.resolve("round.json");
    StringWriter printed = new StringWriter();
    PrintWriter out = new PrintWriter(printed, true);
    java.nio.file.Files.deleteIfExists(file);
    int code = Main.run(out, out, "verify", "-f", spec.toString(), "--report", file.toString());
    return new VerifyRound(
        code,
        printed.toString(),
        file.toFile().exists() ? JSON.readTree(file.toFile()) : JSON.missingNode());
  }

  /** Each difference as table, key, class and columns; what is hot is none. */
  List<String> found() {
    List<String> found = new ArrayList<>();
    for (JsonNode one : report.path("found")) {
      if (!one.get("class").asText().equals("hot")) {
        List<String> key = new ArrayList<>();
        one.get("key").elements().forEachRemaining(value -> key.add(value.asText()));
        List<String> columns = new ArrayList<>();
        one.get("columns").forEach(column -> columns.add(column.get("column").asText()));
        found.add(
            "%s %s %s %s"
                .formatted(
                    one.get("table").asText(),
                    String.join(",", key),
                    one.get("class").asText(),
                    columns));
      }
    }
    return found;
  }

  /** How many rows were hot. */
  long hot() {
    return sum("/differences/hot");
  }

  /** A number of each table's result, of all tables together. */
  long sum(String pointer) {
    long sum = 0;
    for (JsonNode table : report.path("tables")) {
      sum += table.at(pointer).asLong();
    }
    return sum;
  }

  /** The outcomes of all tables, then of all checks. */
  List<String> outcomes() {
    List<String> outcomes = new ArrayList<>();
    report.path("tables").forEach(table -> outcomes.add(table.get("outcome").asText()));
    report.path("checks").forEach(check -> outcomes.add(check.get("outcome").asText()));
    return outcomes;
  }

  /** Why tables are not complete. */
  List<String> why() {
    List<String> why = new ArrayList<>();
    report
        .path("tables")
        .forEach(
            table -> {
              if (!table.path("why").isNull()) {
                why.add(table.path("why").asText());
              }
            });
    return why;
  }
}
