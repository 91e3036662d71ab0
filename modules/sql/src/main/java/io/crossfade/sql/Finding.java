package io.crossfade.sql;

import io.crossfade.sql.problem.SourcePosition;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that a mapping's SELECT and its target table do not agree on.
 *
 * @param severity whether the mapping can run
 * @param position the output column that is meant, in the SELECT; empty where one is missing
 * @param message what is wrong and what to do
 */
public record Finding(Severity severity, Optional<SourcePosition> position, String message) {

  /** Whether a mapping with this finding can run. */
  public enum Severity {
    /** It would fail or lose something: refused. */
    ERROR,
    /** It may fail for some rows. */
    WARN
  }

  public Finding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(message, "message");
  }
}
