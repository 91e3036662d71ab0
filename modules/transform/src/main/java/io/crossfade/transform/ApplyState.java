package io.crossfade.transform;

import java.time.Instant;
import java.util.Objects;

/** What apply is doing on this instance. */
public sealed interface ApplyState {

  /** Joining the group, or moving partitions between instances. */
  record Starting() implements ApplyState {}

  /** Applying, or waiting for records. */
  record Running() implements ApplyState {}

  /**
   * The target does not answer; apply tries again until it does.
   *
   * @param since when it was missed first
   * @param why what the last attempt ended with
   */
  record WaitingForTarget(Instant since, String why) implements ApplyState {

    public WaitingForTarget {
      Objects.requireNonNull(since, "since");
      Objects.requireNonNull(why, "why");
    }
  }

  /**
   * Something cannot be applied; nothing after it is, on this instance. Stays until apply is closed
   * and started again, or where it is a bad row until a person has decided about it.
   *
   * @param reason what, where, and what the target said
   * @param next what to do about it
   */
  record Blocked(String reason, String next) implements ApplyState {

    public Blocked {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(next, "next");
    }
  }

  /**
   * Ended by an error that is neither the target's nor a row's.
   *
   * @param cause the error
   */
  record Failed(Throwable cause) implements ApplyState {

    public Failed {
      Objects.requireNonNull(cause, "cause");
    }
  }

  /** Told to write nothing: it is another flow's turn. Stays until it is told to go on. */
  record Held() implements ApplyState {}

  /** Closed. */
  record Stopped() implements ApplyState {}
}
