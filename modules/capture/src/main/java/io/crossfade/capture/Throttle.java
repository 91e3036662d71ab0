package io.crossfade.capture;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the backfill may read the next chunk, and how long it has to wait: changed while it runs.
 * Rows are owed after they were read and are paid off at the rate; nothing is read while any are
 * owed. A new rate counts at once, also for what is owed already.
 *
 * <p>Safe for use by several threads.
 */
public final class Throttle {

  private final LongSupplier nanoTime;
  private OptionalLong rowsPerSecond;
  private Optional<String> paused = Optional.empty();
  private Optional<String> held = Optional.empty();
  private Optional<String> spared = Optional.empty();
  private double owed;
  private long paidAt;

  /**
   * @param rowsPerSecond all tables together; empty for as many as can be
   */
  public Throttle(OptionalLong rowsPerSecond) {
    this(rowsPerSecond, System::nanoTime);
  }

  Throttle(OptionalLong rowsPerSecond, LongSupplier nanoTime) {
    this.rowsPerSecond = Objects.requireNonNull(rowsPerSecond, "rowsPerSecond");
    this.nanoTime = nanoTime;
    this.paidAt = nanoTime.getAsLong();
  }

  /**
   * What an operator wants.
   *
   * @param rate empty for as many as can be
   * @param pausedBecause why it has to stand still; empty where it has not
   */
  public synchronized void order(OptionalLong rate, Optional<String> pausedBecause) {
    pay();
    rowsPerSecond = Objects.requireNonNull(rate, "rate");
    paused = Objects.requireNonNull(pausedBecause, "pausedBecause");
  }

  /**
   * What the load wants.
   *
   * @param because why it has to stand still until this is called again; empty where it has not
   */
  public synchronized void hold(Optional<String> because) {
    held = Objects.requireNonNull(because, "because");
  }

  /**
   * What the source's log wants.
   *
   * @param because why it has to stand still until this is called again; empty where it has not
   */
  synchronized void spare(Optional<String> because) {
    spared = Objects.requireNonNull(because, "because");
  }

  /** How fast it may go; empty for as fast as it can. */
  public synchronized OptionalLong rowsPerSecond() {
    return rowsPerSecond;
  }

  /** Why it stands still, for people; empty where it does not. */
  public synchronized Optional<String> stopped() {
    return paused.or(() -> spared).or(() -> held);
  }

  /** Whether an operator has paused it. */
  public synchronized boolean isPaused() {
    return paused.isPresent();
  }

  /** Rows were read. */
  synchronized void read(long rows) {
    pay();
    if (rowsPerSecond.isPresent()) {
      owed += rows;
    }
  }

  /** How long to wait at most before this is asked again; zero: the next chunk may be read. */
  synchronized Duration wait(Duration most) {
    pay();
    if (stopped().isPresent()) {
      return most;
    }
    if (owed <= 0) {
      return Duration.ZERO;
    }
    double seconds = owed / rowsPerSecond.getAsLong();
    Duration wait = Duration.ofNanos((long) Math.ceil(seconds * TimeUnit.SECONDS.toNanos(1)));
    return wait.compareTo(most) < 0 ? wait : most;
  }

  private void pay() {
    long now = nanoTime.getAsLong();
    double seconds = (double) (now - paidAt) / TimeUnit.SECONDS.toNanos(1);
    paidAt = now;
    owed = rowsPerSecond.isEmpty() ? 0 : Math.max(0, owed - seconds * rowsPerSecond.getAsLong());
  }
}
