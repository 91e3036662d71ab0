package io.crossfade.verify.explain;

import io.crossfade.core.table.Row;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What a SELECT gives for one old row.
 *
 * @param kind whether it gives a row
 * @param row the new row; there for {@link Kind#ROW} only
 * @param error why it gives none, for {@link Kind#ERROR} and {@link Kind#UNKNOWN}; else empty
 */
public record Given(Kind kind, Optional<Row> row, String error) {

  /** What can come of an old row. */
  public enum Kind {
    /** A new row. */
    ROW,
    /** Nothing: the WHERE leaves the old row out. */
    FILTERED,
    /** Nothing: there is no old row. */
    NOTHING,
    /** The SELECT cannot be evaluated for the old row. */
    ERROR,
    /** It cannot be told which old row it would be. */
    UNKNOWN;

    /** As users read it. */
    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** There is no old row. */
  public static final Given NOTHING = new Given(Kind.NOTHING, Optional.empty(), "");

  public Given {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(error, "error");
    if (row.isPresent() != (kind == Kind.ROW)) {
      throw new IllegalArgumentException(kind + (row.isPresent() ? " with a row" : " without one"));
    }
  }

  /** What becomes of an old row that is there; empty: the WHERE leaves it out. */
  public static Given of(Optional<Row> row) {
    return new Given(row.isPresent() ? Kind.ROW : Kind.FILTERED, row, "");
  }

  /** The SELECT cannot be evaluated. */
  public static Given error(String why) {
    return new Given(Kind.ERROR, Optional.empty(), why);
  }

  /** Which old row it would be cannot be told. */
  public static Given unknown(String why) {
    return new Given(Kind.UNKNOWN, Optional.empty(), why);
  }

  /** Whether the target is right to have this; never where it is not known what would be right. */
  boolean is(Optional<Row> target, BiPredicate<Row, Row> equal) {
    return switch (kind) {
      case ROW -> target.isPresent() && equal.test(row.orElseThrow(), target.get());
      case FILTERED, NOTHING -> target.isEmpty();
      case ERROR, UNKNOWN -> false;
    };
  }
}
