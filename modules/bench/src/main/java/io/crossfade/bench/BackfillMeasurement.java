package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import java.util.List;
import java.util.Set;

/**
 * The first copy of a table, from its first read until the target has all rows: ours, {@code COPY |
 * COPY} of the same SELECT, and a subscription's, which can filter but not transform.
 */
record BackfillMeasurement(String name, Shape shape) implements Measurement {

  static final double FLOOR = 0.25;
  private static final String SUBSCRIPTION = "native first sync";

  static BackfillMeasurement plain() {
    return new BackfillMeasurement("backfill", Shape.PLAIN);
  }

  static BackfillMeasurement transforming() {
    return new BackfillMeasurement("transform", Shape.TRANSFORMING);
  }

  @Override
  public List<Ratio> ratios() {
    Ratio copy = Ratio.of(name + "-vs-copy", name, CopyPipe.NAME, Metric.SECONDS);
    return List.of(
        shape == Shape.PLAIN ? copy.withFloor(FLOOR) : copy,
        Ratio.of(name + "-vs-native", name, SUBSCRIPTION, Metric.SECONDS));
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    Workload workload = new Workload(setup.rows(), shape);
    results.add(name, CopyPipe.NAME, copyPipe(setup, workload));
    results.add(name, Results.CROSSFADE, crossfade(setup, workload));
    results.add(name, SUBSCRIPTION, subscription(setup, workload));
  }

  private static Sample copyPipe(Setup setup, Workload workload) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepare(pair);
      Sample sample = CopyPipe.run(workload, pair);
      workload.requireEqual(CopyPipe.NAME, pair);
      return sample;
    }
  }

  /** What is done with a job whose backfill is done. */
  @FunctionalInterface
  interface Then {
    void after(JobProcess job, Pair pair, Sample backfill) throws Exception;
  }

  /** One backfill by a job of its own. */
  static Sample crossfade(Setup setup, Workload workload) throws Exception {
    return crossfade(setup, workload, (job, pair, backfill) -> {});
  }

  /** The same, and then something with that job. */
  static Sample crossfade(Setup setup, Workload workload, Then then) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepare(pair);
      try (Observer observer = Observer.of(pair.target())) {
        Stopwatch start = Stopwatch.start(Roles.ofServers(pair), Set.of(), observer.session());
        try (JobProcess job = JobProcess.start(setup, workload.shape(), pair)) {
          Roles roles = job.roles(pair);
          Sample sample = timed(workload, pair, observer, start.as(roles), job);
          workload.requireEqual(Results.CROSSFADE, pair);
          then.after(job, pair, sample);
          return sample.with(job.peaks());
        }
      }
    }
  }

  private static Sample timed(
      Workload workload, Pair pair, Observer observer, Stopwatch start, Observer.Alive mover)
      throws Exception {
    try (FirstRead first =
        FirstRead.in(
            pair.source(), () -> Stopwatch.start(start.roles(), Set.of(), observer.session()))) {
      return awaitCopy(workload, observer, start, first, mover);
    }
  }

  private static Sample awaitCopy(
      Workload workload, Observer observer, Stopwatch start, FirstRead first, Observer.Alive mover)
      throws Exception {
    observer.awaitRows(Workload.TABLE, workload.rowsOfTarget(), mover);
    Sample withStart = start.stop(workload.rows());
    Sample sample = first.begun().map(begun -> begun.stop(workload.rows())).orElse(withStart);
    return sample
        .with(Metric.SECONDS_WITH_START, withStart.get(Metric.SECONDS).orElseThrow())
        .with(Metric.RESOLUTION_MILLIS, observer.resolutionMillis());
  }

  private static Sample subscription(Setup setup, Workload workload) throws Exception {
    Workload untransformed = new Workload(workload.rows(), workload.shape().untransformed());
    try (Pair pair = setup.pair()) {
      untransformed.prepare(pair);
      Roles roles = Roles.ofServers(pair);
      try (Observer observer = Observer.of(pair.target());
          FirstRead first =
              FirstRead.in(
                  pair.source(), () -> Stopwatch.start(roles, Set.of(), observer.session()))) {
        Stopwatch start = Stopwatch.start(roles, Set.of(), observer.session());
        try (Subscription subscription = Subscription.copying(pair, workload.shape().filter())) {
          Sample sample = awaitCopy(untransformed, observer, start, first, Observer.Alive.SERVER);
          untransformed.requireEqual(subscription.name(), pair);
          return sample;
        }
      }
    }
  }
}
