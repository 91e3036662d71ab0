package io.crossfade.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.spec.SpecException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Moves writes, or ends a migration: a running job does it, and is watched until it is done. */
abstract class SwitchCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_MILLIS = 100;

  /** A job that is started again undoes or settles within that. */
  private static final long JOB_AWAY_SECONDS = 60;

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Option(names = "--yes", description = "do not ask before writes are moved")
  private boolean yes;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "why, for those who look later")
  private String reason;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  /** What the job is told beside the reason. */
  abstract void describe(ObjectNode body);

  /** Whether nobody has to be asked: writes are where they were when it ends. */
  abstract boolean changesNothing();

  /** What people are asked. */
  abstract String question();

  /** Waits for the word, where somebody has asked for that. */
  void postpone(JobClient job, PrintWriter err) throws NoJob, InterruptedException {}

  @Override
  public final Integer call() throws SpecException, IOException, InterruptedException {
    JobClient job = JobCommand.client(file.read().server());
    PrintWriter err = command.commandLine().getErr();
    ObjectNode body = JSON.createObjectNode().put("reason", reason);
    describe(body);
    if (!yes && !changesNothing()) {
      confirm(err);
    }
    try {
      postpone(job, err);
      job.command(command.name(), body.toString());
      return end(await(job, err));
    } catch (CommandRefused e) {
      throw new CommandException(e.isGate() ? ExitCode.NOT_MET : ExitCode.ERROR, e.getMessage(), e);
    } catch (NoJob e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private void confirm(PrintWriter err) throws IOException {
    if (System.console() == null) {
      throw new CommandException(
          ExitCode.USAGE, "without a terminal nobody can be asked: say --yes, or --dry-run first");
    }
    err.print(question() + " Only 'yes' is taken as such: ");
    err.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (!"yes".equals(in.readLine())) {
      throw new CommandException(ExitCode.ERROR, "nothing was changed");
    }
  }

  /** The report of the switch when it is over; says meanwhile what is done. */
  private JsonNode await(JobClient job, PrintWriter err)
      throws NoJob, CommandRefused, IOException, InterruptedException {
    int said = 0;
    long away = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOB_AWAY_SECONDS);
    while (true) {
      try (InputStream document = job.document("switch")) {
        JsonNode report = JSON.readTree(document);
        if (!report.has("outcome")) {
          throw new CommandException(
              ExitCode.PARTLY,
              "the job was started again, and has undone the switch or goes on with it; `crossfade"
                  + " status` says who takes writes: "
                  + report.path("writes").asText("not known yet"));
        }
        for (; said < report.path("lines").size(); said++) {
          err.println(report.path("lines").get(said).asText());
        }
        err.flush();
        if (!report.path("outcome").asText().equals("running")) {
          return report;
        }
        away = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOB_AWAY_SECONDS);
      } catch (NoJob e) {
        if (System.nanoTime() > away) {
          throw new CommandException(
              ExitCode.PARTLY,
              "the job does not answer any more; its next start undoes the switch, or goes on with it"
                  + " where it was decided: `crossfade run`",
              e);
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private int end(JsonNode report) {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    String outcome = report.path("outcome").asText();
    if (format == OutputFormat.json) {
      out.println(report);
    } else {
      report
          .path("gates")
          .forEach(
              gate ->
                  out.println(
                      (gate.path("met").asBoolean() ? "OK    " : "FAIL  ")
                          + gate.path("name").asText()
                          + "  "
                          + gate.path("found").asText()));
      out.println(text(report, outcome));
      report.path("left").forEach(what -> out.println("  " + what.asText()));
    }
    out.flush();
    switch (outcome) {
      case "switched", "rehearsed", "completed", "abandoned":
        return ExitCode.DONE;
      case "planned":
        return gatesAreMet(report) ? ExitCode.DONE : ExitCode.NOT_MET;
      case "given-up":
        err.println(
            (report.path("why").asText().startsWith("finish: ")
                    ? "given up, the columns are filled as before: "
                    : "given up, nothing was changed: ")
                + report.path("why").asText()
                + "\nagain: `crossfade "
                + command.name()
                + "`");
        return ExitCode.TIMED_OUT;
      case "partly":
        err.println(
            "what was made cannot all be removed now; the job tries it again and again, and so does"
                + " its next start: "
                + report.path("why").asText()
                + "\nhow it goes: `crossfade "
                + command.name()
                + " --yes`");
        return ExitCode.PARTLY;
      default:
        err.println(
            "it is not known yet what counts, and the job goes on with it: `crossfade status`. "
                + report.path("why").asText());
        return ExitCode.PARTLY;
    }
  }

  private static boolean gatesAreMet(JsonNode report) {
    for (JsonNode gate : report.path("gates")) {
      if (!gate.path("met").asBoolean()) {
        return false;
      }
    }
    return true;
  }

  private static String text(JsonNode report, String outcome) {
    String pause = "writes were stopped for " + report.path("pauseMillis").asLong() + " ms";
    return switch (outcome) {
      case "switched" ->
          "writes are on the "
              + report.path("writes").asText().toLowerCase(Locale.ROOT)
              + " tables; "
              + pause;
      case "rehearsed" -> "rehearsed, and undone; " + pause;
      case "planned" -> "nothing was changed";
      case "completed" -> "completed: the new tables are all there is; left:";
      case "abandoned" -> "abandoned: the old tables are all there is; left:";
      case "partly" -> "not all could be removed";
      default -> pause;
    };
  }
}
