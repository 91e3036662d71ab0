package io.crossfade.cli.job;

import io.crossfade.core.table.TableId;
import io.crossfade.transform.Apply;
import io.crossfade.transform.Latency;
import io.crossfade.transform.Statistics.TableCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The metrics of apply, beside those that the status gives. */
final class JobMetrics {

  /** Seconds; from what a good network makes to what wakes somebody up. */
  private static final double[] BOUNDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
  };

  private JobMetrics() {}

  /** Rows that were compared, by what came of it. */
  static void register(
      PrometheusMeterRegistry registry, String migration, Migration tables, Verifier verifier) {
    for (Migration.MappedTable table : tables.tables()) {
      String into = table.target().id().toString();
      for (String result : Verifier.RESULTS) {
        FunctionCounter.builder("crossfade.verify.rows", verifier, v -> v.rows(into, result))
            .description("Rows that were compared")
            .tag("migration", migration)
            .tag("table", into)
            .tag("result", result)
            .register(registry);
      }
    }
  }

  /** When tables were last found equal, and what watching costs the source. */
  static void register(
      PrometheusMeterRegistry registry,
      String migration,
      Migration tables,
      VerifiedTables verified,
      Watcher watcher) {
    for (Migration.MappedTable table : tables.tables()) {
      TableId into = table.target().id();
      Gauge.builder("crossfade.verify.last.equal.timestamp", verified, v -> v.equalAt(into))
          .description("When the table was last found equal, in seconds since 1970")
          .baseUnit("seconds")
          .tag("migration", migration)
          .tag("table", into.toString())
          .register(registry);
    }
    Gauge.builder("crossfade.verify.source.share", watcher, Watcher::used)
        .description("Share of the time that the source was busy for verify --watch")
        .tag("migration", migration)
        .register(registry);
  }

  /** What cannot come back. */
  static void register(
      PrometheusMeterRegistry registry, String migration, Migration tables, LossWatch loss) {
    for (Migration.MappedTable table : tables.tables()) {
      TableId into = table.target().id();
      Gauge.builder("crossfade.rollback.loss.rows", loss, watch -> watch.rows(into))
          .description("Rows written since the cutover that a rollback would lose")
          .tag("migration", migration)
          .tag("table", into.toString())
          .register(registry);
    }
  }

  static void register(
      PrometheusMeterRegistry registry, String migration, Migration tables, Apply apply) {
    for (Migration.MappedTable table : tables.tables()) {
      TableId into = table.target().id();
      rows(registry, migration, into, "upsert", apply, TableCounts::upserted);
      rows(registry, migration, into, "delete", apply, TableCounts::deleted);
      rows(registry, migration, into, "copy", apply, TableCounts::copied);
    }
    Collector endToEnd = () -> histogram(migration, apply.statistics().endToEnd());
    registry.getPrometheusRegistry().register(endToEnd);
  }

  private static void rows(
      PrometheusMeterRegistry registry,
      String migration,
      TableId into,
      String operation,
      Apply apply,
      ToLongFunction<TableCounts> count) {
    FunctionCounter.builder(
            "crossfade.apply.rows",
            apply,
            a -> {
              TableCounts counts = a.statistics().tables().get(into);
              return counts == null ? 0 : count.applyAsLong(counts);
            })
        .description("Rows that were written to the target")
        .tag("migration", migration)
        .tag("table", into.toString())
        .tag("op", operation)
        .register(registry);
  }

  private static HistogramSnapshot histogram(String migration, Latency latency) {
    List<ClassicHistogramBucket> buckets = new ArrayList<>();
    long below = 0;
    for (double bound : BOUNDS) {
      long upTo = latency.countUpTo(bound);
      buckets.add(new ClassicHistogramBucket(bound, upTo - below));
      below = upTo;
    }
    buckets.add(new ClassicHistogramBucket(Double.POSITIVE_INFINITY, latency.count() - below));
    return HistogramSnapshot.builder()
        .name("crossfade_end_to_end_seconds")
        .help("From a commit at the source to its commit at the target")
        .dataPoint(
            HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(Labels.of("migration", migration))
                .classicHistogramBuckets(
                    ClassicHistogramBuckets.of(
                        buckets.stream().map(ClassicHistogramBucket::getUpperBound).toList(),
                        buckets.stream().map(ClassicHistogramBucket::getCount).toList()))
                .sum(latency.sum())
                .build())
        .build();
  }
}
