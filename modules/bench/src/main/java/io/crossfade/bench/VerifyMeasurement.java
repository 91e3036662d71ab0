package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import io.crossfade.server.CommandRefused;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * {@code crossfade verify} of a table, next to the backfill of that table by the same job. Nobody
 * writes: each row is read and hashed once on each side.
 */
record VerifyMeasurement() implements Measurement {

  static final double FLOOR = 0.5;
  private static final String NAME = "verify";
  private static final String BACKFILL = "its backfill";

  /** Whose CPU time a verification costs. */
  private static final List<Metric> PAID =
      List.of(Metric.CPU_MOVER, Metric.CPU_BROKER, Metric.CPU_SOURCE, Metric.CPU_TARGET);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of(
        Ratio.of("verify-vs-backfill", NAME, BACKFILL, Metric.ROWS_PER_SECOND).withFloor(FLOOR));
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    Workload workload = new Workload(setup.rows(), Shape.PLAIN);
    BackfillMeasurement.crossfade(
        setup,
        workload,
        (job, pair, backfill) -> {
          results.add(NAME, BACKFILL, withShare(backfill));
          results.add(NAME, Results.CROSSFADE, verify(job, pair, workload));
        });
  }

  private static Sample verify(JobProcess job, Pair pair, Workload workload)
      throws IOException, CommandRefused, InterruptedException {
    job.awaitFollowing();
    pair.checkpoint();
    Stopwatch start = Stopwatch.start(job.roles(pair), Set.of(), Set.of());
    double resolution = job.verify(workload.rowsOfTarget());
    return withShare(start.stop(workload.rows())).with(Metric.RESOLUTION_MILLIS, resolution);
  }

  /** Of all CPU time that was paid, the source's part. */
  private static Sample withShare(Sample sample) {
    double all = PAID.stream().mapToDouble(metric -> sample.get(metric).orElse(0)).sum();
    double source = sample.get(Metric.CPU_SOURCE).orElse(0);
    return all > 0 ? sample.with(Metric.SOURCE_SHARE_PERCENT, 100 * source / all) : sample;
  }
}
