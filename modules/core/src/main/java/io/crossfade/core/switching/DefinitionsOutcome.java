package io.crossfade.core.switching;

import java.time.Instant;
import java.util.Objects;

/** What became of a list of statements. What ran before one that did not is done and stays. */
public sealed interface DefinitionsOutcome {

  /**
   * All of them are done.
   *
   * @param ran how many statements this run has executed, or ended
   * @param before how many were done before
   */
  record Done(int ran, int before) implements DefinitionsOutcome {}

  /**
   * The locks for a step were not to be had; the step has changed nothing.
   *
   * @param ordinal of the statement in the list, from 1
   * @param step what was executed for it
   */
  record TimedOut(int ordinal, String step, LockOutcome.TimedOut locks)
      implements DefinitionsOutcome {
    public TimedOut {
      Objects.requireNonNull(step, "step");
      Objects.requireNonNull(locks, "locks");
    }
  }

  /**
   * The database has refused a step, which has changed nothing.
   *
   * @param ordinal of the statement in the list, from 1
   * @param step what was executed for it
   * @param sqlstate the database's code
   * @param message what the database says
   * @param next what to do about it
   */
  record Failed(int ordinal, String step, String sqlstate, String message, String next)
      implements DefinitionsOutcome {
    public Failed {
      Objects.requireNonNull(step, "step");
      Objects.requireNonNull(sqlstate, "sqlstate");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(next, "next");
    }
  }

  /**
   * A statement that was begun, or done, is another one now. Nothing was executed.
   *
   * @param ordinal of the statement in the list, from 1
   * @param before what it was
   * @param at when it was executed
   * @param next what to do about it
   */
  record Changed(int ordinal, String before, Instant at, String next)
      implements DefinitionsOutcome {
    public Changed {
      Objects.requireNonNull(before, "before");
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(next, "next");
    }
  }
}
