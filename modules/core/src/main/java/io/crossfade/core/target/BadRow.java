package io.crossfade.core.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A row that cannot be in the target, and is written down there instead.
 *
 * @param table the new table
 * @param origin the record that it comes from
 * @param key the row's key for people, for instance {@code id = 7}
 * @param error what the target says
 * @param code the target's error code (SQLSTATE)
 * @param since when it was refused first
 * @param state what was decided about it
 * @param reason why, where a person has decided
 */
public record BadRow(
    TableId table,
    Origin origin,
    String key,
    String error,
    String code,
    Instant since,
    State state,
    String reason) {

  public BadRow {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(error, "error");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(reason, "reason");
  }

  /** What was decided. */
  public enum State {
    /** Nothing yet, and the line stands. */
    STOPPED,
    /** The others have gone on. */
    PARKED,
    /** A person has said to go on without it. */
    SKIPPED
  }

  /**
   * A row that is known to be bad before the target sees it, since it could not be evaluated.
   *
   * @param origin its record
   * @param key the new row's key, in the order of the primary key; empty where that cannot be
   *     evaluated either
   * @param error what was wrong
   * @param code as SQLSTATE
   */
  public record Unevaluated(Origin origin, Optional<Row> key, String error, String code) {

    public Unevaluated {
      Objects.requireNonNull(origin, "origin");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(code, "code");
    }
  }
}
