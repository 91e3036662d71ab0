package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Live changes while a backfill runs as fast as it can: transactions of one row in the very table
 * that is copied, from when the target has its first rows until it has all, and how long each is on
 * its way. Nobody does the same: a subscription applies nothing to a table before its first copy is
 * done.
 */
record LagMeasurement() implements Measurement {

  private static final String NAME = "lag";

  /** After that there are no more live changes, however long the backfill still takes. */
  private static final int MOST_SECONDS = 600;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of();
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    Workload workload = new Workload(setup.rows(), Shape.PLAIN);
    try (Pair pair = setup.pair()) {
      workload.prepare(pair);
      try (Observer observer = Observer.of(pair.target());
          Observer counter = Observer.of(pair.target());
          JobProcess job = JobProcess.start(setup, workload.shape(), pair)) {
        observer.awaitRows(Workload.TABLE, 1, job);
        Sample sample = live(setup, workload, pair, observer, counter, job);
        workload.requireEqual(Results.CROSSFADE, pair);
        results.add(NAME, Results.CROSSFADE, sample.with(job.peaks()));
      }
    }
  }

  private static Sample live(
      Setup setup,
      Workload workload,
      Pair pair,
      Observer observer,
      Observer counter,
      JobProcess job)
      throws Exception {
    int perSecond = setup.transactionsPerSecond();
    Set<Long> sessions = new HashSet<>(observer.session());
    sessions.addAll(counter.session());
    Stopwatch stopwatch = Stopwatch.start(job.roles(pair), Set.of(), sessions);
    try (LiveWriters writers =
            LiveWriters.start(
                pair.source(), workload.rows() + 1, perSecond, MOST_SECONDS * perSecond);
        Arrivals arrivals = Arrivals.of(writers, observer, job)) {
      String copied = Workload.TABLE + " WHERE id <= " + workload.rows();
      counter.awaitRows(copied, workload.rows(), job);
      long[] committed = writers.stop();
      Sample arrived = arrivals.await(committed);
      // Rows of both kinds have been carried: those that were there, and those that came.
      long live = Arrays.stream(committed).filter(nanos -> nanos != 0).count();
      return stopwatch.stop(workload.rows() + live).with(arrived);
    }
  }
}
