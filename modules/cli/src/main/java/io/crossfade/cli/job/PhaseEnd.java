package io.crossfade.cli.job;

import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Side;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Phases that have ended together, as hooks are told of them.
 *
 * @param id tells this end from all others of the migration; empty where no later start can know of
 *     it
 * @param phases in the order in which they stand
 * @param outcome in a word or two: {@code switched}, {@code given-up}
 * @param who gave the order
 * @param reason in their words; empty where none were given
 */
record PhaseEnd(
    Optional<String> id, List<Phase> phases, String outcome, String who, String reason) {

  /** Writes are on the other side. */
  static final String SWITCHED = "switched";

  /** Writes are where they were. */
  static final String GIVEN_UP = "given-up";

  PhaseEnd {
    Objects.requireNonNull(id, "id");
    phases = List.copyOf(phases);
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(reason, "reason");
  }

  /** One that no later start can know of: nothing has begun, or nothing is left to write it to. */
  static PhaseEnd unnoted(String outcome, String who, String reason, Phase... phases) {
    return new PhaseEnd(Optional.empty(), List.of(phases), outcome, who, reason);
  }

  /**
   * How the last switch has ended, told from what was decided; empty where there was none. A
   * cutover makes a reverse flow, a rollback begins the forward flow anew: so the rounds of both
   * say which it was.
   */
  static Optional<PhaseEnd> ofLastSwitch(Standing settled) {
    boolean bySwitch = settled.phase() == Phase.FOLLOWING || settled.phase() == Phase.REVERSED;
    if (settled.round() == 0 || !bySwitch) {
      return Optional.empty();
    }
    boolean over = settled.reverse() == settled.round();
    boolean switched = over == (settled.writes() == Side.NEW);
    Phase before = over ? Phase.FOLLOWING : Phase.REVERSED;
    Phase during = over ? Phase.CUTTING_OVER : Phase.ROLLING_BACK;
    return Optional.of(
        new PhaseEnd(
            Optional.of("switch-" + settled.round()),
            switched ? List.of(before, during) : List.of(during),
            switched ? SWITCHED : GIVEN_UP,
            settled.who(),
            settled.why()));
  }

  /**
   * The end of the migration: what was made is removed, so there is nothing left in which it could
   * be noted that somebody was told.
   */
  static PhaseEnd ofTheMigration(Standing ending) {
    boolean completed = ending.phase() == Phase.COMPLETING;
    boolean switched = ending.reverse() > 0;
    return completed
        ? unnoted(
            "completed",
            ending.who(),
            ending.why(),
            switched ? Phase.REVERSED : Phase.FOLLOWING,
            Phase.COMPLETING,
            Phase.COMPLETED)
        : unnoted(
            "abandoned",
            ending.who(),
            ending.why(),
            Phase.FOLLOWING,
            Phase.ABANDONING,
            Phase.ABANDONED);
  }
}
