package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.server.StatusText;
import io.crossfade.spec.SpecException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    description = "Shows where a running job stands.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  private static final Duration REDRAW = Duration.ofSeconds(1);
  private static final Duration LINE = Duration.ofSeconds(10);
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Option(
      names = {"-w", "--watch"},
      description = {
        "goes on until the job ends or Ctrl-C: on a terminal redrawn each second, elsewhere a line",
        "each ten seconds; with -o json an object in a line each second"
      })
  private boolean watch;

  @Override
  public Integer call() throws SpecException, InterruptedException {
    JobClient job = JobCommand.client(file.read().server());
    PrintWriter out = command.commandLine().getOut();
    try {
      if (watch) {
        watch(job, out);
      } else {
        Status status = job.status();
        out.print(
            format == OutputFormat.json
                ? StatusJson.write(status) + "\n"
                : StatusText.render(status, false));
        out.flush();
      }
      return ExitCode.DONE;
    } catch (NoJob e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  /** Ends with {@link NoJob} when the job does: what was watched is there no more. */
  private void watch(JobClient job, PrintWriter out) throws NoJob, InterruptedException {
    boolean terminal = System.console() != null;
    boolean lines = format == OutputFormat.text && !terminal;
    int drawn = 0;
    while (!out.checkError()) { // whoever read it may have gone: `status --watch | head`
      Status status = job.status();
      if (format == OutputFormat.json) {
        out.println(StatusJson.line(status));
      } else if (lines) {
        out.println(Progress.line(status));
      } else {
        String text = StatusText.render(status, false);
        out.print((drawn > 0 ? UP_AND_CLEAR.formatted(drawn) : "") + text);
        drawn = (int) text.chars().filter(c -> c == '\n').count();
      }
      out.flush();
      TimeUnit.MILLISECONDS.sleep((lines ? LINE : REDRAW).toMillis());
    }
  }
}
