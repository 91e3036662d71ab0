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
import io.crossfade.verify.HtmlReport;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.Reports;
import io.crossfade.verify.TextReport;
import io.crossfade.verify.VerificationReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code crossfade verify}. */
@Command(
    name = "verify",
    description = {
      "Compares new tables with their SELECTs, executed by the source, while writes go on.",
      "A running job carries it out. Exit 0: equal, 3: different, 1: not all could be compared."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration LINE = Duration.ofSeconds(10);

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;
  @Mixin private PluginsOption plugins;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "a new table, schema.name; may be repeated; default: all, and the checks")
  private List<String> tables = List.of();

  @Option(
      names = "--keys",
      description = "print each differing row on standard output, an object in a line")
  private boolean keys;

  @Option(names = "--mask", description = "leave values out; keys stay")
  private boolean mask;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "write a report: .html, a page that needs nothing else, or .json")
  private Path report;

  @Option(
      names = "--watch",
      description = {
        "compare again and again, round after round; the job goes on with it after Ctrl-C and after",
        "a restart, until --stop"
      })
  private boolean watch;

  @Option(
      names = "--share",
      paramLabel = "PERCENT",
      defaultValue = "5%",
      description = "with --watch: of the time that the source is busy for it; default: 5 %%")
  private String share;

  @Option(names = "--stop", description = "end what --watch began")
  private boolean stop;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, IOException, InterruptedException {
    if (report != null && !report.toString().matches("(?i).*\\.(html|json)")) {
      throw new ParameterException(
          command.commandLine(), "--report " + report + ": the name must end in .html or .json");
    }
    Spec spec = file.read();
    // The job compares, with the functions that it was started with; a wrong directory is said
    // here.
    plugins.load().close();
    JobClient job = JobCommand.client(spec.server());
    if (watch || stop) {
      return watch(job);
    }
    VerificationReport end;
    try {
      requireKnown(tables, job.status().tables().stream().map(Status.Table::into).toList());
      job.command("verify", body());
      end = await(job);
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
    PrintWriter err = command.commandLine().getErr();
    if (!end.spec().equals(spec.fingerprint())) {
      err.println("WARN the job runs with another spec than " + spec.file());
    }
    try {
      write(job, end);
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
    return exitCode(end.outcome().orElse(Outcome.INCOMPLETE));
  }

  private int watch(JobClient job) throws IOException, InterruptedException {
    if (keys || mask || report != null || (watch && stop)) {
      throw new ParameterException(
          command.commandLine(),
          "--watch and --stop go with none of --keys, --mask, --report, nor with each other");
    }
    VerifyWatch watching = new VerifyWatch(job, command.commandLine().getOut(), format);
    try {
      requireKnown(tables, job.status().tables().stream().map(Status.Table::into).toList());
      if (stop) {
        watching.stop();
        return ExitCode.DONE;
      }
      return watching.watch(tables, VerifyWatch.share(share));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  static void requireKnown(List<String> asked, List<String> known) {
    for (String table : asked) {
      if (known.stream().noneMatch(one -> one.equals(table) || one.endsWith("." + table))) {
        throw new CommandException(
            ExitCode.USAGE,
            "--table: the job has no table " + table + "; it has " + String.join(", ", known));
      }
    }
  }

  private String body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("masked", mask);
    ArrayNode names = body.putArray("tables");
    tables.forEach(names::add);
    return body.toString();
  }

  static int exitCode(Outcome outcome) {
    return switch (outcome) {
      case EQUAL -> ExitCode.DONE;
      case DIFFERENT -> ExitCode.NOT_MET;
      case INCOMPLETE -> ExitCode.ERROR;
    };
  }

  /** The job does it: when the job is gone, or has begun another one, this one is not complete. */
  private VerificationReport await(JobClient job) throws IOException, InterruptedException {
    PrintWriter err = command.commandLine().getErr();
    Optional<String> begun = Optional.empty();
    long shown = System.nanoTime();
    while (true) {
      VerificationReport now;
      try (InputStream in = job.document("verification")) {
        now = Reports.read(in.readAllBytes());
      } catch (NoJob | CommandRefused e) {
        throw new CommandException(
            ExitCode.ERROR, "incomplete: the job that compared is gone: " + e.getMessage(), e);
      }
      if (begun.isPresent() && !begun.get().equals(now.begun())) {
        throw new CommandException(
            ExitCode.ERROR, "incomplete: the job has begun another verification", null);
      }
      begun = Optional.of(now.begun());
      if (now.outcome().isPresent()) {
        return now;
      }
      if (System.nanoTime() - shown > LINE.toNanos()) {
        err.println(TextReport.progress(now));
        err.flush();
        shown = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  private void write(JobClient job, VerificationReport end)
      throws IOException, NoJob, CommandRefused, InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (report != null) {
      try (BufferedReader differences = differences(job);
          Writer to = Files.newBufferedWriter(report)) {
        if (report.toString().toLowerCase(java.util.Locale.ROOT).endsWith(".json")) {
          Reports.json(end, differences, to);
        } else {
          HtmlReport.write(end, differences, to);
        }
      }
    }
    if (keys) {
      try (BufferedReader differences = differences(job)) {
        differences.transferTo(out);
      }
    }
    if (format == OutputFormat.json && !keys) {
      out.println(new String(Reports.json(end), StandardCharsets.UTF_8));
    } else {
      (keys ? err : out).print(TextReport.of(end));
    }
    out.flush();
    err.flush();
  }

  private static BufferedReader differences(JobClient job)
      throws NoJob, CommandRefused, InterruptedException {
    return new BufferedReader(
        new InputStreamReader(job.document("verification/differences"), StandardCharsets.UTF_8));
  }
}
