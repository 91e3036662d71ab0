package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.Secret;
import io.crossfade.spec.ServerSpec;
import io.crossfade.spec.SpecException;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A command that a running job carries out. */
abstract class JobCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

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

  /** How fast the backfill may go from now on; empty for as fast as it can. */
  OptionalLong maxRowsPerSecond() {
    return OptionalLong.empty();
  }

  /** Has the job do it. */
  Status send(JobClient job, String reason) throws NoJob, CommandRefused, InterruptedException {
    return job.command(command.name(), reason, maxRowsPerSecond());
  }

  /** Whether it says nothing to a job that has copied all rows. */
  boolean endsWithTheCopy() {
    return true;
  }

  /** What is said when it is done. */
  abstract String done(Status after);

  @Override
  public final Integer call() throws SpecException, InterruptedException {
    JobClient job = client(file.read().server());
    try {
      Status after = send(job, reason);
      PrintWriter out = command.commandLine().getOut();
      out.print(format == OutputFormat.json ? StatusJson.write(after) + "\n" : text(after));
      out.flush();
      return ExitCode.DONE;
    } catch (CommandRefused e) {
      throw new CommandException(code(e), e.getMessage(), e);
    } catch (NoJob e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private static int code(CommandRefused refused) {
    if (refused.isGate()) {
      return ExitCode.NOT_MET;
    }
    return refused.isPartlyDone() ? ExitCode.PARTLY : ExitCode.ERROR;
  }

  private String text(Status after) {
    boolean over = endsWithTheCopy() && after.phase().equals("FOLLOWING");
    return done(after) + (over ? "; all rows are copied, so this changes nothing now" : "") + "\n";
  }

  static JobClient client(ServerSpec server) {
    return new JobClient(server.bind(), server.port(), server.token().map(Secret::reveal));
  }
}
