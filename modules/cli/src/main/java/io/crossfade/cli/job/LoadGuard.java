package io.crossfade.cli.job;

import io.crossfade.capture.Throttle;
import io.crossfade.core.source.SourceException;
import io.crossfade.spec.PauseWhen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the backfill stand still while the load is above what the spec allows. What cannot be
 * measured counts as too much.
 */
final class LoadGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LoadGuard.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /**
   * A limit.
   *
   * @param name as in the spec
   * @param most what is allowed
   * @param now what it is; empty where there is nothing to measure; may throw {@link
   *     SourceException}
   */
  record Limit(String name, Duration most, Supplier<Optional<Duration>> now) {

    /** Why to stand still; empty where there is no reason to. */
    Optional<String> exceeded() {
      try {
        return now.get()
            .filter(value -> value.compareTo(most) > 0)
            .map(value -> name + " is " + text(value) + ", above " + text(most));
      } catch (SourceException e) {
        return Optional.of(name + " cannot be measured: " + e.getMessage());
      }
    }

    private static String text(Duration duration) {
      return duration.compareTo(Duration.ofSeconds(1)) < 0
          ? duration.toMillis() + " ms"
          : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
  }

  private final List<Limit> limits;
  private final Throttle throttle;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-load"));

  LoadGuard(List<Limit> limits, Throttle throttle) {
    this.limits = List.copyOf(limits);
    this.throttle = throttle;
  }

  /** The limits that a spec names. */
  static List<Limit> limits(
      PauseWhen spec,
      Supplier<Optional<Duration>> captureLag,
      Supplier<Optional<Duration>> targetCommitP95,
      Supplier<Optional<Duration>> replicaLag) {
    List<Limit> limits = new ArrayList<>();
    spec.captureLag().ifPresent(most -> limits.add(new Limit("capture-lag", most, captureLag)));
    spec.targetCommitP95()
        .ifPresent(most -> limits.add(new Limit("target-commit-p95", most, targetCommitP95)));
    spec.sourceReplicaLag()
        .ifPresent(most -> limits.add(new Limit("source-replica-lag", most, replicaLag)));
    return limits;
  }

  void start() {
    if (!limits.isEmpty()) {
      thread.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** An error of ours must not let the backfill run on unguarded, nor end in silence. */
  private void look() {
    try {
      throttle.hold(limits.stream().flatMap(limit -> limit.exceeded().stream()).findFirst());
    } catch (RuntimeException e) {
      LOG.error("The load cannot be watched; the backfill stands still", e);
      throttle.hold(Optional.of("the load cannot be watched: " + e));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
