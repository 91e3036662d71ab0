package io.crossfade.switchover;

import io.crossfade.core.switching.FencePass;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import java.time.Duration;
import java.util.Locale;

/** Nobody but the flow that has the pass writes to the tables of one side any more. */
final class Fencing implements Step {

  private static final Duration LOWER_WITHIN = Duration.ofSeconds(30);

  private static final Duration LONGEST_ATTEMPT = Patience.within(LOWER_WITHIN).attempt();

  private final Place place;
  private final FencePass pass;
  private final String message;
  private final boolean stays;
  private Duration held = Duration.ZERO;

  /**
   * @param message what the error tells people to do
   * @param stays whether the fence stood before the switch already, and is left alone when it is
   *     undone
   */
  Fencing(Place place, FencePass pass, String message, boolean stays) {
    this.place = place;
    this.pass = pass;
    this.message = message;
    this.stays = stays;
  }

  @Override
  public String name() {
    return "fence-" + place.side().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String what() {
    return "fence "
        + place.name()
        + ": who writes to them gets an error at once, and transactions that have written are waited"
        + " for";
  }

  @Override
  public void start(Duration left) {
    LockOutcome outcome = place.fence().raise(place.tables(), pass, message, Patience.within(left));
    if (outcome instanceof LockOutcome.TimedOut timedOut) {
      throw new SwitchFailed(place.name() + " could not be fenced: " + timedOut);
    }
    LockOutcome.Done done = (LockOutcome.Done) outcome;
    held = done.attempts() > 1 ? LONGEST_ATTEMPT : done.took();
  }

  /** Whether it keeps writers out of these tables. */
  boolean closes(Place which) {
    return place.equals(which);
  }

  /** For how long writers had been kept out, at most, when the fence stood. */
  Duration held() {
    return held;
  }

  @Override
  public void rollBack() {
    if (!stays) {
      lower(place);
    }
  }

  /** Lets everybody write again; only our own flow can be in the way. */
  static void lower(Place place) {
    LockOutcome outcome = place.fence().lower(place.tables(), Patience.within(LOWER_WITHIN));
    if (outcome instanceof LockOutcome.TimedOut timedOut) {
      throw new SwitchFailed(
          "the fence at "
              + place.name()
              + " could not be lowered, and is tried again: "
              + timedOut);
    }
  }
}
