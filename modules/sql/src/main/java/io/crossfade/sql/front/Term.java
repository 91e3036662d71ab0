package io.crossfade.sql.front;

import io.crossfade.core.table.ColumnType;
import io.crossfade.sql.problem.SourcePosition;
import java.util.List;

/** An expression as it was written: names resolved, nothing else decided. */
public sealed interface Term {

  /** The name of a call of an aggregate and the condition of the rows that it takes. */
  String FILTER = "filter";

  /** The name of a call that stands for a value in ORDER BY. */
  static String order(boolean descending, boolean nullsFirst) {
    return "order " + (descending ? "desc" : "asc") + (nullsFirst ? " nulls first" : " nulls last");
  }

  /** Where it starts in the user's text. */
  SourcePosition position();

  /** Whether both say the same, wherever they stand. */
  default boolean isLike(Term other) {
    return withoutPositions(this).equals(withoutPositions(other));
  }

  /** What it says, for comparison only. */
  default String text() {
    return withoutPositions(this).toString();
  }

  private static Term withoutPositions(Term term) {
    if (term instanceof ColumnTerm column) {
      return new ColumnTerm(column.index(), SourcePosition.START);
    }
    if (term instanceof LiteralTerm literal) {
      return new LiteralTerm(literal.kind(), literal.text(), SourcePosition.START);
    }
    if (term instanceof CastTerm cast) {
      return new CastTerm(withoutPositions(cast.argument()), cast.target(), SourcePosition.START);
    }
    CallTerm call = (CallTerm) term;
    return new CallTerm(
        call.name(),
        call.arguments().stream().map(Term::withoutPositions).toList(),
        SourcePosition.START);
  }

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
