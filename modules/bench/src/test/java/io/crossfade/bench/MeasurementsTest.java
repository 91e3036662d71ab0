package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * So few rows say nothing about speed. But each measurement looks itself whether all rows have
 * arrived, and fails if not.
 */
class MeasurementsTest {

  private static final Set<Metric> CPU_OF_ALL =
      Set.of(
          Metric.CPU_MOVER,
          Metric.CPU_BROKER,
          Metric.CPU_SOURCE,
          Metric.CPU_TARGET,
          Metric.CPU_OBSERVER);
  private static final Set<Metric> MEMORY =
      Set.of(Metric.PEAK_JOB_MEBIBYTES, Metric.PEAK_BROKER_MEBIBYTES);
  private static final Set<Metric> SPEED = Set.of(Metric.SECONDS, Metric.ROWS_PER_SECOND);
  private static final Set<Metric> DELAYS =
      Set.of(Metric.P50_MILLIS, Metric.P99_MILLIS, Metric.MAX_MILLIS, Metric.RESOLUTION_MILLIS);

  private static PostgresServer source;
  private static PostgresServer target;
  @TempDir private Path directory;
  private final Results results = new Results((subject, sample) -> {});

  @BeforeAll
  static void startServers() {
    PostgresOptions options = PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe();
    source = PostgresServer.start(options);
    target = PostgresServer.start(options);
  }

  @AfterAll
  static void stopServers() {
    target.close();
    source.close();
  }

  private Setup setup(long rows) {
    return new Setup(rows, 1, 200, source, target, directory);
  }

  @Test
  void shouldMeasureABackfillThatTransforms() throws Exception {
    measure(BackfillMeasurement.transforming(), 300);

    assertThat(metrics("transform", "Crossfade")).containsAll(CPU_OF_ALL).containsAll(MEMORY);
    assertThat(metrics("transform", "COPY | COPY")).containsAll(SPEED).contains(Metric.CPU_MOVER);
    assertThat(metrics("transform", "native first sync"))
        .containsAll(SPEED)
        .contains(Metric.SECONDS_WITH_START)
        .doesNotContain(Metric.CPU_MOVER, Metric.CPU_BROKER);
  }

  @Test
  @Tag("slow")
  @Tag("long")
  void shouldMeasureAPlainBackfill() throws Exception {
    measure(BackfillMeasurement.plain(), 300);

    assertThat(metrics("backfill", "Crossfade")).containsAll(CPU_OF_ALL).containsAll(MEMORY);
  }

  @Test
  @Tag("slow")
  void shouldMeasureChanges() throws Exception {
    measure(new ChangesMeasurement(), 300);

    assertThat(metrics("changes", "Crossfade"))
        .containsAll(SPEED)
        .containsAll(CPU_OF_ALL)
        .containsAll(MEMORY);
    assertThat(metrics("changes", "Debezium to nowhere"))
        .containsAll(SPEED)
        .contains(Metric.CPU_MOVER);
  }

  @Test
  @Tag("slow")
  void shouldMeasureLatencyTheSameWayForBoth() throws Exception {
    measure(new LatencyMeasurement(), 300);

    assertThat(metrics("latency", "Crossfade")).containsAll(DELAYS);
    assertThat(metrics("latency", "native replication")).containsAll(DELAYS);
  }

  @Test
  @Tag("slow")
  @Tag("long")
  void shouldMeasureTheLagOfLiveChangesDuringABackfill() throws Exception {
    measure(new LagMeasurement(), 300);

    assertThat(metrics("lag", "Crossfade")).containsAll(DELAYS).containsAll(MEMORY);
  }

  /**
   * Fails where what is timed is not a verification of all rows, or where the source's part is not
   * told.
   */
  @Test
  @Tag("slow")
  @Tag("long")
  void shouldMeasureAVerificationNextToItsBackfill() throws Exception {
    measure(new VerifyMeasurement(), 300);

    assertThat(metrics("verify", "Crossfade"))
        .containsAll(SPEED)
        .containsAll(CPU_OF_ALL)
        .contains(Metric.RESOLUTION_MILLIS);
    assertThat(metrics("verify", "its backfill")).containsAll(SPEED).containsAll(CPU_OF_ALL);
  }

