package io.crossfade.core.phase;

import io.crossfade.core.serving.Side;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What has been decided about a migration. It is all that counts: fences, flows and marks are
 * brought to what it says, by whoever leads, at every start.
 *
 * @param phase where it stands; {@link Phase#FOLLOWING} also while old rows are still copied
 * @param round how many switches were begun, in either direction
 * @param forward the round in which the forward flow began to write, 0 at first. Who writes through
 *     a fence shows of which round he is: one that has missed a switch does not get through
 * @param reverse the round in which the reverse flow was made; 0 where none was
 * @param reverseFrom where the reverse flow begins, by partition of its raw topics: what stands
 *     before is what we have written into the new tables ourselves. Empty where it does not write
 * @param tables what an end works on, which begins when it can no longer be read from the spec:
 *     tables that were put aside are not found. Empty before
 * @param since when it was decided
 * @param who decided
 * @param why in their words; empty where none were given
 */
public record Standing(
    Phase phase,
    long round,
    long forward,
    long reverse,
    Map<InputPartition, Long> reverseFrom,
    Tables tables,
    Instant since,
    String who,
    String why) {

  /**
   * The tables of a migration.
   *
   * @param old those that are read at first
   * @param fresh those that are filled at first
   */
  public record Tables(List<TableId> old, List<TableId> fresh) {

    /** As long as the spec tells. */
    public static final Tables NONE = new Tables(List.of(), List.of());

    public Tables {
      old = List.copyOf(old);
      fresh = List.copyOf(fresh);
    }
  }

  /** Of a migration about which nothing was decided yet. */
  public static final Standing AT_FIRST =
      new Standing(Phase.FOLLOWING, 0, 0, 0, Map.of(), Tables.NONE, Instant.EPOCH, "nobody", "");

  public Standing {
    Objects.requireNonNull(phase, "phase");
    reverseFrom = Map.copyOf(reverseFrom);
    Objects.requireNonNull(tables, "tables");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(why, "why");
    if (round < 0 || forward < 0 || forward > round || reverse < 0 || reverse > round) {
      throw new IllegalArgumentException(
          "round " + round + ", forward " + forward + ", reverse " + reverse);
    }
  }

  /** The side that takes writes, apart from the pause in which nobody does. */
  public Side writes() {
    return switch (phase) {
      case PREPARING, BACKFILLING, FOLLOWING, CUTTING_OVER, ABANDONING, ABANDONED -> Side.OLD;
      case REVERSED, ROLLING_BACK, COMPLETING, COMPLETED -> Side.NEW;
    };
  }

  /** Whether a switch was begun that is not decided. */
  public boolean undecided() {
    return phase == Phase.CUTTING_OVER || phase == Phase.ROLLING_BACK;
  }

  /**
   * A switch begins, and with it the flow that will write after it.
   *
   * @param next {@link Phase#CUTTING_OVER} or {@link Phase#ROLLING_BACK}
   * @throws IllegalStateException where it does not follow on this phase
   */
  public Standing begin(Phase next, Instant now, String byWhom, String reason) {
    require(next);
    long number = round + 1;
    return next == Phase.CUTTING_OVER
        ? new Standing(next, number, forward, number, Map.of(), tables, now, byWhom, reason)
        : new Standing(next, number, number, reverse, reverseFrom, tables, now, byWhom, reason);
  }

  /**
   * The switch that was begun is over: writes are on the side that {@link #writes} says from now
   * on.
   *
   * @param next {@link Phase#FOLLOWING} or {@link Phase#REVERSED}
   * @param from where the reverse flow begins; empty where it ends
   * @throws IllegalStateException where no switch was begun
   */
  public Standing decide(Phase next, Map<InputPartition, Long> from, Instant now) {
    require(next);
    return new Standing(next, round, forward, reverse, from, tables, now, who, why);
  }

  /** Whether the migration ends: what we made is being removed, whoever does it. */
  public boolean ending() {
    return phase == Phase.COMPLETING || phase == Phase.ABANDONING;
  }

  /**
   * The migration ends. There is no way back.
   *
   * @param next {@link Phase#COMPLETING} or {@link Phase#ABANDONING}
   * @param which its tables
   * @throws IllegalStateException where it does not follow on this phase
   */
  public Standing end(Phase next, Tables which, Instant now, String byWhom, String reason) {
    require(next);
    return new Standing(next, round, forward, reverse, reverseFrom, which, now, byWhom, reason);
  }

  private void require(Phase next) {
    if (!phase.mayBecome(next)) {
      throw new IllegalStateException("a migration that is " + phase + " cannot become " + next);
    }
  }
}
