package io.crossfade.wire;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What operators have said last about the backfill: whole, so that the last order is all that
 * counts. It outlives the job.
 *
 * @param paused whether the backfill stands still until somebody resumes it
 * @param rowsPerSecond how fast it may go, all tables together; empty: as fast as it can
 * @param inSpec what the spec said when the order was given: a spec that has been changed since
 *     then is the newer word
 * @param reason why, in the operator's words; empty where none was given
 * @param at when
 */
public record BackfillOrder(
    boolean paused, OptionalLong rowsPerSecond, OptionalLong inSpec, String reason, Instant at) {

  public BackfillOrder {
    Objects.requireNonNull(rowsPerSecond, "rowsPerSecond");
    Objects.requireNonNull(inSpec, "inSpec");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(at, "at");
    if (rowsPerSecond.orElse(1) < 1) {
      throw new IllegalArgumentException("rows per second: " + rowsPerSecond);
    }
  }

  /** As it is before anybody has said anything: as fast as the spec lets it. */
  public static BackfillOrder none(OptionalLong inSpec) {
    return new BackfillOrder(false, inSpec, inSpec, "", Instant.EPOCH);
  }

  /** This order under a spec that may have been changed since. */
  public BackfillOrder under(OptionalLong specNow) {
    return specNow.equals(inSpec) ? this : new BackfillOrder(paused, specNow, specNow, reason, at);
  }

  /** It stands still from now on. */
  public BackfillOrder pause(String why, Instant now) {
    return new BackfillOrder(true, rowsPerSecond, inSpec, why, now);
  }

  /** It goes on. */
  public BackfillOrder resume(String why, Instant now) {
    return new BackfillOrder(false, rowsPerSecond, inSpec, why, now);
  }

  /** Another rate; whether it is paused stays as it is. */
  public BackfillOrder throttle(OptionalLong rate, String why, Instant now) {
    return new BackfillOrder(paused, rate, inSpec, why, now);
  }
}
