package io.crossfade.sql.bind;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Casts.Context;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a column takes every value of a type, as a careful owner of the data would have it. */
public final class Assignments {

  /** How a type fits a column. */
  public enum Fit {
    /** Every value arrives whole. */
    FITS,
    /** PostgreSQL would take it, but some values would be rounded, cut off or refused. */
    LOSES,
    /** PostgreSQL wants the cast to be written. */
    NEEDS_CAST,
    /** There is no such cast. */
    IMPOSSIBLE
  }

  /** Decimal digits that each integer type may need. */
  private static final Map<TypeFamily, Integer> DIGITS =
      Map.of(TypeFamily.INT2, 5, TypeFamily.INT4, 10, TypeFamily.INT8, 19);

  private Assignments() {}

  /** How an output fits into a column; an untyped literal takes the column's type. */
  public static Fit fit(Expr output, ColumnType to) {
    if (!isLiteral(output)) {
      return fit(output.type(), to);
    }
    try {
      assign(output, to);
      return Fit.FITS;
    } catch (PgError e) {
      return Fit.LOSES;
    }
  }

  private static boolean isLiteral(Expr output) {
    return output instanceof Constant && output.type().family() == TypeFamily.TEXT;
  }

  /**
   * The output as the column stores it, by PostgreSQL's assignment casts: {@code char(n)} loses its
   * blanks on the way into text, a date becomes a timestamp, text that is too long is an error.
   *
   * @throws PgError where a literal is no value of the column's type
   */
  public static Expr assign(Expr output, ColumnType to) {
    TypeFamily from = output.type().family();
    if (isLiteral(output)) {
      return literal((Constant) output, to);
    }
    if (from == TypeFamily.OPAQUE || to.family() == TypeFamily.OPAQUE || output.type().equals(to)) {
      return output;
    }
    Expr cast = output;
    if (from != to.family()) {
      Casts.Cast found =
          Casts.find(from, to.family())
              .orElseThrow(
                  () -> new IllegalArgumentException(output.type() + " does not go into " + to));
      cast = apply(found.routine(), output, PgTypes.plain(to.family()), found.injective());
    }
    Optional<Routine> modifier =
        cast.type().equals(to) ? Optional.empty() : Casts.assignedModifier(to);
    return modifier.isPresent() ? apply(modifier.get(), cast, to, true) : cast;
  }

  private static Expr apply(Routine routine, Expr argument, ColumnType type, boolean injective) {
    return new Apply(routine, List.of(argument), type, argument.nullable(), injective);
  }

  private static Expr literal(Constant literal, ColumnType to) {
    boolean readByTheTarget =
        switch (to.family()) {
          case OPAQUE, JSONB, BYTES, TIME, INTERVAL, ARRAY -> true;
          default -> false;
        };
    if (literal.value() == null || readByTheTarget) {
      return new Constant(literal.value(), readByTheTarget ? literal.type() : to);
    }
    Object value = Values.fromText(to.family(), (String) literal.value());
    Optional<Routine> modifier = Casts.assignedModifier(to);
    return new Constant(modifier.isPresent() ? Casts.evaluate(modifier.get(), value) : value, to);
  }

  /**
   * Of a type that {@link Fit#LOSES}: whether the column refuses what it cannot hold. The other way
   * is that it takes it in silence, rounded or cut off. (Blanks at the end of a text do not count:
   * PostgreSQL cuts these off.)
   */
  public static boolean refusesTheRest(ColumnType from, ColumnType to) {
    return (from.family().isInteger() && to.family().isInteger())
        || (from.family().isText() && to.family().isText());
  }

  /** Whether the column tells apart all that the type tells apart, so that it can be a key. */
  public static boolean isInjective(ColumnType from, ColumnType to) {
    return from.family() == to.family()
        || Casts.find(from.family(), to.family()).filter(Casts.Cast::injective).isPresent();
  }

