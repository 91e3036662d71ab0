package io.crossfade.cli;

import io.crossfade.cli.demo.Demo;
import io.crossfade.cli.demo.DemoJob;
import io.crossfade.cli.demo.DemoOptions;
import io.crossfade.cli.demo.DemoStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Spec;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
    name = "demo",
    description = {
      "Shows a migration under load, with servers of its own: starts two PostgreSQL and a broker,",
      "fills an old model, writes to it all the time, migrates it, compares old and new by SQL.",
      "Needs nothing and leaves nothing behind. Ends with 0 only if both are equal."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + DemoOptions.DEFAULT_ROWS,
      description = "rows in each of the three old tables; default: ${DEFAULT-VALUE}")
  private long rows;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "" + DemoOptions.DEFAULT_SECONDS,
      description =
          "how long clients write at least, they go on until all is copied; default:"
              + " ${DEFAULT-VALUE}")
  private long seconds;

  @Option(
      names = "--hold",
      description = "keep all running at the end, print how to connect, wait for Ctrl-C")
  private boolean hold;

  @Override
  public Integer call() {
    DemoOptions options;
    try {
      options = new DemoOptions(rows, Duration.ofSeconds(seconds), hold);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    return new Demo(DemoCommand::start, System.out, System.err, Terminal.isStandardError(), options)
        .run();
  }

  private static DemoJob start(Spec spec) throws Exception {
    return new RunningJob(Job.start(spec, warning -> System.err.println("WARN " + warning)));
  }

  private record RunningJob(Job job) implements DemoJob {

    @Override
    public Status status() {
      return job.status();
    }

    @Override
    public DemoStatistics statistics() {
      JobStatistics all = job.statistics();
      return new DemoStatistics(
          all.rowsCopied(),
          all.rowsGaveWay(),
          all.changesPublished(),
          all.recordsApplied(),
          all.lagMedian(),
          all.lagP99());
    }

    @Override
    public void awaitCaughtUp() throws InterruptedException {
      job.awaitCaughtUp();
    }

    @Override
    public void awaitBarrier() throws InterruptedException {
      job.awaitBarrier();
    }

    @Override
    public URI api() {
      return job.api();
    }

    @Override
    public void close() {
      job.close();
    }
  }
}
