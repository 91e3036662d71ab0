package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.Reports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code crossfade repair}. */
@Command(
    name = "repair",
    description = {
      "Compares new tables as verify does, has the source's rows behind what differs sent again,",
      "deletes what the source has not, and compares just those rows again. A running job carries",
      "it out. Exit 0: equal now, 3: still different, 1: not all could be compared or sent."
    },
    mixinStandardHelpOptions = true)
final class RepairCommand implements Callable<Integer> {

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration LINE = Duration.ofSeconds(10);

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "a new table, schema.name; may be repeated; default: all")
  private List<String> tables = List.of();

  @Option(
      names = "--keys",
      description = "print each row that differs still on standard output, an object in a line")
  private boolean keys;

  @Option(names = "--mask", description = "leave values out; keys stay")
  private boolean mask;

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

  @Override
  public Integer call() throws SpecException, IOException, InterruptedException {
    Spec spec = file.read();
    JobClient job = JobCommand.client(spec.server());
    try {
      VerifyCommand.requireKnown(
          tables, job.status().tables().stream().map(Status.Table::into).toList());
      job.command("repair", body());
      RepairReport end = await(job);
      if (!end.spec().equals(spec.fingerprint())) {
        command
            .commandLine()
            .getErr()
            .println("WARN the job runs with another spec than " + spec.file());
      }
      write(job, end);
      return VerifyCommand.exitCode(end.outcome().orElse(Outcome.INCOMPLETE));
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private String body() {
    ObjectNode body =
        JsonNodeFactory.instance.objectNode().put("masked", mask).put("reason", reason);
    ArrayNode names = body.putArray("tables");
    tables.forEach(names::add);
    return body.toString();
  }

  /** The job does it: when the job is gone, or has begun another one, nothing is known of it. */
  private RepairReport await(JobClient job) throws IOException, InterruptedException {
    PrintWriter err = command.commandLine().getErr();
    Optional<String> begun = Optional.empty();
    long shown = System.nanoTime();
    while (true) {
      RepairReport now;
      try (InputStream in = job.document("repair")) {
        now = Reports.readRepair(in.readAllBytes());
      } catch (NoJob | CommandRefused e) {
        throw new CommandException(
            ExitCode.ERROR,
            "incomplete: the job that repaired is gone: "
                + e.getMessage()
                + "; nothing is left half done, so repair again",
            e);
      }
      if (begun.isPresent() && !begun.get().equals(now.begun())) {
        throw new CommandException(
            ExitCode.ERROR, "incomplete: the job has begun another repair", null);
      }
      begun = Optional.of(now.begun());
      if (now.outcome().isPresent()) {
        return now;
      }
      if (System.nanoTime() - shown > LINE.toNanos()) {
        err.println(now.progress());
        err.flush();
        shown = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  private void write(JobClient job, RepairReport end)
      throws IOException, NoJob, CommandRefused, InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (keys) {
      try (BufferedReader left =
          new BufferedReader(
              new InputStreamReader(job.document("repair/differences"), StandardCharsets.UTF_8))) {
        left.transferTo(out);
      }
    }
    if (format == OutputFormat.json && !keys) {
      out.println(new String(Reports.json(end), StandardCharsets.UTF_8));
    } else {
      (keys ? err : out).print(end.text());
    }
    out.flush();
    err.flush();
  }
}
