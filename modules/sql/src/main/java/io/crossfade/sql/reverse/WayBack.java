package io.crossfade.sql.reverse;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Assignments;
import io.crossfade.sql.bind.Assignments.Fit;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Casts and the casts that undo them.
 *
 * @param expression gives the old value
 * @param kind one of COPIED, CONVERTED, NARROWER, LOSSY
 */
record WayBack(String expression, Kind kind) {

  private static final Set<TypeFamily> STRINGS = Set.of(TypeFamily.TEXT, TypeFamily.VARCHAR);

  /**
   * The way back from the last type to the first.
   *
   * @param types what a value was on its way forward: the old column's, that of each cast, the new
   *     column's; neighbours differ
   * @param expression gives the new value
   */
  static Optional<WayBack> of(List<ColumnType> types, String expression) {
    String undone = expression;
    Kind kind = Kind.COPIED;
    for (int i = types.size() - 1; i > 0; i--) {
      ColumnType before = types.get(i - 1);
      ColumnType after = types.get(i);
      if (!isExact(before, after)) {
        return Optional.empty();
      }
      Kind step = kind(after, before);
      kind = kind.compareTo(step) < 0 ? step : kind;
      // Storing text that is too long is an error, casting it is not.
      boolean text = before.family().isText() && after.family().isText();
      boolean stored = i == 1 && fits(after, before);
      if (!text && !stored) {
        undone = "CAST(" + undone + " AS " + before.name() + ")";
      }
    }
    return Optional.of(new WayBack(undone, kind));
  }

  /**
   * Whether a cast, if it does not fail, keeps enough of every value for the cast back to give the
   * same text again. A list of what is known, not a guess from what PostgreSQL allows: 1.50 and 1.5
   * are equal and not the same.
   */
  static boolean isExact(ColumnType before, ColumnType after) {
    if (before.equals(after)) {
      return true;
    }
    TypeFamily from = before.family();
    TypeFamily to = after.family();
    if (from.isInteger() && to.isInteger()) {
      // What does not fit fails.
      return true;
    }
    if (from == TypeFamily.BOOLEAN && to == TypeFamily.INT4) {
      return true;
    }
    if (from == TypeFamily.TIMESTAMPTZ && to == TypeFamily.TIMESTAMP) {
      return fits(zoneless(before), after);
    }
    return isKnown(from, to) && isComplete(before) && isComplete(after) && fits(before, after);
  }

  private static boolean isKnown(TypeFamily from, TypeFamily to) {
    boolean written = STRINGS.contains(to);
    return switch (from) {
      case BOOLEAN, TEXT, VARCHAR, FLOAT8, UUID, JSON -> written;
      case INT2, INT4, INT8 ->
          written || to == TypeFamily.NUMERIC || to == TypeFamily.FLOAT4 || to == TypeFamily.FLOAT8;
      case FLOAT4 -> written || to == TypeFamily.FLOAT8;
      case DATE -> written || to == TypeFamily.TIMESTAMP || to == TypeFamily.TIMESTAMPTZ;
      case TIMESTAMP -> written || to == from || to == TypeFamily.TIMESTAMPTZ;
      case JSONB -> written || to == TypeFamily.JSON;
      case NUMERIC, CHAR, TIME, TIMESTAMPTZ -> written || to == from;
      // A time of 24:00 would come back from an interval as 00:00.
      case BYTES, INTERVAL, ARRAY, OPAQUE -> false;
    };
  }

  /** Without a length blanks at the end are lost; a negative scale cannot be written in a CAST. */
  private static boolean isComplete(ColumnType type) {
    return switch (type.family()) {
      case CHAR -> type.precision() != UNSPECIFIED;
      case NUMERIC -> type.precision() == UNSPECIFIED || type.scale() >= 0;
      default -> true;
    };
  }

  /** What becomes of values that did not come from the old column. */
  private static Kind kind(ColumnType after, ColumnType before) {
    TypeFamily from = after.family();
    TypeFamily to = before.family();
    boolean blanksCount = to == TypeFamily.CHAR && from != TypeFamily.CHAR;
    boolean sameMoment =
        from == TypeFamily.TIMESTAMPTZ
            && to == TypeFamily.TIMESTAMP
            && fits(zoneless(after), before);
    if ((fits(after, before) && !blanksCount) || sameMoment) {
      return Kind.CONVERTED;
    }
    boolean refused =
        Assignments.refusesTheRest(after, before) || (from.isText() && to == TypeFamily.JSON);
    return refused && !blanksCount ? Kind.NARROWER : Kind.LOSSY;
  }

  private static boolean fits(ColumnType from, ColumnType to) {
    return Assignments.fit(new Expr.Input(0, from, true), to) == Fit.FITS;
  }

  /** Time zones are UTC throughout: the same moment, and the same digits. */
  private static ColumnType zoneless(ColumnType zoned) {
    return new ColumnType(TypeFamily.TIMESTAMP, zoned.precision(), zoned.scale(), zoned.name());
  }
}