  @Test
  @Tag("slow")
  @Tag("long")
  void shouldMeasureTenTimesTheRows() throws Exception {
    measure(new ScaleMeasurement(), 300);

    assertThat(new ScaleMeasurement().ratios().get(0).in(results)).isNotEmpty();
  }

  @Test
  @Tag("slow")
  void shouldRunEachMicroBenchmark() throws Exception {
    new MicroMeasurement().round(setup(300), results);

    assertThat(results.subjects().stream().map(Results.Subject::who))
        .containsExactlyInAnyOrder(
            "ChunkEncoder.lineToRecord",
            "RowCodec.decode",
            "RowCodec.encode",
            "SelectPlan.plain",
            "SelectPlan.transforming");
  }

  @Test
  void shouldSeeEachRowThatWritersHaveCommitted() throws Exception {
    Workload workload = new Workload(100, Workload.Shape.PLAIN);
    try (Pair pair = setup(100).pair();
        Observer observer = Observer.of(pair.source());
        Observer counter = Observer.of(pair.source())) {
      workload.prepare(pair);
      try (LiveWriters writers = LiveWriters.start(pair.source(), 101, 500, 100_000);
          Arrivals arrivals = Arrivals.of(writers, observer, Observer.Alive.SERVER)) {
        counter.awaitRows(Workload.TABLE, 400, Observer.Alive.SERVER);
        long[] committed = writers.stop();
        Sample sample = arrivals.await(committed);

        // In the very database that is written to, a row can be seen when its commit is there.
        assertThat(sample.get(Metric.RESOLUTION_MILLIS).orElseThrow()).isPositive();
        assertThat(sample.get(Metric.P50_MILLIS).orElseThrow()).isLessThan(300);
        long written = Arrays.stream(committed).filter(nanos -> nanos != 0).count();
        assertThat(pair.source().query("SELECT count(*) FROM public.events"))
            .containsExactly(Long.toString(100 + written));
      }
    }
  }

  @Test
  void shouldRefuseACopyThatDiffersInOneValue() throws Exception {
    Workload workload = new Workload(100, Workload.Shape.PLAIN);
    try (Pair pair = setup(100).pair()) {
      workload.prepareCopied(pair);
      workload.requireEqual("nobody", pair);
      pair.target().execute("UPDATE public.events SET name = name || '.' WHERE id = 50");

      assertThatThrownBy(() -> workload.requireEqual("somebody", pair))
          .hasMessageContaining("somebody has made no equal copy");
    }
  }

  @Test
  void shouldRefuseATimeAtWhichOnlyTheLastRowsWereChanged() throws Exception {
    Workload workload = new Workload(2000, Workload.Shape.PLAIN);
    try (Pair pair = setup(2000).pair();
        Observer observer = Observer.of(pair.target())) {
      workload.prepareCopied(pair);
      workload.update(pair.target());
      observer.awaitRow(workload.endIsChanged(), Observer.Alive.SERVER);
      workload.requireAllChanged(pair.target());
      pair.target().execute("UPDATE public.events SET note = 'as before' WHERE id = 7");

      assertThatThrownBy(() -> workload.requireAllChanged(pair.target()))
          .hasMessageStartingWith("1 rows were not changed yet");
    }
  }

  @Test
  void shouldSayWhyAChildHasEnded() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            "child", "io.crossfade.cli.Main", List.of("validate"), directory, Map.of())) {
      assertThatThrownBy(() -> child.awaitLine("never printed"))
          .hasMessageContaining("child has ended with 2")
          .hasMessageContaining("-f");
    }
  }

  private void measure(Measurement measurement, long rows) throws Exception {
    measurement.round(setup(rows), results);

    assertThat(measurement.ratios())
        .allSatisfy(ratio -> assertThat(ratio.in(results)).as(ratio.id()).isNotEmpty());
    assertThat(List.of(directory.toFile().listFiles()))
        .as("what jobs have left behind")
        .allSatisfy(file -> assertThat(file.getName()).endsWith(".log"));
  }

  private Set<Metric> metrics(String measurement, String who) {
    return results.median(measurement, who).values().keySet().stream().collect(Collectors.toSet());
  }
}
