package io.crossfade.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code verify --watch}: has the job compare again and again, and prints a line for each table
 * whenever it was compared. The job goes on with it when nobody looks any more.
 */
final class VerifyWatch {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d+)?)\\s*%");
  private static final JsonMapper JSON = new JsonMapper();

  private final JobClient job;
  private final PrintWriter out;
  private final OutputFormat format;

  VerifyWatch(JobClient job, PrintWriter out, OutputFormat format) {
    this.job = job;
    this.out = out;
    this.format = format;
  }

  /**
   * The part of one that {@code 5%} means.
   *
   * @throws IllegalArgumentException where it means none above 0 and up to 1
   */
  static double share(String text) {
    Matcher percent = PERCENT.matcher(text.strip());
    double share = percent.matches() ? Double.parseDouble(percent.group(1)) / 100 : 0;
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "--share " + text + ": a percentage above 0 % and up to 100 %, for instance 5%");
    }
    return share;
  }

  void stop() throws NoJob, CommandRefused, InterruptedException {
    job.command("verify/watch", JsonNodeFactory.instance.objectNode().put("on", false).toString());
    job.command("verify/stop", "{}");
    out.println("no round begins any more; what ran was stopped");
    out.flush();
  }

  /** Prints until somebody stops it. */
  int watch(List<String> tables, double share)
      throws NoJob, CommandRefused, IOException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("on", true).put("share", share);
    ArrayNode names = body.putArray("tables");
    tables.forEach(names::add);
    job.command("verify/watch", body.toString());
    String order = state().path("order").asText();
    Map<String, String> shown = new HashMap<>();
    Map<String, String> results = new HashMap<>();
    while (!out.checkError()) {
      JsonNode now = state();
      for (JsonNode table : now.path("tables")) {
        String into = table.path("into").asText();
        String at = table.path("at").asText();
        boolean ours = table.path("order").asText().equals(order);
        if (ours && !at.equals(shown.put(into, at))) {
          results.put(into, table.path("result").asText());
          print(now, table);
        }
      }
      if (!now.path("on").asBoolean() || !now.path("order").asText().equals(order)) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    return results.containsValue("different")
        ? ExitCode.NOT_MET
        : results.isEmpty() || results.containsValue("incomplete") ? ExitCode.ERROR : ExitCode.DONE;
  }

  private JsonNode state() throws NoJob, CommandRefused, IOException, InterruptedException {
    try (InputStream in = job.document("verification/watch")) {
      return JSON.readTree(in);
    }
  }

  private void print(JsonNode now, JsonNode table) {
    if (format == OutputFormat.json) {
      out.println(table);
    } else {
      String equal =
          table.path("equalAt").isNull()
              ? "never equal yet"
              : (table.path("result").asText().equals("equal") ? "" : "last equal " + at(table))
                  + "up to "
                  + table.path("equalUpTo").asText();
      String used =
          now.path("used").isNumber()
              ? String.format(
                  Locale.ROOT,
                  "; the source was busy %.1f %% of the time",
                  100 * now.path("used").asDouble())
              : "";
      out.println(
          "%s  round %d  %s  %s, %d rows, %s%s%s"
              .formatted(
                  table.path("at").asText(),
                  table.path("round").asLong(),
                  table.path("into").asText(),
                  table.path("result").asText(),
                  table.path("rows").asLong(),
                  equal,
                  table.path("loss").isTextual() ? "; " + table.path("loss").asText() : "",
                  used));
    }
    out.flush();
  }

  private static String at(JsonNode table) {
    return table.path("equalAt").asText() + " ";
  }
}
