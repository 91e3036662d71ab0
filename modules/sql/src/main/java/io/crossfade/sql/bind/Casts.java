package io.crossfade.sql.bind;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.Dates;
import io.crossfade.sql.value.Interval;
import io.crossfade.sql.value.Jsonb;
import io.crossfade.sql.value.Numbers;
import io.crossfade.sql.value.PgNumeric;
import io.crossfade.sql.value.Texts;
import io.crossfade.sql.value.Times;
import io.crossfade.sql.value.Values;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which casts there are between types, when PostgreSQL makes them by itself, and what they do. */
public final class Casts {

  /** When a cast happens without being written. */
  public enum Context {
    /** In expressions. */
    IMPLICIT,
    /** Only when a value is stored in a column. */
    ASSIGNMENT,
    /** Never. */
    EXPLICIT
  }

  /**
   * A cast between two families.
   *
   * @param injective whether values that PostgreSQL tells apart stay apart
   */
  public record Cast(Context context, Routine routine, boolean injective) {}

  private static final Routine SAME = arguments -> arguments.get(0);

  private static final TypeFamily[] TEXTS = {TypeFamily.TEXT, TypeFamily.VARCHAR, TypeFamily.CHAR};

  // Behind the constants that it is made of: static fields are set in the order of the text.
  private static final Map<TypeFamily, Map<TypeFamily, Cast>> CASTS = table();

  private Casts() {}

  /** The cast between two different families, if it is on the list. */
  public static Optional<Cast> find(TypeFamily from, TypeFamily to) {
    return Optional.ofNullable(CASTS.getOrDefault(from, Map.of()).get(to));
  }

  /** Whether a value of the one family is taken where the other is wanted. */
  static boolean isImplicit(TypeFamily from, TypeFamily to) {
    return from == to
        || find(from, to).filter(cast -> cast.context() == Context.IMPLICIT).isPresent();
  }

  /** Fits a value of the type's family to its modifiers, as an explicit cast does. */
  static Optional<Routine> modifier(ColumnType type) {
    int precision = type.precision();
    if (precision == UNSPECIFIED) {
      return Optional.empty();
    }
    return switch (type.family()) {
      case VARCHAR -> Optional.of(Routine.unary((String s) -> Texts.truncate(s, precision)));
      case CHAR -> Optional.of(Routine.unary((String s) -> Texts.pad(s, precision)));
      case NUMERIC ->
          Optional.of(Routine.unary((PgNumeric n) -> n.fit(precision, Math.max(type.scale(), 0))));
      case TIMESTAMP, TIMESTAMPTZ ->
          Optional.of(Routine.unary((Long micros) -> Dates.round(micros, precision)));
      case TIME -> Optional.of(Routine.unary((String time) -> Times.round(time, precision)));
      default -> Optional.empty();
    };
  }

  /**
   * Fits a value to the modifiers of a column, as storing it does: what is too long is an error.
   */
  static Optional<Routine> assignedModifier(ColumnType type) {
    int length = type.precision();
    if (length != UNSPECIFIED && type.family() == TypeFamily.VARCHAR) {
      return Optional.of(Routine.unary((String s) -> Texts.fit(s, length, type.name())));
    }
    if (length != UNSPECIFIED && type.family() == TypeFamily.CHAR) {
      return Optional.of(
          Routine.unary((String s) -> Texts.pad(Texts.fit(s, length, type.name()), length)));
    }
    return modifier(type);
  }

  private static Map<TypeFamily, Map<TypeFamily, Cast>> table() {
    Map<TypeFamily, Map<TypeFamily, Cast>> casts = new EnumMap<>(TypeFamily.class);
    texts(casts);
    integers(casts);
    numbers(casts);
    times(casts);
    json(casts);
    return casts;
  }

  private static void add(
      Map<TypeFamily, Map<TypeFamily, Cast>> casts,
      TypeFamily from,
      TypeFamily to,
      Context context,
      Routine routine,
      boolean injective) {
    casts
        .computeIfAbsent(from, f -> new EnumMap<>(TypeFamily.class))
        .put(to, new Cast(context, routine, injective));
  }

