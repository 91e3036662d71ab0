package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.plugin.SqlType;
import io.crossfade.sql.bind.Assignments.Fit;
import io.crossfade.sql.bind.Casts.Context;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Input;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgNumeric;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Optional;

/** Between the columns of tables and those that code in Java reads and fills. */
public final class JavaColumns {

  private JavaColumns() {}

  /** What PostgreSQL calls a type. */
  public static ColumnType type(SqlType type) {
    return PgTypes.plain(family(type));
  }

  static TypeFamily family(SqlType type) {
    return switch (type) {
      case BOOLEAN -> TypeFamily.BOOLEAN;
      case INTEGER -> TypeFamily.INT4;
      case BIGINT -> TypeFamily.INT8;
      case NUMERIC -> TypeFamily.NUMERIC;
      case DOUBLE -> TypeFamily.FLOAT8;
      case TEXT -> TypeFamily.TEXT;
      case DATE -> TypeFamily.DATE;
      case TIMESTAMP -> TypeFamily.TIMESTAMP;
      case TIMESTAMPTZ -> TypeFamily.TIMESTAMPTZ;
      case UUID -> TypeFamily.UUID;
    };
  }

  /** The type to read or to fill a column with that loses nothing of it. */
  public static SqlType best(ColumnType column) {
    return switch (column.family()) {
      case BOOLEAN -> SqlType.BOOLEAN;
      case INT2, INT4 -> SqlType.INTEGER;
      case INT8 -> SqlType.BIGINT;
      case NUMERIC -> SqlType.NUMERIC;
      case FLOAT4, FLOAT8 -> SqlType.DOUBLE;
      case DATE -> SqlType.DATE;
      case TIMESTAMP -> SqlType.TIMESTAMP;
      case TIMESTAMPTZ -> SqlType.TIMESTAMPTZ;
      case UUID -> SqlType.UUID;
      case TEXT, VARCHAR, CHAR, BYTES, TIME, INTERVAL, JSON, JSONB, ARRAY, OPAQUE -> SqlType.TEXT;
    };
  }

  /**
   * A column of a table as a type.
   *
   * @param index the column's place in the table's rows
   * @return empty where not every value would arrive whole
   */
  public static Optional<Expr> read(int index, ColumnType column, SqlType as) {
    Expr input = new Input(index, column, true);
    return Assignments.fit(input, type(as)) == Fit.FITS
        ? Optional.of(Assignments.assign(input, type(as)))
        : Optional.empty();
  }

  /**
   * A value as a column stores it. Nothing is rounded or cut off on the way, but for the digits of
   * a double that a {@code real} has no room for: what does not fit is an error of the row. A
   * column whose type has no class in Java takes text: read as PostgreSQL would where we can, else
   * passed on.
   *
   * @param index the value's place in the rows, as canonical text of its type
   * @return empty where the column wants another type
   */
  public static Optional<Expr> store(int index, SqlType given, ColumnType column) {
    Expr input = new Input(index, type(given), true);
    boolean ownClass = best(column) != SqlType.TEXT || column.family().isText();
    if (!ownClass) {
      return given == SqlType.TEXT ? Optional.of(read(input, column)) : Optional.empty();
    }
    Fit fit = Assignments.fit(input, column);
    if (fit == Fit.FITS) {
      return Optional.of(Assignments.assign(input, column));
    }
    boolean related =
        input.type().family() == column.family()
            || best(column) == given
            || (input.type().family().isInteger() && isExact(column))
            || (given == SqlType.TEXT && column.family().isText());
    return fit == Fit.LOSES && related ? Optional.of(whole(input, column)) : Optional.empty();
  }

  private static boolean isExact(ColumnType column) {
    return column.family().isInteger() || column.family() == TypeFamily.NUMERIC;
  }

  private static Expr read(Expr text, ColumnType column) {
    return Casts.find(TypeFamily.TEXT, column.family())
        .filter(cast -> cast.context() == Context.EXPLICIT)
        .map(
            cast -> {
              Expr value = apply(cast.routine(), text, PgTypes.plain(column.family()));
              return Casts.assignedModifier(column).isPresent() ? whole(value, column) : value;
            })
        .orElse(text);
  }

  private static Expr whole(Expr value, ColumnType column) {
    Expr stored = Assignments.assign(value, column);
    Routine check =
        Routine.binary((Object before, Object after) -> requireWhole(before, after, column));
    return new Apply(check, List.of(value, stored), column, true, false);
  }

  private static Object requireWhole(Object before, Object after, ColumnType column) {
    boolean kept =
        switch (column.family()) {
          case NUMERIC ->
              !(before instanceof PgNumeric number) || number.compareTo((PgNumeric) after) == 0;
          case TIME, TIMESTAMP, TIMESTAMPTZ -> before.equals(after);
          default -> true;
        };
    if (!kept) {
      throw new PgError(
          PgError.NUMERIC_OUT_OF_RANGE,
          "it has more digits than " + column + " holds; round it in the mapper");
    }
    return after;
  }

  private static Expr apply(Routine routine, Expr argument, ColumnType type) {
    return new Apply(routine, List.of(argument), type, true, false);
  }
}
