package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.cli.job.Job;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

@Command(
    name = "run",
    description = {
      "Runs a migration in the foreground. Started again it goes on where it was.",
      "SIGTERM or Ctrl-C stops it cleanly."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

  private enum ExitWhen {
    caught_up;

    @Override
    public String toString() {
      return "caught-up";
    }
  }

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;
  @Mixin private PluginsOption plugins;

  @Option(
      names = "--exit-when",
      paramLabel = "caught-up",
      converter = ExitWhenConverter.class,
      description =
          "caught-up: end when the backfill is done and the target has all that the source had then")
  private ExitWhen exitWhen;

  @Override
  public Integer call() throws SpecException, IOException, InterruptedException {
    Spec spec = file.read();
    PrintWriter err = command.commandLine().getErr();
    List<String> left;
    Termination termination = new Termination();
    try (Plugins loaded = plugins.load();
        Job job =
            Job.start(
                spec,
                loaded,
                warning -> {
                  err.println("WARN " + warning);
                  err.flush();
                },
                line -> {
                  err.println(line);
                  err.flush();
                })) {
      left =
          job.ended().isPresent() ? ended(job.ended().get()) : follow(spec, job, termination, err);
    } finally {
      termination.unregister();
    }
    PrintWriter out = command.commandLine().getOut();
    left.forEach(out::println);
    out.flush();
    return ExitCode.DONE;
  }

  /** What is said at the end. */
  private List<String> follow(Spec spec, Job job, Termination termination, PrintWriter err)
      throws InterruptedException {
    try (Progress progress = new Progress(job::status, err)) {
      termination.register(
          () -> {
            progress.close();
            job.close();
          });
      err.println(
          "Running "
              + spec.migration()
              + ": status at "
              + job.api()
              + ", Kafka at "
              + job.bootstrapServers());
      progress.start();
      if (exitWhen == ExitWhen.caught_up) {
        job.awaitCaughtUp();
        long dead = job.deadRows();
        if (dead > 0) {
          throw new CommandException(
              ExitCode.NOT_MET,
              dead
                  + " rows are missing in the target, which refused them: `crossfade rows list` shows"
                  + " them while the job runs; correct the cause, then `crossfade rows retry`, or"
                  + " `crossfade rows skip`");
        }
        return List.of("caught up");
      }
      return ended(job.awaitEnd());
    }
  }

  private static List<String> ended(List<String> left) {
    List<String> lines = new ArrayList<>();
    lines.add("the migration has ended; left:");
    left.forEach(what -> lines.add("  " + what));
    return lines;
  }

  /** The one word there is. */
  private static final class ExitWhenConverter
      implements picocli.CommandLine.ITypeConverter<ExitWhen> {
    @Override
    public ExitWhen convert(String value) {
      if (!value.equals("caught-up")) {
        throw new picocli.CommandLine.TypeConversionException(
            "expected caught-up, but was '" + value + "'");
      }
      return ExitWhen.caught_up;
    }
  }
}
