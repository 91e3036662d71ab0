package io.crossfade.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The JMH benchmarks, each in a JVM of its own: nanoseconds for a row. A tenth of the seconds that
 * single transactions are written is an iteration: five to get warm, five that count.
 */
record MicroMeasurement() implements Measurement {

  private static final String NAME = "jmh";
  private static final int ITERATIONS = 5;
  private static final long MILLIS_PER_SECOND = Duration.ofSeconds(1).toMillis() / 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of();
  }

  @Override
  public void round(Setup setup, Results results) throws RunnerException {
    TimeValue iteration = TimeValue.milliseconds(setup.seconds() * MILLIS_PER_SECOND);
    Options options =
        new OptionsBuilder()
            .include("^io\\.crossfade\\.bench\\.micro\\.")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            .warmupIterations(ITERATIONS)
            .warmupTime(iteration)
            .measurementIterations(ITERATIONS)
            .measurementTime(iteration)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> all = new Runner(options).run();
    for (RunResult result : all) {
      results.add(
          NAME,
          shortName(result.getParams().getBenchmark()),
          Sample.EMPTY.with(Metric.NANOS_PER_ROW, result.getPrimaryResult().getScore()));
    }
  }

  /** {@code RowCodec.encode} of {@code io.crossfade.bench.micro.RowCodecBenchmark.encode}. */
  static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    int type = benchmark.lastIndexOf('.', method - 1);
    return benchmark.substring(type + 1).replace("Benchmark.", ".");
  }
}
