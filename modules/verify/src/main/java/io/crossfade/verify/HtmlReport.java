package io.crossfade.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reports as a page that needs nothing else: for a change ticket. */
public final class HtmlReport {

  private static final JsonMapper JSON = new JsonMapper();

  /** Rows that a page lists; more would not open. It says how many it leaves out. */
  private static final long LISTED = 10_000;

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>%s: verification</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
             color: #1a1a1a; background: #fff }
      table { border-collapse: collapse; width: 100%%; margin: 1rem 0 }
      th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
      td.n { text-align: right; font-variant-numeric: tabular-nums }
      code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere }
      .equal { color: #0a6b2d } .different { color: #a40000 } .incomplete { color: #8a5a00 }
      .verdict { font-size: 1.3rem; font-weight: 600 }
      </style></head><body>
      """;

  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @param differences an object in each line
   */
  public static void write(VerificationReport report, BufferedReader differences, Writer out)
      throws IOException {
    out.write(String.format(Locale.ROOT, HEAD, escaped(report.migration())));
    out.write("<h1>" + escaped(report.migration()) + ": verification</h1>\n");
    String outcome = report.outcome().map(Outcome::toString).orElse("running");
    out.write("<p class=\"verdict " + outcome + "\">" + outcome + "</p>\n<table>\n");
    fact(out, "Begun", report.begun());
    if (!report.wentOn().isEmpty()) {
      fact(out, "Interrupted, and went on", String.join(", ", report.wentOn()));
    }
    fact(out, "Ended", report.ended().orElse("–"));
    fact(out, "Spec (SHA-256)", report.spec());
    fact(out, "Expected rows from", report.reversed() ? report.target() : report.source());
    fact(out, "Actual rows from", report.reversed() ? report.source() : report.target());
    fact(out, "Values", report.masked() ? "left out" : "shown where they differ");
    out.write("</table>\n");
    if (report.reversed()) {
      out.write("<p>" + escaped(TextReport.REVERSED) + "</p>\n");
      for (String loss : report.loss()) {
        out.write("<p class=\"different\">" + escaped(TextReport.capital(loss)) + ".</p>\n");
      }
    }
    tables(report, out);
    checks(report, out);
    differences(differences, out);
    out.write(
        "<p>A difference is a row that still differed after a barrier: the side that follows had applied"
            + " all that was committed on the other. Rows that are <em>hot</em> changed too often to tell; a table"
            + " with such rows is not equal.</p>\n</body></html>\n");
  }

  private static void fact(Writer out, String name, String value) throws IOException {
    out.write("<tr><th>" + name + "</th><td><code>" + escaped(value) + "</code></td></tr>\n");
  }

  private static void tables(VerificationReport report, Writer out) throws IOException {
    out.write(
        "<h2>Tables</h2>\n<table><tr><th>Table</th><th>Result</th><th>Expected rows</th><th>Actual"
            + " rows</th><th>Differences</th><th>Log, from – to</th><th>Compared</th></tr>\n");
    for (TableResult table : report.tables()) {
      List<String> notes = new ArrayList<>();
      notes.add(
          table.method()
              + ", "
              + table.ranges()
              + " ranges, "
              + table.suspects()
              + " rows looked at again");
      notes.add(
          table.independent()
              ? "independent: the source executed the SELECT"
              : "not independent: rows were computed by the migration's own Java");
      if (table.vacuous()) {
        notes.add("there was no row on either side, so this says nothing");
      }
      table.why().ifPresent(notes::add);
      String outcome = table.outcome().map(Outcome::toString).orElse("running");
      out.write(
          "<tr><td><code>%s</code></td><td class=\"%s\">%s</td><td class=\"n\">%,d</td><td class=\"n\">%,d</td><td>%s</td><td><code>%s – %s</code></td><td>%s</td></tr>\n"
              .formatted(
                  escaped(table.into()),
                  outcome,
                  outcome,
                  table.expectedRows(),
                  table.actualRows(),
                  TextReport.counts(table.differences()),
                  escaped(table.fromPosition().orElse("?")),
                  escaped(table.toPosition().orElse("?")),
                  String.join("<br>", notes.stream().map(HtmlReport::escaped).toList())));
    }
    out.write("</table>\n");
  }

  private static void checks(VerificationReport report, Writer out) throws IOException {
    if (report.checks().isEmpty()) {
      return;
    }
    out.write(
        "<h2>Checks</h2>\n<table><tr><th>Check</th><th>Result</th><th>Source</th><th>Target</th><th></th></tr>\n");
    for (CheckResult check : report.checks()) {
      String outcome = check.outcome().map(Outcome::toString).orElse("running");
      out.write(
          "<tr><td>%s</td><td class=\"%s\">%s</td><td><code>%s</code></td><td><code>%s</code></td><td>%s</td></tr>\n"
              .formatted(
                  escaped(check.name()),
                  outcome,
                  outcome,
                  escaped(check.source().orElse("–")),
                  escaped(check.target().orElse("–")),
                  escaped(check.why().orElse(""))));
    }
    out.write("</table>\n");
  }

  private static void differences(BufferedReader differences, Writer out) throws IOException {
    long rows = 0;
    for (String line = differences.readLine(); line != null; line = differences.readLine()) {
      if (rows == 0) {
        out.write(
            "<h2>Rows</h2>\n<table><tr><th>Table</th><th>Key</th><th>Class</th><th>Column: expected →"
                + " actual</th></tr>\n");
      }
      if (rows++ < LISTED) {
        difference(JSON.readTree(line), out);
      }
    }
    if (rows > 0) {
      out.write("</table>\n");
    }
    if (rows > LISTED) {
      out.write(
          "<p class=\"different\">%,d more rows are not listed on this page; the report as JSON and `crossfade verify --keys` have all %,d.</p>\n"
              .formatted(rows - LISTED, rows));
    }
  }

  private static void difference(JsonNode row, Writer out) throws IOException {
    List<String> columns = new ArrayList<>();
    for (JsonNode column : row.path("columns")) {
      String name = escaped(column.path("column").asText());
      columns.add(
          column.has("expected")
              ? name + ": " + value(column.path("expected")) + " → " + value(column.path("actual"))
              : name);
    }
    out.write(
        "<tr><td><code>%s</code></td><td><code>%s</code></td><td>%s</td><td><code>%s</code></td></tr>\n"
            .formatted(
                escaped(row.path("table").asText()),
                escaped(row.path("key").toString()),
                escaped(row.path("class").asText()),
                String.join("<br>", columns)));
  }

  private static String value(JsonNode value) {
    return Optional.of(value)
        .filter(node -> !node.isNull())
        .map(node -> escaped(node.toString()))
        .orElse("NULL");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
