package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import java.util.List;
import java.util.Set;

/**
 * Transactions of one row, so many a second: from the acknowledgement of each commit by the source
 * until its row can be seen in the target. Both are seen by the same observer; see {@link
 * Arrivals}.
 */
record LatencyMeasurement() implements Measurement {

  private static final String NAME = "latency";
  private static final String SUBSCRIPTION = "native replication";

  /** Rows that are there before; more would only make the start longer. */
  private static final long MOST_ROWS = 100_000;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of(
        Ratio.of("latency-p50-vs-native", NAME, SUBSCRIPTION, Metric.P50_MILLIS),
        Ratio.of("latency-p99-vs-native", NAME, SUBSCRIPTION, Metric.P99_MILLIS));
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    Workload workload = new Workload(Math.min(setup.rows(), MOST_ROWS), Shape.PLAIN);
    results.add(NAME, SUBSCRIPTION, subscription(setup, workload));
    results.add(NAME, Results.CROSSFADE, crossfade(setup, workload));
  }

  private static Sample subscription(Setup setup, Workload workload) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepareCopied(pair);
      try (Observer observer = Observer.of(pair.target());
          Subscription subscription = Subscription.following(pair)) {
        Sample sample =
            warm(setup, workload, pair, Roles.ofServers(pair), observer, Observer.Alive.SERVER);
        workload.requireEqual(subscription.name(), pair);
        return sample;
      }
    }
  }

  private static Sample crossfade(Setup setup, Workload workload) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepare(pair);
      try (Observer observer = Observer.of(pair.target());
          JobProcess job = JobProcess.start(setup, workload.shape(), pair)) {
        observer.awaitRows(Workload.TABLE, workload.rowsOfTarget(), job);
        job.awaitFollowing();
        pair.checkpoint();
        Sample sample = warm(setup, workload, pair, job.roles(pair), observer, job);
        workload.requireEqual(Results.CROSSFADE, pair);
        return sample.with(job.peaks());
      }
    }
  }

  /** Twice, and the second counts: a job runs for days, not for its first seconds. */
  private static Sample warm(
      Setup setup,
      Workload workload,
      Pair pair,
      Roles roles,
      Observer observer,
      Observer.Alive mover)
      throws Exception {
    long firstId = workload.rows() + 1;
    live(setup, firstId, pair, roles, observer, mover);
    return live(setup, firstId + transactions(setup), pair, roles, observer, mover);
  }

  private static Sample live(
      Setup setup, long firstId, Pair pair, Roles roles, Observer observer, Observer.Alive mover)
      throws Exception {
    Stopwatch stopwatch = Stopwatch.start(roles, Set.of(), observer.session());
    try (LiveWriters writers =
            LiveWriters.start(
                pair.source(), firstId, setup.transactionsPerSecond(), transactions(setup));
        Arrivals arrivals = Arrivals.of(writers, observer, mover)) {
      long[] committed = writers.join();
      Sample written = stopwatch.stop(transactions(setup));
      return written.with(arrivals.await(committed));
    }
  }

  private static int transactions(Setup setup) {
    return setup.seconds() * setup.transactionsPerSecond();
  }
}
