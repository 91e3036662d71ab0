package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.DATE;
import static io.crossfade.core.table.TypeFamily.FLOAT8;
import static io.crossfade.core.table.TypeFamily.INT4;
import static io.crossfade.core.table.TypeFamily.INTERVAL;
import static io.crossfade.core.table.TypeFamily.TIME;
import static io.crossfade.core.table.TypeFamily.TIMESTAMP;
import static io.crossfade.core.table.TypeFamily.TIMESTAMPTZ;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.Dates;
import io.crossfade.sql.value.Interval;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Times;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Arithmetic with dates, times and intervals. A timestamptz is counted in UTC: the session's zone
 * is pinned to it, so a day more is always 24 hours more.
 */
final class TimeRoutines {

  /** Operators between two operands. */
  static final Map<String, List<Signature>> BINARY = new HashMap<>();

  /** Signs in front of one operand. */
  static final Map<String, List<Signature>> PREFIX = new HashMap<>();

  /** Functions. */
  static final Map<String, List<Signature>> FUNCTIONS = new HashMap<>();

  static {
    dates();
    timestamps();
    times();
    intervals();
    Routine makeDate =
        Routine.ternary((Long year, Long month, Long day) -> Dates.makeDate(year, month, day));
    add(FUNCTIONS, "make_date", PgTypes.DATE, makeDate, INT4, INT4, INT4);
  }

  private TimeRoutines() {}

  private static void add(
      Map<String, List<Signature>> table,
      String name,
      ColumnType result,
      Routine routine,
      TypeFamily... parameters) {
    table
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(Signature.of(result, routine, parameters));
  }

  private static void dates() {
    Routine plus = Routine.binary((Long date, Long days) -> Dates.datePlusDays(date, days));
    add(BINARY, "+", PgTypes.DATE, plus, DATE, INT4);
    Routine swapped = Routine.binary((Long days, Long date) -> Dates.datePlusDays(date, days));
    add(BINARY, "+", PgTypes.DATE, swapped, INT4, DATE);
    Routine minus = Routine.binary((Long date, Long days) -> Dates.datePlusDays(date, -days));
    add(BINARY, "-", PgTypes.DATE, minus, DATE, INT4);
    Routine between =
        Routine.binary((Long later, Long earlier) -> Dates.daysBetween(later, earlier));
    add(BINARY, "-", PgTypes.INT4, between, DATE, DATE);
    Routine later =
        Routine.binary((Long date, Interval span) -> span.addTo(Dates.dateToTimestamp(date)));
    add(BINARY, "+", PgTypes.TIMESTAMP, later, DATE, INTERVAL);
    Routine laterSwapped =
        Routine.binary((Interval span, Long date) -> span.addTo(Dates.dateToTimestamp(date)));
    add(BINARY, "+", PgTypes.TIMESTAMP, laterSwapped, INTERVAL, DATE);
    Routine earlier =
        Routine.binary(
            (Long date, Interval span) -> span.subtractFrom(Dates.dateToTimestamp(date)));
    add(BINARY, "-", PgTypes.TIMESTAMP, earlier, DATE, INTERVAL);
    Routine at = Routine.binary((Long date, String time) -> Times.dateAt(date, time));
    add(BINARY, "+", PgTypes.TIMESTAMP, at, DATE, TIME);
    Routine atSwapped = Routine.binary((String time, Long date) -> Times.dateAt(date, time));
    add(BINARY, "+", PgTypes.TIMESTAMP, atSwapped, TIME, DATE);
  }

  private static void timestamps() {
    for (TypeFamily family : List.of(TIMESTAMP, TIMESTAMPTZ)) {
      ColumnType type = PgTypes.plain(family);
      Routine plus = Routine.binary((Long micros, Interval span) -> span.addTo(micros));
      add(BINARY, "+", type, plus, family, INTERVAL);
      Routine swapped = Routine.binary((Interval span, Long micros) -> span.addTo(micros));
      add(BINARY, "+", type, swapped, INTERVAL, family);
      Routine minus = Routine.binary((Long micros, Interval span) -> span.subtractFrom(micros));
      add(BINARY, "-", type, minus, family, INTERVAL);
      Routine between =
          Routine.binary((Long later, Long earlier) -> Interval.between(later, earlier));
      add(BINARY, "-", PgTypes.INTERVAL, between, family, family);
    }
  }

  private static void times() {
    Routine plus = Routine.binary((String time, Interval span) -> Times.plus(time, span));
    add(BINARY, "+", PgTypes.TIME, plus, TIME, INTERVAL);
    Routine swapped = Routine.binary((Interval span, String time) -> Times.plus(time, span));
    add(BINARY, "+", PgTypes.TIME, swapped, INTERVAL, TIME);
    Routine minus = Routine.binary((String time, Interval span) -> Times.minus(time, span));
    add(BINARY, "-", PgTypes.TIME, minus, TIME, INTERVAL);
    Routine between = Routine.binary((String later, String first) -> Times.between(later, first));
    add(BINARY, "-", PgTypes.INTERVAL, between, TIME, TIME);
  }

  private static void intervals() {
    ColumnType type = PgTypes.INTERVAL;
    add(BINARY, "+", type, Routine.binary(Interval::plus), INTERVAL, INTERVAL);
    add(BINARY, "-", type, Routine.binary(Interval::minus), INTERVAL, INTERVAL);
    Routine times = Routine.binary((Interval span, Double factor) -> span.times(factor));
    add(BINARY, "*", type, times, INTERVAL, FLOAT8);
    Routine swapped = Routine.binary((Double factor, Interval span) -> span.times(factor));
    add(BINARY, "*", type, swapped, FLOAT8, INTERVAL);
    Routine divided = Routine.binary((Interval span, Double divisor) -> span.dividedBy(divisor));
    add(BINARY, "/", type, divided, INTERVAL, FLOAT8);
    add(PREFIX, "-", type, Routine.unary(Interval::negate), INTERVAL);
  }
}
