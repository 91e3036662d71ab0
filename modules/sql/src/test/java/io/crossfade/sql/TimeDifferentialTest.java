package io.crossfade.sql;

import io.crossfade.sandbox.SharedSandbox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates, times, timestamps and intervals against PostgreSQL. */
class TimeDifferentialTest {

  private static final String[] COLUMNS = {
    "d date",
    "e date",
    "w timestamp",
    "x timestamp",
    "z timestamptz",
    "y timestamptz",
    "h time",
    "g time",
    "v interval",
    "u interval",
    "i tiny:int4",
    "f tiny:float8",
    "k numeric(6,3)"
  };

  private static Differential differential;

  @BeforeAll
  static void start() throws Exception {
    differential = new Differential(SharedSandbox.postgres18(), 200);
  }

  @AfterAll
  static void stop() throws Exception {
    differential.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "d + v",
        "v + d",
        "d - v",
        "w + v",
        "v + w",
        "w - v",
        "z + v",
        "v + z",
        "z - v",
        "w - x",
        "z - y",
        "z - w",
        "d - w",
        "d + h",
        "h + d",
        "h + v",
        "v + h",
        "h - v",
        "h - g",
        "v + u",
        "v - u",
        "-v",
        "v * 2",
        "v * i",
        "f * v",
        "v * f",
        "v / 3",
        "v / f",
        "v / i",
        "v * k",
        "v / k",
        "v * 1.5",
        "w + INTERVAL '1' DAY",
        "w + INTERVAL '1 day'",
        "z - interval '1 month 2 days 03:04:05.6'",
        "d + INTERVAL '1' MONTH",
        "d - INTERVAL '-2' YEAR",
        "w + INTERVAL '90' MINUTE",
        "w - INTERVAL '36' HOUR",
        "w + INTERVAL '1.5' SECOND",
        "INTERVAL '3' DAY * i",
        "(w + INTERVAL '1 week')::date",
        "v::text",
        "v || ''",
        "CAST(v AS text)",
        "v::time",
        "h::interval",
        "w::time",
        "z::time",
        "h::time(2)",
        "TIME '12:34:56'",
        "INTERVAL '1' DAY",
        "INTERVAL '-5' MONTH",
        "INTERVAL '1 day 2 hours'",
        "CAST('1 year 2 mons -3 days +04:05:06' AS interval)",
        "'10 minutes'::interval",
        "v = u",
        "v < u",
        "v >= INTERVAL '1 day'",
        "v IN (INTERVAL '1 day', u)",
        "v BETWEEN INTERVAL '0' DAY AND INTERVAL '1 month'",
        "greatest(v, u)",
        "h < g",
        "h < TIME '12:00'",
        "coalesce(v, u)",
        "CASE WHEN v > u THEN v END",
        "nullif(v, u)",
        "w + '1 day'",
        "z - y > INTERVAL '1' DAY",
        "make_date(i, 2, i)",
        "make_date(2024, 2, i + 20)",
        "make_date(i * 1000000, 12, 31)",
        "(v + u) * 2 - v"
      })
  void shouldComputeWithTimes(String expression) throws Exception {
    differential.compareWhereRead(expression, COLUMNS);
  }

  static String[] fields() {
    String dates = "day week month quarter year decade century millennium isoyear dow isodow doy";
    String times = "microseconds milliseconds second minute hour";
    String all = dates + " julian epoch";
    StringBuilder out = new StringBuilder();
    append(out, "d", all);
    append(out, "w", all + " " + times);
    append(out, "z", all + " " + times + " timezone timezone_hour timezone_minute");
    append(out, "h", times + " epoch");
    append(out, "v", times + " day month year decade century millennium epoch");
    return out.toString().trim().split("\n");
  }

  private static void append(StringBuilder out, String column, String fields) {
    for (String field : fields.split(" ")) {
      out.append("EXTRACT(").append(field).append(" FROM ").append(column).append(")\n");
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "to_char(w, 'YYYY-MM-DD HH24:MI:SS.US')",
        "to_char(z, 'YYYY-MM-DD\"T\"HH24:MI:SSOF')",
        "to_char(d, 'DD.MM.YYYY')",
        "to_char(w, 'Day, DD Month YYYY')",
        "to_char(w, 'FMDay, FMDD FMMonth FMYYYY')",
        "to_char(w, 'Dy DY dy day DAY Mon MON mon month MONTH')",
        "to_char(w, 'HH:MI AM hh12 p.m. PM a.m.')",
        "to_char(w, 'IYYY-IW-ID IDDD IYY IY I')",
        "to_char(w, 'Q WW W DDD D J CC')",
        "to_char(w, 'YY YYY Y Y,YYY BC ad B.C.')",
        "to_char(w, 'MS FF1 FF2 FF3 FF4 FF5 FF6 SSSS')",
        "to_char(w, 'DDth FMDDTH MMth')",
        "to_char(z, 'TZ tz TZH:TZM OF')",
        "to_char(w, 'RM rm FMRM')",
        "to_char(w, 'FMHH24:FMMI:FMSS')",
        "to_char(w, 'x\\\"y\"q\\\"r\"')",
        "to_char(d, 'YYYYMMDD')",
        "to_char(w, '')"
      })
  void shouldFormatTimes(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void shouldExtractFields(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  static String[] truncations() {
    String units =
        "microseconds milliseconds second minute hour day month quarter year decade century"
            + " millennium";
    StringBuilder out = new StringBuilder();
    for (String unit : (units + " week Months").split(" ")) {
      for (String column : "d w z v".split(" ")) {
        if (!column.equals("v") || units.contains(unit)) {
          out.append("date_trunc('").append(unit).append("', ").append(column).append(")\n");
        }
      }
    }
    return out.toString().trim().split("\n");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("truncations")
  void shouldTruncate(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "timezone('UTC', w)",
        "timezone('UTC', z)",
        "timezone('Europe/Berlin', w)",
        "timezone('Europe/Berlin', z)",
        "timezone('America/New_York', w)",
        "timezone('Asia/Kolkata', z)",
        "timezone('Australia/Lord_Howe', w)",
        "timezone('Etc/GMT+5', z)",
        "timezone('UTC', d)"
      })
  void shouldMoveBetweenZones(String expression) throws Exception {
    differential.compareWhereRead(expression, COLUMNS);
  }
}
