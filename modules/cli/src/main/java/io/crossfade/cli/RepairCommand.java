package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.NoJob;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.Reports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
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
    PrintWriter err = command.commandLine().getErr();
    Comparing comparing = new Comparing(JobCommand.client(spec.server()), err::println);
    try {
      RepairReport end = comparing.repair(tables, mask, reason);
      if (!end.spec().equals(spec.fingerprint())) {
        err.println("WARN the job runs with another spec than " + spec.file());
      }
      write(comparing, end);
      return Comparing.exitCode(end.outcome());
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private void write(Comparing comparing, RepairReport end)
      throws IOException, NoJob, CommandRefused, InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (keys) {
      try (BufferedReader left = comparing.left()) {
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
