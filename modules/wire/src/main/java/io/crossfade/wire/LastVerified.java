package io.crossfade.wire;

import java.time.Instant;
import java.util.Map;
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
 * @param reversed what was found while the old tables followed; empty where the new ones did
 */
public record LastVerified(
    String result,
    Instant at,
    String order,
    long round,
    long rows,
    Optional<Equal> equal,
    Optional<Reversed> reversed) {

  /**
   * A comparison after a cutover.
   *
   * @param round the round in which the reverse flow was made: another cutover has another one
   * @param differences how many rows differed, by class
   */
  public record Reversed(long round, Map<String, Long> differences) {
    public Reversed {
      differences = Map.copyOf(differences);
    }
  }

  /**
   * That a table was equal.
   *
   * @param at when that comparison ended
   * @param position where the log of the database that executed the SELECT stood when it began: all
   *     that was committed before is in the new table. After a cutover: the log of the database
   *     with the new table, and the old ones have it
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
    Objects.requireNonNull(reversed, "reversed");
  }

  /** The same result, when another round has ended. */
  public LastVerified within(String anOrder, long aRound) {
    return new LastVerified(result, at, anOrder, aRound, rows, equal, reversed);
  }
}
