package io.crossfade.core.switching;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** What became of something that needs locks: all of it, or nothing. */
public sealed interface LockOutcome {

  /**
   * It is done and committed.
   *
   * @param attempts how many it took; 0 where it was so already and no lock was asked for
   * @param took since the first attempt began
   */
  record Done(int attempts, Duration took) implements LockOutcome {
    public Done {
      Objects.requireNonNull(took, "took");
    }
  }

  /**
   * The locks were not to be had before the deadline. Nothing has changed, and nobody waits for us
   * any more.
   *
   * @param blocking the transactions that held one of them from before the last attempt until after
   *     it, the oldest first; empty where they ended just then
   * @param attempts how many there were
   * @param took since the first attempt began
   */
  record TimedOut(List<OpenTransaction> blocking, int attempts, Duration took)
      implements LockOutcome {
    public TimedOut {
      blocking = List.copyOf(blocking);
      Objects.requireNonNull(took, "took");
    }

    /** For people: who was in the way, and how each of them is ended. */
    @Override
    public String toString() {
      String tries =
          "no lock after " + took.toMillis() + " ms and " + attempts + " attempts, nothing changed";
      return blocking.isEmpty()
          ? tries + "; whoever held it has ended just now: try again"
          : tries
              + "; in the way: "
              + blocking.stream()
                  .map(one -> one + "; to end it: " + one.end())
                  .collect(Collectors.joining("; "));
    }
  }
}
