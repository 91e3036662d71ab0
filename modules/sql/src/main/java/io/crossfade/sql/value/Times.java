package io.crossfade.sql.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code time}: a time of day without a zone. Its value is its text; the functions here count in
 * microseconds since midnight, from 0 up to and including 24:00.
 */
public final class Times {

  private static final Pattern ISO =
      Pattern.compile("(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,6}))?)?");

  private Times() {}

  /** Microseconds since midnight of a canonical time. */
  public static long micros(String text) {
    long micros = 0;
    if (text.length() > 9) {
      micros = Long.parseLong((text.substring(9) + "00000").substring(0, 6));
    }
    return seconds(text) * Dates.MICROS_PER_SECOND + micros;
  }

  private static long seconds(String text) {
    return Integer.parseInt(text, 0, 2, 10) * 3600L
        + Integer.parseInt(text, 3, 5, 10) * 60L
        + Integer.parseInt(text, 6, 8, 10);
  }

  /** Canonical text. */
  public static String text(long micros) {
    StringBuilder out = new StringBuilder(15);
    Dates.appendTime(out, micros);
    return out.toString();
  }

  /** Text that a user wrote: {@code 12:34}, {@code 12:34:56.789}. */
  public static String fromText(String text) {
    Matcher iso = ISO.matcher(Texts.trimSpaces(text));
    if (!iso.matches()) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          PgError.quote(text)
              + " is no time like 12:34:56.789; other forms that PostgreSQL may take are not read"
              + " here");
    }
    int hour = Integer.parseInt(iso.group(1));
    int minute = Integer.parseInt(iso.group(2));
    int second = iso.group(3) == null ? 0 : Integer.parseInt(iso.group(3));
    String digits = iso.group(4) == null ? "" : iso.group(4);
    long micros = Long.parseLong((digits + "000000").substring(0, 6));
    boolean pastMidnight = hour == 24 && (minute > 0 || second > 0 || micros > 0);
    if (minute > 59 || second > 60 || hour > 24 || pastMidnight) {
      throw new PgError(
          PgError.DATETIME_OVERFLOW, "date/time field value out of range: " + PgError.quote(text));
    }
    long total = ((hour * 60L + minute) * 60 + second) * Dates.MICROS_PER_SECOND + micros;
    if (total > Dates.MICROS_PER_DAY) {
      throw new PgError(
          PgError.DATETIME_OVERFLOW, "date/time field value out of range: " + PgError.quote(text));
    }
    return text(total);
  }

  /** The time of day of a timestamp; an infinite one has none. */
  public static String ofTimestamp(long micros) {
    return Dates.isInfinite(micros) ? null : text(Math.floorMod(micros, Dates.MICROS_PER_DAY));
  }

  /** A date's day at a time of day. */
  public static long dateAt(long date, String time) {
    if (Dates.isInfinite(date)) {
      return date;
    }
    return Dates.checkedTimestamp(Dates.dateToTimestamp(date) + micros(time));
  }

  /** Goes round at midnight; months and days do not count. */
  public static String plus(String time, Interval span) {
    return text(Math.floorMod(micros(time) + span.micros(), Dates.MICROS_PER_DAY));
  }

  public static String minus(String time, Interval span) {
    return text(Math.floorMod(micros(time) - span.micros(), Dates.MICROS_PER_DAY));
  }

  public static Interval between(String later, String earlier) {
    return new Interval(0, 0, micros(later) - micros(earlier));
  }

  public static Interval toInterval(String time) {
    return new Interval(0, 0, micros(time));
  }

  public static String ofInterval(Interval span) {
    return text(Math.floorMod(span.micros(), Dates.MICROS_PER_DAY));
  }

  /** {@code time(digits)}: rounds half up. */
  public static String round(String time, int digits) {
    if (digits >= 6) {
      return time;
    }
    long unit = 1;
    for (int i = digits; i < 6; i++) {
      unit *= 10;
    }
    return text((micros(time) + unit / 2) / unit * unit);
  }
}
