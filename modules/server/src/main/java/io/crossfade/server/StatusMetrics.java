package io.crossfade.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The metrics that say what the status says. They read one snapshot, taken when Prometheus asks, so
 * that one answer is one moment.
 */
final class StatusMetrics {
  private static final List<String> PHASES =
      List.of(
          "PREPARING",
          "BACKFILLING",
          "FOLLOWING",
          "CUTTING_OVER",
          "REVERSED",
          "ROLLING_BACK",
          "COMPLETING",
          "COMPLETED",
          "ABANDONING",
          "ABANDONED");

  private final MeterRegistry registry;
  private final Set<String> tables = new HashSet<>();
  private volatile Status snapshot;

  StatusMetrics(MeterRegistry registry, Status first) {
    this.registry = registry;
    this.snapshot = first;
    gauge("crossfade.capture.lag", "seconds", status -> orNan(status.lag().captureSeconds()));
    gauge("crossfade.apply.lag", "seconds", status -> orNan(status.lag().applySeconds()));
    gauge("crossfade.apply.lag.records", null, status -> orNan(status.lag().applyRecords()));
    gauge("crossfade.source.wal.retained", "bytes", status -> orNan(status.lag().sourceBytes()));
    FunctionCounter.builder("crossfade.dead.rows", this, m -> m.snapshot.deadRows())
        .description("Rows that the target refused")
        .tag("migration", first.migration())
        .register(registry);
    for (String phase : PHASES) {
      Gauge.builder("crossfade.phase", this, m -> m.snapshot.phase().equals(phase) ? 1 : 0)
          .description("1 for the phase in which the migration is")
          .tag("migration", first.migration())
          .tag("phase", phase)
          .register(registry);
    }
    refresh(first);
  }

  /** Takes a newer moment. */
  synchronized void refresh(Status status) {
    snapshot = status;
    for (Status.Table table : status.tables()) {
      if (tables.add(table.into())) {
        FunctionCounter.builder("crossfade.backfill.rows", this, m -> m.rowsRead(table.into()))
            .description("Rows that the backfill has read")
            .tag("migration", status.migration())
            .tag("table", table.into())
            .register(registry);
      }
    }
  }

  private double rowsRead(String into) {
    return snapshot.tables().stream()
        .filter(table -> table.into().equals(into))
        .mapToDouble(Status.Table::rowsRead)
        .sum();
  }

  private void gauge(String name, String unit, ToDoubleFunction<Status> value) {
    Gauge.builder(name, this, m -> value.applyAsDouble(m.snapshot))
        .baseUnit(unit)
        .tag("migration", snapshot.migration())
        .register(registry);
  }

  private static double orNan(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static double orNan(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : Double.NaN;
  }
}
