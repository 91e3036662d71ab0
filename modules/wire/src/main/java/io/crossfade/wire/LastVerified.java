package io.crossfade.wire;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How the last comparison of a new table ended. It outlives the job, so that a round goes on with
 * the tables that it has not come to.
 *
 * @param result for instance {@code equal}
 * @param at when it ended
 * @param order the {@link WatchOrder} that it belongs to; empty where somebody asked for it once
 * @param round counted from 1 within the order; 0 where there is none
 * @param rows that were compared
 * @param equal when it was last equal; empty: never
 */
public record LastVerified(
    String result, Instant at, String order, long round, long rows, Optional<Equal> equal) {

  /**
   * That a table was equal.
   *
   * @param at when that comparison ended
   * @param position where the log of the database that executed the SELECT stood when it began: all
   *     that was committed before is in the new table
   */
  public record Equal(Instant at, String position) {
    public Equal {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(position, "position");
    }
  }

  public LastVerified {
    Objects.requireNonNull(result, "result");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(equal, "equal");
  }
}
