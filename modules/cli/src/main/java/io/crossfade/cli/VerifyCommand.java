package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.verify.HtmlReport;
import io.crossfade.verify.Reports;
import io.crossfade.verify.TextReport;
import io.crossfade.verify.VerificationReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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

  @Option(names = "--stop", description = "end what --watch began, and a comparison that runs")
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
    // The job compares, with what it was started with; a wrong directory is said
    // here.
    plugins.load().close();
    JobClient job = JobCommand.client(spec.server());
    if (watch || stop) {
      return watch(job);
    }
    PrintWriter err = command.commandLine().getErr();
    Comparing comparing = new Comparing(job, err::println);
    try {
      VerificationReport end = comparing.verify(tables, mask);
      if (!end.spec().equals(spec.fingerprint())) {
        err.println("WARN the job runs with another spec than " + spec.file());
      }
      write(comparing, end);
      return Comparing.exitCode(end.outcome());
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private int watch(JobClient job) throws IOException, InterruptedException {
    if (keys || mask || report != null || (watch && stop)) {
      throw new ParameterException(
          command.commandLine(),
          "--watch and --stop go with none of --keys, --mask, --report, nor with each other");
    }
    VerifyWatch watching = new VerifyWatch(job, command.commandLine().getOut(), format);
    try {
      new Comparing(job, line -> {}).requireKnown(tables);
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

  private void write(Comparing comparing, VerificationReport end)
      throws IOException, NoJob, CommandRefused, InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (report != null) {
      try (BufferedReader differences = comparing.differences();
          Writer to = Files.newBufferedWriter(report)) {
        if (report.toString().toLowerCase(java.util.Locale.ROOT).endsWith(".json")) {
          Reports.json(end, differences, to);
        } else {
          HtmlReport.write(end, differences, to);
        }
      }
    }
    if (keys) {
      try (BufferedReader differences = comparing.differences()) {
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
}
