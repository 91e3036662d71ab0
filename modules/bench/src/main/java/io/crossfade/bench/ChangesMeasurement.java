package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import io.crossfade.sandbox.Database;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each row changed once, in ten transactions: from the first statement until the target has all.
 * Next to a subscription, and to Debezium decoding the same log to nowhere.
 */
record ChangesMeasurement() implements Measurement {

  static final double FLOOR = 0.4;
  private static final String NAME = "changes";
  private static final String SUBSCRIPTION = "native replication";
  private static final String DECODER = "Debezium to nowhere";
  private static final String SLOT_IN_USE =
      "SELECT FROM pg_replication_slots WHERE active AND database = current_database()";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of(
        Ratio.of("changes-vs-native", NAME, SUBSCRIPTION, Metric.SECONDS).withFloor(FLOOR),
        Ratio.of("changes-vs-debezium", NAME, DECODER, Metric.SECONDS));
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    Workload workload = new Workload(setup.rows(), Shape.PLAIN);
    results.add(NAME, SUBSCRIPTION, subscription(setup, workload));
    results.add(NAME, Results.CROSSFADE, crossfade(setup, workload));
    results.add(NAME, DECODER, decoder(setup, workload));
  }

  private static Sample subscription(Setup setup, Workload workload) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepareCopied(pair);
      try (Observer observer = Observer.of(pair.target());
          Subscription subscription = Subscription.following(pair)) {
        Sample sample =
            changes(workload, pair, Roles.ofServers(pair), observer, Observer.Alive.SERVER);
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
        Sample sample = changes(workload, pair, job.roles(pair), observer, job);
        workload.requireEqual(Results.CROSSFADE, pair);
        return sample.with(job.peaks());
      }
    }
  }

  private static Sample changes(
      Workload workload, Pair pair, Roles roles, Observer observer, Observer.Alive mover)
      throws Exception {
    Stopwatch stopwatch = Stopwatch.start(roles, Set.of(), observer.session());
    workload.update(pair.source());
    observer.awaitRow(workload.endIsChanged(), mover);
    Sample sample = stopwatch.stop(workload.rows());
    workload.requireAllChanged(pair.target());
    return sample.with(Metric.RESOLUTION_MILLIS, observer.resolutionMillis());
  }

  private static Sample decoder(Setup setup, Workload workload) throws Exception {
    try (Pair pair = setup.pair()) {
      workload.prepare(pair);
      Database source = pair.source();
      try (Observer observer = Observer.of(source);
          ChildJvm decoder =
              ChildJvm.start(
                  "decoder-" + source.name(),
                  Decoder.class.getName(),
                  List.of(source.jdbcUrl(), source.user(), Long.toString(workload.rows())),
                  setup.directory(),
                  Map.of("SOURCE_PASSWORD", source.password()))) {
        observer.awaitRow(SLOT_IN_USE, decoder);
        Roles roles = Roles.ofServers(pair).withMover(decoder.pid());
        Stopwatch stopwatch = Stopwatch.start(roles, observer.session(), Set.of());
        workload.update(source);
        decoder.awaitLine(Decoder.DONE);
        return stopwatch.stop(workload.rows());
      }
    }
  }
}
