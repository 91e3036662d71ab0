package io.crossfade.cli;

import io.crossfade.cli.demo.Demo;
import io.crossfade.cli.demo.DemoJob;
import io.crossfade.cli.demo.DemoOptions;
import io.crossfade.cli.job.Job;
import io.crossfade.cli.job.JobStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Spec;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.VerificationReport;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
    name = "demo",
    description = {
      "The whole thing on this machine: two real PostgreSQL servers, a real Kafka broker, live writes.",
      "Ends with 0 only if old and new are equal. Leaves nothing."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "rows in each of the three old tables; default: ${DEFAULT-VALUE}")
  private long rows = DemoOptions.DEFAULT_ROWS;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "how long clients write at least; default: ${DEFAULT-VALUE}")
  private long seconds = DemoOptions.DEFAULT_SECONDS;

  @Option(
      names = "--cutover",
      description = {
        "then go the whole way while clients write: rehearse, cut over, roll back, cut over again,",
        "complete (not with --hold)"
      })
  private boolean cutover;

  @Option(names = "--hold", description = "keep all running afterwards, and say how to connect")
  private boolean hold;

  @Override
  public Integer call() {
    return new Demo(
            DemoCommand::start, System.out, System.err, Terminal.isStandardError(), options())
        .run();
  }

  private DemoOptions options() {
    try {
      return new DemoOptions(rows, Duration.ofSeconds(seconds), cutover, hold, 1);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /** The real thing. */
  static DemoJob start(Spec spec) throws Exception {
    return new RunningJob(spec, Job.start(spec, System.err::println));
  }

  /** A job as the demo sees one. */
  private record RunningJob(Spec spec, Job job) implements DemoJob {

    @Override
    public Status status() {
      return job.status();
    }

    @Override
    public JobStatistics statistics() {
      return job.statistics();
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
    public VerificationReport verify(List<String> tables) throws Exception {
      return comparing().verify(tables, false);
    }

    @Override
    public List<String> differences() throws Exception {
      try (BufferedReader lines = comparing().differences()) {
        return lines.lines().toList();
      }
    }

    @Override
    public RepairReport repair(List<String> tables) throws Exception {
      return comparing().repair(tables, false, "the demo has planted a corruption");
    }

    @Override
    public Said command(List<String> arguments) {
      List<String> all = new ArrayList<>(arguments);
      all.addAll(List.of("-f", spec.file().toString()));
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int code =
          Main.run(
              new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
      return new Said(code, out.toString(), err.toString());
    }

    /** Over HTTP, as the commands do. */
    private Comparing comparing() {
      return new Comparing(JobCommand.client(spec.server()), line -> {});
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
