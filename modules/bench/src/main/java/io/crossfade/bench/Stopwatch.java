package io.crossfade.bench;

import java.util.Map;
import java.util.Set;

/** The beginning of what is measured: the clock, and what everybody had used by then. */
record Stopwatch(
    Roles roles,
    Set<Long> atSource,
    Set<Long> atTarget,
    long nanos,
    Map<Metric, Long> ticks,
    MachineLoad load) {

  private static final double PER_MILLION = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Begins now. The observers stay as they are until it is stopped. */
  static Stopwatch start(Roles roles, Set<Long> atSource, Set<Long> atTarget) {
    return new Stopwatch(
        roles,
        atSource,
        atTarget,
        System.nanoTime(),
        roles.ticks(atSource, atTarget),
        MachineLoad.now());
  }

  /** The same with a beginning of the clock that was told later. */
  Stopwatch since(long earlierNanos) {
    return new Stopwatch(roles, atSource, atTarget, earlierNanos, ticks, load);
  }

  /** The same, with processes that were started after it: all that they use counts. */
  Stopwatch as(Roles withNewOnes) {
    return new Stopwatch(withNewOnes, atSource, atTarget, nanos, ticks, load);
  }

  /** Ends now. */
  Sample stop(long rows) {
    return stop(rows, System.nanoTime());
  }

  private Sample stop(long rows, long now) {
    Map<Metric, Long> used = roles.ticks(atSource, atTarget);
    double others = MachineLoad.now().othersSince(load);
    double seconds = (now - nanos) / NANOS_PER_SECOND;
    Sample sample =
        Sample.EMPTY
            .with(Metric.SECONDS, seconds)
            .with(Metric.ROWS_PER_SECOND, rows / seconds)
            .with(Metric.OTHERS_PERCENT, others * 100);
    for (Map.Entry<Metric, Long> end : used.entrySet()) {
      long passed = end.getValue() - ticks.getOrDefault(end.getKey(), 0L);
      sample =
          sample.with(
              end.getKey(), Math.max(0, passed) / Proc.TICKS_PER_SECOND / (rows / PER_MILLION));
    }
    return sample;
  }
}
