package io.crossfade.switchover;

import java.time.Duration;
import java.util.Objects;

/** What has become of a switch. */
public sealed interface SwitchOutcome {

  /**
   * Writes are on the other side.
   *
   * @param pause how long nobody could write
   */
  record Switched(Duration pause) implements SwitchOutcome {
    public Switched {
      Objects.requireNonNull(pause, "pause");
    }
  }

  /**
   * All was done up to the switch, and undone again.
   *
   * @param pause how long nobody could write
   */
  record Rehearsed(Duration pause) implements SwitchOutcome {
    public Rehearsed {
      Objects.requireNonNull(pause, "pause");
    }
  }

  /**
   * Nothing has changed.
   *
   * @param step at which it was given up
   * @param why what, where, and what to do next
   * @param pause how long nobody could write; zero where it did not come to that
   */
  record GivenUp(String step, String why, Duration pause) implements SwitchOutcome {
    public GivenUp {
      Objects.requireNonNull(step, "step");
      Objects.requireNonNull(why, "why");
      Objects.requireNonNull(pause, "pause");
    }
  }
}