  /** Everything can be written as text and read from it, by the types' own input and output. */
  private static void texts(Map<TypeFamily, Map<TypeFamily, Cast>> casts) {
    for (TypeFamily text : TEXTS) {
      for (TypeFamily other : TypeFamily.values()) {
        if (other.isText() || other == TypeFamily.OPAQUE) {
          continue;
        }
        Routine write =
            Values.isText(other)
                ? SAME
                : Routine.unary((Object value) -> Values.write(other, value));
        if (other == TypeFamily.BOOLEAN) {
          write = Routine.unary((Boolean b) -> b ? "true" : "false");
        }
        add(casts, other, text, Context.ASSIGNMENT, write, isWrittenInjectively(other, text));
        if (isReadFromText(other)) {
          Routine read = Routine.unary((String s) -> Values.fromText(other, s));
          add(casts, text, other, Context.EXPLICIT, read, false);
        }
      }
    }
    Routine trim = Routine.unary((String s) -> Texts.trimBlanks(s));
    add(casts, TypeFamily.TEXT, TypeFamily.VARCHAR, Context.IMPLICIT, SAME, true);
    add(casts, TypeFamily.TEXT, TypeFamily.CHAR, Context.IMPLICIT, SAME, false);
    add(casts, TypeFamily.VARCHAR, TypeFamily.TEXT, Context.IMPLICIT, SAME, true);
    add(casts, TypeFamily.VARCHAR, TypeFamily.CHAR, Context.IMPLICIT, SAME, false);
    add(casts, TypeFamily.CHAR, TypeFamily.TEXT, Context.IMPLICIT, trim, true);
    add(casts, TypeFamily.CHAR, TypeFamily.VARCHAR, Context.IMPLICIT, trim, true);
  }

  private static boolean isReadFromText(TypeFamily family) {
    return switch (family) {
      // Of an array the type of its elements must be known.
      case BYTES, ARRAY -> false;
      default -> true;
    };
  }

  /** 1.0 and 1.00 are one numeric and two texts; -0 and 0 one float; char(n) forgets blanks. */
  private static boolean isWrittenInjectively(TypeFamily family, TypeFamily text) {
    boolean onlyOneText =
        switch (family) {
          case BOOLEAN, INT2, INT4, INT8, DATE, TIMESTAMP, TIMESTAMPTZ, TIME, UUID, BYTES -> true;
          default -> false;
        };
    return onlyOneText && text != TypeFamily.CHAR;
  }

  private static void integers(Map<TypeFamily, Map<TypeFamily, Cast>> casts) {
    TypeFamily[] families = {TypeFamily.INT2, TypeFamily.INT4, TypeFamily.INT8};
    for (int from = 0; from < families.length; from++) {
      TypeFamily family = families[from];
      for (int to = 0; to < families.length; to++) {
        if (from < to) {
          add(casts, family, families[to], Context.IMPLICIT, SAME, true);
        } else if (from > to) {
          Numbers.Int narrow = Numbers.Int.valueOf(families[to].name());
          Routine check = Routine.unary((Long n) -> narrow.check(n));
          add(casts, family, families[to], Context.ASSIGNMENT, check, true);
        }
      }
      Routine exact = Routine.unary((Long n) -> PgNumeric.of(n));
      add(casts, family, TypeFamily.NUMERIC, Context.IMPLICIT, exact, true);
      Routine toFloat = Routine.unary((Long n) -> (float) (long) n);
      add(casts, family, TypeFamily.FLOAT4, Context.IMPLICIT, toFloat, false);
      Routine toDouble = Routine.unary((Long n) -> (double) (long) n);
      boolean fits = family != TypeFamily.INT8;
      add(casts, family, TypeFamily.FLOAT8, Context.IMPLICIT, toDouble, fits);
    }
    Routine toBoolean = Routine.unary((Long n) -> n != 0);
    add(casts, TypeFamily.INT4, TypeFamily.BOOLEAN, Context.EXPLICIT, toBoolean, false);
    Routine fromBoolean = Routine.unary((Boolean b) -> b ? 1L : 0L);
    add(casts, TypeFamily.BOOLEAN, TypeFamily.INT4, Context.EXPLICIT, fromBoolean, true);
  }