  /** How values of a type fit into a column. */
  static Fit fit(ColumnType from, ColumnType to) {
    if (from.equals(to)) {
      return Fit.FITS;
    }
    if (from.family() == TypeFamily.OPAQUE || to.family() == TypeFamily.OPAQUE) {
      return opaque(from, to);
    }
    if (from.family() == TypeFamily.ARRAY && to.family() == TypeFamily.ARRAY) {
      return Fit.NEEDS_CAST;
    }
    if (from.family() != to.family() && !isTextual(from, to)) {
      Context context =
          Casts.find(from.family(), to.family()).map(Casts.Cast::context).orElse(null);
      if (context == null) {
        return isKnownToPostgres(from) ? Fit.NEEDS_CAST : Fit.IMPOSSIBLE;
      }
      if (context == Context.EXPLICIT) {
        return Fit.NEEDS_CAST;
      }
    }
    return keepsAll(from, to) ? Fit.FITS : Fit.LOSES;
  }

  private static boolean isTextual(ColumnType from, ColumnType to) {
    return from.family().isText() && to.family().isText();
  }

  /** A type that we do not know may only go into a column of the same name, or into text. */
  private static Fit opaque(ColumnType from, ColumnType to) {
    if (from.family() == to.family()) {
      return from.name().equals(to.name()) ? Fit.FITS : Fit.NEEDS_CAST;
    }
    boolean toText = to.family().isText() && to.precision() == UNSPECIFIED;
    return toText ? Fit.FITS : Fit.NEEDS_CAST;
  }

  private static boolean isKnownToPostgres(ColumnType from) {
    return from.family().isText();
  }

  private static boolean keepsAll(ColumnType from, ColumnType to) {
    return switch (to.family()) {
      case INT2, INT4, INT8 ->
          isInteger(from) && DIGITS.get(from.family()) <= DIGITS.get(to.family());
      case NUMERIC -> fitsNumeric(from, to);
      case FLOAT8 ->
          from.family() == TypeFamily.FLOAT4
              || from.family() == TypeFamily.FLOAT8
              || isSmallInteger(from);
      case FLOAT4 -> from.family() == TypeFamily.FLOAT4 || from.family() == TypeFamily.INT2;
      case TEXT -> true;
      case VARCHAR, CHAR -> fitsLength(from, to);
      case DATE -> from.family() == TypeFamily.DATE;
      case TIMESTAMP -> from.family() != TypeFamily.TIMESTAMPTZ && fitsSeconds(from, to);
      case TIMESTAMPTZ -> fitsSeconds(from, to);
      case TIME -> from.family() == TypeFamily.TIME && fitsSeconds(from, to);
      // Fields or digits of the declaration would cut something off.
      case INTERVAL -> to.name().equals("interval");
      // Keys that stand twice, and how it was written.
      case JSONB -> from.family() == TypeFamily.JSONB;
      default -> true;
    };
  }

  private static boolean isInteger(ColumnType type) {
    return type.family().isInteger();
  }

  private static boolean isSmallInteger(ColumnType type) {
    return type.family() == TypeFamily.INT2 || type.family() == TypeFamily.INT4;
  }

  private static boolean fitsNumeric(ColumnType from, ColumnType to) {
    boolean floating = from.family() == TypeFamily.FLOAT4 || from.family() == TypeFamily.FLOAT8;
    if (floating) {
      return false;
    }
    if (to.precision() == UNSPECIFIED) {
      return true;
    }
    int integerDigits = to.precision() - Math.max(to.scale(), 0);
    if (isInteger(from)) {
      return DIGITS.get(from.family()) <= integerDigits;
    }
    return from.precision() != UNSPECIFIED
        && Math.max(from.scale(), 0) <= Math.max(to.scale(), 0)
        && from.precision() - Math.max(from.scale(), 0) <= integerDigits;
  }

  private static boolean fitsLength(ColumnType from, ColumnType to) {
    if (to.precision() == UNSPECIFIED) {
      return true;
    }
    int longest =
        switch (from.family()) {
          case VARCHAR, CHAR -> from.precision();
          case BOOLEAN -> 5;
          case INT2, INT4, INT8 -> DIGITS.get(from.family()) + 1;
          case UUID -> 36;
          default -> UNSPECIFIED;
        };
    return longest != UNSPECIFIED && longest <= to.precision();
  }

  private static boolean fitsSeconds(ColumnType from, ColumnType to) {
    if (to.precision() == UNSPECIFIED || to.precision() >= 6 || from.family() == TypeFamily.DATE) {
      return true;
    }
    return from.precision() != UNSPECIFIED && from.precision() <= to.precision();
  }
}
