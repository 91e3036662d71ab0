package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.RefusedRow;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.SpecException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
    name = "rows",
    description = "Shows the rows that the target refused, and decides about them.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RowsCommand.ListRows.class, RowsCommand.Retry.class, RowsCommand.Skip.class})
final class RowsCommand implements Runnable {

  @picocli.CommandLine.Spec private CommandSpec command;

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "which? list, retry or skip");
  }

  /** What all three share. */
  abstract static class RowsOfJob implements Callable<Integer> {
    @picocli.CommandLine.Spec CommandSpec command;
    @Mixin SpecFile file;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        defaultValue = "text",
        description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    OutputFormat format;

    abstract int run(JobClient job, PrintWriter out)
        throws NoJob, CommandRefused, InterruptedException;

    @Override
    public Integer call() throws SpecException, InterruptedException {
      JobClient job = JobCommand.client(file.read().server());
      PrintWriter out = command.commandLine().getOut();
      try {
        int code = run(job, out);
        out.flush();
        return code;
      } catch (NoJob | CommandRefused e) {
        throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
      }
    }

    void print(PrintWriter out, Status after, String done) {
      out.print(format == OutputFormat.json ? StatusJson.write(after) + "\n" : done + "\n");
    }

    static String left(Status after) {
      return after.deadRows() == 0
          ? "no row is refused any more"
          : after.deadRows() + " rows are still refused: `crossfade rows list`";
    }
  }

  @Command(
      name = "list",
      description = "Shows them, the oldest first.",
      mixinStandardHelpOptions = true)
  static final class ListRows extends RowsOfJob {
    @Override
    int run(JobClient job, PrintWriter out) throws NoJob, CommandRefused, InterruptedException {
      List<RefusedRow> rows = job.rows();
      if (rows.size() >= TargetDatabase.MOST_LISTED) {
        command
            .commandLine()
            .getErr()
            .println(
                "WARN only the oldest "
                    + rows.size()
                    + " are listed; `crossfade status` counts all");
      }
      if (format == OutputFormat.json) {
        out.println(StatusJson.rows(rows));
      } else if (rows.isEmpty()) {
        out.println("no row was refused");
      } else {
        for (RefusedRow row : rows) {
          out.println(
              row.state()
                  + "  "
                  + row.table()
                  + "  "
                  + row.key()
                  + "  since "
                  + row.since()
                  + "\n    "
                  + row.error()
                  + " (SQLSTATE "
                  + row.sqlState()
                  + "; "
                  + row.topic()
                  + "-"
                  + row.partition()
                  + " offset "
                  + row.offset()
                  + ")"
                  + (row.reason().isEmpty() ? "" : "\n    skipped: " + row.reason()));
        }
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "retry",
      description = {
        "Has them tried again: all, or those of one table, or one.",
        "Where one of them stops the line, the line goes on."
      },
      mixinStandardHelpOptions = true)
  static final class Retry extends RowsOfJob {

    @Option(names = "--table", paramLabel = "TABLE", defaultValue = "", description = "of this one")
    private String table;

    @Option(
        names = "--key",
        paramLabel = "KEY",
        defaultValue = "",
        description = "the one with this key, as `rows list` shows it, or its value alone")
    private String key;

    @Option(names = "--all", description = "all of them; the same as nothing")
    private boolean all;

    @Override
    int run(JobClient job, PrintWriter out) throws NoJob, CommandRefused, InterruptedException {
      if (all && !(table + key).isEmpty()) {
        throw new ParameterException(command.commandLine(), "--all, or --table and --key");
      }
      boolean stopped = job.rows().stream().anyMatch(row -> row.state().equals("stopped"));
      Status after = job.rows("rows/retry", Map.of("table", table, "key", key));
      print(
          out,
          after,
          stopped
              ? "the line begins again; `crossfade status` shows whether it goes on"
              : "tried again; " + left(after));
      return after.deadRows() > 0 ? ExitCode.NOT_MET : ExitCode.DONE;
    }
  }

  @Command(
      name = "skip",
      description = {
        "Goes on without them: they are missing in the target, stay in the list as skipped and are",
        "not counted any more. A later change of such a row is applied as any other."
      },
      mixinStandardHelpOptions = true)
  static final class Skip extends RowsOfJob {

    @Option(names = "--table", paramLabel = "TABLE", defaultValue = "", description = "of this one")
    private String table;

    @Option(
        names = "--key",
        paramLabel = "KEY",
        defaultValue = "",
        description = "the one with this key, as `rows list` shows it, or its value alone")
    private String key;

    @Option(names = "--all", description = "all of them")
    private boolean all;

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "why, for those who look later")
    private String reason;

    @Override
    int run(JobClient job, PrintWriter out) throws NoJob, CommandRefused, InterruptedException {
      if (all == !(table + key).isEmpty()) {
        throw new ParameterException(
            command.commandLine(), "which rows? --table and --key, or --all");
      }
      Status after =
          job.rows(
              "rows/skip", Map.of("table", table, "key", key, "all", "" + all, "reason", reason));
      print(out, after, "skipped; " + left(after));
      return ExitCode.DONE;
    }
  }
}
