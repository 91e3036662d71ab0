package io.crossfade.sql.front;

import io.crossfade.core.table.ColumnType;
import io.crossfade.sql.problem.SourcePosition;
import java.util.List;

/** An expression as it was written: names resolved, nothing else decided. */
public sealed interface Term {

  /** Where it starts in the user's text. */
  SourcePosition position();

  /** A column of the source, by its place in the table. */
  record ColumnTerm(int index, SourcePosition position) implements Term {}

  /** A literal, its text without quotes. */
  record LiteralTerm(Kind kind, String text, SourcePosition position) implements Term {
    /** What was written. */
    public enum Kind {
      STRING,
      NUMBER,
      BOOLEAN,
      NULL
    }
  }

  /**
   * An operator or function.
   *
   * @param name a sign ({@code +}), words in lower case with spaces ({@code is distinct from}), or
   *     a function's name
   */
  record CallTerm(String name, List<Term> arguments, SourcePosition position) implements Term {
    public CallTerm {
      arguments = List.copyOf(arguments);
    }
  }

  /** {@code CAST(x AS t)}, {@code x::t} or a typed literal. */
  record CastTerm(Term argument, ColumnType target, SourcePosition position) implements Term {}
}