  private static void numbers(Map<TypeFamily, Map<TypeFamily, Cast>> casts) {
    for (Numbers.Int type : Numbers.Int.values()) {
      TypeFamily integer = TypeFamily.valueOf(type.name());
      Routine ofNumeric = Routine.unary((PgNumeric n) -> type.of(n));
      add(casts, TypeFamily.NUMERIC, integer, Context.ASSIGNMENT, ofNumeric, false);
      Routine ofFloating = Routine.unary((Number n) -> type.of(n.doubleValue()));
      add(casts, TypeFamily.FLOAT4, integer, Context.ASSIGNMENT, ofFloating, false);
      add(casts, TypeFamily.FLOAT8, integer, Context.ASSIGNMENT, ofFloating, false);
    }
    Routine numericToDouble = Routine.unary((PgNumeric n) -> Numbers.toDouble(n));
    add(casts, TypeFamily.NUMERIC, TypeFamily.FLOAT8, Context.IMPLICIT, numericToDouble, false);
    Routine numericToFloat = Routine.unary((PgNumeric n) -> Numbers.toFloat(n));
    add(casts, TypeFamily.NUMERIC, TypeFamily.FLOAT4, Context.IMPLICIT, numericToFloat, false);
    Routine doubleToNumeric = Routine.unary((Double d) -> Numbers.toNumeric(d));
    add(casts, TypeFamily.FLOAT8, TypeFamily.NUMERIC, Context.ASSIGNMENT, doubleToNumeric, false);
    Routine floatToNumeric = Routine.unary((Float f) -> Numbers.toNumeric(f));
    add(casts, TypeFamily.FLOAT4, TypeFamily.NUMERIC, Context.ASSIGNMENT, floatToNumeric, false);
    Routine narrow = Routine.unary((Double d) -> Numbers.toFloat(d));
    add(casts, TypeFamily.FLOAT8, TypeFamily.FLOAT4, Context.ASSIGNMENT, narrow, false);
    Routine widen = Routine.unary((Float f) -> (double) f);
    add(casts, TypeFamily.FLOAT4, TypeFamily.FLOAT8, Context.IMPLICIT, widen, true);
  }

  /** Time zones are UTC throughout, so a timestamp and a timestamptz are the same moment. */
  private static void times(Map<TypeFamily, Map<TypeFamily, Cast>> casts) {
    TypeFamily date = TypeFamily.DATE;
    TypeFamily timestamp = TypeFamily.TIMESTAMP;
    TypeFamily timestamptz = TypeFamily.TIMESTAMPTZ;
    Routine toTimestamp = Routine.unary((Long days) -> Dates.dateToTimestamp(days));
    Routine toDate = Routine.unary((Long micros) -> Dates.timestampToDate(micros));
    add(casts, date, timestamp, Context.IMPLICIT, toTimestamp, true);
    add(casts, date, timestamptz, Context.IMPLICIT, toTimestamp, true);
    add(casts, timestamp, timestamptz, Context.IMPLICIT, SAME, true);
    add(casts, timestamp, date, Context.ASSIGNMENT, toDate, false);
    add(casts, timestamptz, date, Context.ASSIGNMENT, toDate, false);
    add(casts, timestamptz, timestamp, Context.ASSIGNMENT, SAME, true);
    TypeFamily time = TypeFamily.TIME;
    Routine toTime = Routine.unary((Long micros) -> Times.ofTimestamp(micros));
    add(casts, timestamp, time, Context.ASSIGNMENT, toTime, false);
    add(casts, timestamptz, time, Context.ASSIGNMENT, toTime, false);
    Routine toInterval = Routine.unary((String text) -> Times.toInterval(text));
    add(casts, time, TypeFamily.INTERVAL, Context.IMPLICIT, toInterval, true);
    Routine ofInterval = Routine.unary((Interval span) -> Times.ofInterval(span));
    add(casts, TypeFamily.INTERVAL, time, Context.ASSIGNMENT, ofInterval, false);
  }

  private static void json(Map<TypeFamily, Map<TypeFamily, Cast>> casts) {
    add(casts, TypeFamily.JSONB, TypeFamily.JSON, Context.ASSIGNMENT, SAME, false);
    Routine normal = Routine.unary((String text) -> Jsonb.fromText(text));
    add(casts, TypeFamily.JSON, TypeFamily.JSONB, Context.ASSIGNMENT, normal, false);
    for (TypeFamily family :
        List.of(
            TypeFamily.BOOLEAN,
            TypeFamily.NUMERIC,
            TypeFamily.INT2,
            TypeFamily.INT4,
            TypeFamily.INT8,
            TypeFamily.FLOAT4,
            TypeFamily.FLOAT8)) {
      Routine scalar = Routine.unary((String text) -> Jsonb.toScalar(text, family));
      add(casts, TypeFamily.JSONB, family, Context.EXPLICIT, scalar, false);
    }
  }

  /** A value before there are rows. */
  static Object evaluate(Routine routine, Object value) {
    return routine.compile(List.of(new Eval.Known(value))).of(null);
  }
}
