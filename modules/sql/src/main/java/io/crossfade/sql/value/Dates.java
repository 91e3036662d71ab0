package io.crossfade.sql.value;

import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code date} as days and {@code timestamp}, {@code timestamptz} as microseconds since 2000-01-01,
 * as PostgreSQL stores them. Time zones are UTC throughout. The infinities are {@link
 * Long#MAX_VALUE} and {@link Long#MIN_VALUE} for both.
 */
public final class Dates {

  public static final long INFINITY = Long.MAX_VALUE;
  public static final long MINUS_INFINITY = Long.MIN_VALUE;

  static final long EPOCH_DAYS = LocalDate.of(2000, 1, 1).toEpochDay();
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long MICROS_PER_DAY = 86_400L * MICROS_PER_SECOND;

  /** 4713-11-24 BC, Julian day 0. */
  private static final long MIN_DAY = LocalDate.of(-4713, 11, 24).toEpochDay() - EPOCH_DAYS;

  private static final long MAX_DATE = LocalDate.of(5_874_897, 12, 31).toEpochDay() - EPOCH_DAYS;

  /** The first day that a timestamp cannot hold any more. */
  private static final long END_OF_TIMESTAMPS =
      LocalDate.of(294_277, 1, 1).toEpochDay() - EPOCH_DAYS;

  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4,7})-(\\d\\d)-(\\d\\d)"
              + "(?:[ Tt](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,6}))?)?"
              + "(Z|z|[+-]\\d\\d(?::?\\d\\d)?)?)?( BC)?");

  private Dates() {}

  /** A canonical date. */
  public static long parseDate(String text) {
    Long special = special(text);
    if (special != null) {
      return special;
    }
    boolean beforeChrist = text.endsWith(" BC");
    int end = beforeChrist ? text.length() - 3 : text.length();
    return days(text, 0, end, beforeChrist);
  }

  private static long days(String text, int start, int end, boolean beforeChrist) {
    int year = digits(text, start, end - 6);
    return dayOf(
        beforeChrist ? 1 - year : year, digits(text, end - 5, end - 3), digits(text, end - 2, end));
  }

  private static long dayOf(int year, int month, int day) {
    return LocalDate.of(year, month, day).toEpochDay() - EPOCH_DAYS;
  }

  private static int digits(String text, int start, int end) {
    int value = 0;
    for (int i = start; i < end; i++) {
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value;
  }

  /** A canonical timestamp, with or without {@code +00} behind it. */
  public static long parseTimestamp(String text) {
    Long special = special(text);
    if (special != null) {
      return special;
    }
    int end = text.length();
    boolean beforeChrist = text.endsWith(" BC");
    if (beforeChrist) {
      end -= 3;
    }
    if (text.startsWith("+00", end - 3)) {
      end -= 3;
    }
    int space = text.indexOf(' ');
    long seconds =
        digits(text, space + 1, space + 3) * 3600L
            + digits(text, space + 4, space + 6) * 60L
            + digits(text, space + 7, space + 9);
    long micros = 0;
    if (end > space + 9) {
      micros = fraction(text, space + 10, end);
    }
    return days(text, 0, space, beforeChrist) * MICROS_PER_DAY
        + seconds * MICROS_PER_SECOND
        + micros;
  }

  private static long fraction(String text, int start, int end) {
    long value = digits(text, start, end);
    for (int i = end - start; i < 6; i++) {
      value *= 10;
    }
    return value;
  }

  private static Long special(String text) {
    return switch (text) {
      case "infinity" -> INFINITY;
      case "-infinity" -> MINUS_INFINITY;
      default -> null;
    };
  }

  static boolean isInfinite(long value) {
    return value == INFINITY || value == MINUS_INFINITY;
  }

  private static String infinityText(long value) {
    return value == INFINITY ? "infinity" : "-infinity";
  }

  public static String dateToText(long days) {
    if (isInfinite(days)) {
      return infinityText(days);
    }
    StringBuilder out = new StringBuilder(10);
    LocalDate date = LocalDate.ofEpochDay(days + EPOCH_DAYS);
    appendDate(out, date);
    return out.append(date.getYear() <= 0 ? " BC" : "").toString();
  }

  private static void appendDate(StringBuilder out, LocalDate date) {
    int year = date.getYear() <= 0 ? 1 - date.getYear() : date.getYear();
    for (int limit = 1000; year < limit && limit > 1; limit /= 10) {
      out.append('0');
    }
    out.append(year);
    two(out.append('-'), date.getMonthValue());
    two(out.append('-'), date.getDayOfMonth());
  }

  private static void two(StringBuilder out, long value) {
    out.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  public static String timestampToText(long micros) {
    return timestampToText(micros, "");
  }

  public static String timestamptzToText(long micros) {
    return timestampToText(micros, "+00");
  }

  private static String timestampToText(long micros, String zone) {
    if (isInfinite(micros)) {
      return infinityText(micros);
    }
    StringBuilder out = new StringBuilder(32);
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, MICROS_PER_DAY) + EPOCH_DAYS);
    appendDate(out, date);
    appendTime(out.append(' '), Math.floorMod(micros, MICROS_PER_DAY));
    return out.append(zone).append(date.getYear() <= 0 ? " BC" : "").toString();
  }

  /** {@code HH:MM:SS} and as many digits of the second as it has. */
  static void appendTime(StringBuilder out, long ofDay) {
    long seconds = ofDay / MICROS_PER_SECOND;
    two(out, seconds / 3600);
    two(out.append(':'), seconds / 60 % 60);
    two(out.append(':'), seconds % 60);
    long rest = ofDay % MICROS_PER_SECOND;
    if (rest != 0) {
      out.append('.');
      for (long unit = MICROS_PER_SECOND / 10; rest != 0; unit /= 10) {
        out.append((char) ('0' + rest / unit));
        rest %= unit;
      }
    }
  }

  /** A timestamp that was computed, if there is such a one. */
  static long checkedTimestamp(long micros) {
    if (micros < MIN_DAY * MICROS_PER_DAY || micros >= END_OF_TIMESTAMPS * MICROS_PER_DAY) {
      throw timestampOutOfRange();
    }
    return micros;
  }

  /** Midnight of a day, counted from 2000, if a timestamp can hold it. */
  static long timestampOfDay(long day) {
    if (day < MIN_DAY || day >= END_OF_TIMESTAMPS) {
      throw timestampOutOfRange();
    }
    return day * MICROS_PER_DAY;
  }

  static PgError timestampOutOfRange() {
    return new PgError(PgError.DATETIME_OVERFLOW, "timestamp out of range");
  }

  public static long dateToTimestamp(long days) {
    if (isInfinite(days)) {
      return days;
    }
    if (days >= END_OF_TIMESTAMPS) {
      throw new PgError(PgError.DATETIME_OVERFLOW, "date out of range for timestamp");
    }
    return days * MICROS_PER_DAY;
  }

  public static long timestampToDate(long micros) {
    return isInfinite(micros) ? micros : Math.floorDiv(micros, MICROS_PER_DAY);
  }

  /** Order of a date and a timestamp; a date that no timestamp can hold is greater than all. */
  public static int compareDateToTimestamp(long days, long micros) {
    if (!isInfinite(days) && days >= END_OF_TIMESTAMPS) {
      return micros == INFINITY ? -1 : 1;
    }
    return Long.compare(dateToTimestamp(days), micros);
  }

  /** {@code make_date}; a negative year is one before Christ. */
  public static long makeDate(long year, long month, long day) {
    boolean valid = year != 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    if (valid && Math.abs(year) <= 5_874_898) {
      int proleptic = (int) (year < 0 ? year + 1 : year);
      valid = day <= LocalDate.of(proleptic, (int) month, 1).lengthOfMonth();
      long days = valid ? dayOf(proleptic, (int) month, (int) day) : 0;
      if (valid && days >= MIN_DAY && days <= MAX_DATE) {
        return days;
      }
    }
    throw new PgError(
        PgError.DATETIME_OVERFLOW, "date out of range: " + year + "-" + month + "-" + day);
  }

  public static long datePlusDays(long date, long days) {
    if (isInfinite(date)) {
      return date;
    }
    long result = date + days;
    if (result < MIN_DAY || result > MAX_DATE) {
      throw new PgError(PgError.DATETIME_OVERFLOW, "date out of range");
    }
    return result;
  }

  public static long daysBetween(long later, long earlier) {
    if (isInfinite(later) || isInfinite(earlier)) {
      throw new PgError(PgError.DATETIME_OVERFLOW, "cannot subtract infinite dates");
    }
    return later - earlier;
  }

  /** {@code timestamp(digits)}: rounds half away from zero, counted from 2000. */
  public static long round(long micros, int digits) {
    if (isInfinite(micros) || digits >= 6) {
      return micros;
    }
    long unit = 1;
    for (int i = digits; i < 6; i++) {
      unit *= 10;
    }
    long half = unit / 2;
    // Like PostgreSQL this may round up to a moment just behind the last that can be written.
    return micros >= 0 ? (micros + half) / unit * unit : -((-micros + half) / unit * unit);
  }

  /** ISO text that a user wrote as a date; the time of day is ignored, as PostgreSQL does. */
  public static long dateOfText(String text) {
    Long special = special(Texts.asciiLower(Texts.trimSpaces(text)));
    if (special != null) {
      return special;
    }
    Matcher iso = iso(text, "date");
    long ignored = timeOfDay(iso, text);
    long days = days(iso, text);
    if (ignored < 0 || days < MIN_DAY || days > MAX_DATE) {
      throw outOfRange("date", text);
    }
    return days;
  }

  /** ISO text that a user wrote as a timestamp without a time zone. */
  public static long timestampOfText(String text) {
    return timestampOfText(text, false);
  }

  /** ISO text that a user wrote as a timestamp; without an offset it is UTC. */
  public static long timestamptzOfText(String text) {
    return timestampOfText(text, true);
  }

  private static long timestampOfText(String text, boolean zoned) {
    Long special = special(Texts.asciiLower(Texts.trimSpaces(text)));
    if (special != null) {
      return special;
    }
    Matcher iso = iso(text, "timestamp");
    long time = timeOfDay(iso, text);
    long days = days(iso, text);
    if (days < MIN_DAY || days > END_OF_TIMESTAMPS) {
      throw outOfRange("timestamp", text);
    }
    long micros = days * MICROS_PER_DAY + time;
    if (zoned && iso.group(8) != null) {
      micros -= offsetSeconds(iso.group(8), text) * MICROS_PER_SECOND;
    }
    if (micros < MIN_DAY * MICROS_PER_DAY || micros >= END_OF_TIMESTAMPS * MICROS_PER_DAY) {
      throw outOfRange("timestamp", text);
    }
    return micros;
  }

  private static Matcher iso(String text, String type) {
    Matcher iso = ISO.matcher(Texts.trimSpaces(text));
    if (!iso.matches()) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          PgError.quote(text)
              + " is no ISO "
              + type
              + " (2024-01-31 or 2024-01-31 12:34:56.789); other forms that PostgreSQL may take"
              + " are not read here");
    }
    return iso;
  }

  private static long days(Matcher iso, String text) {
    int year = Integer.parseInt(iso.group(1));
    int month = Integer.parseInt(iso.group(2));
    int day = Integer.parseInt(iso.group(3));
    boolean beforeChrist = iso.group(9) != null;
    if (year == 0 || month < 1 || month > 12 || day < 1 || day > 31) {
      throw outOfRange("date", text);
    }
    int proleptic = beforeChrist ? 1 - year : year;
    if (day > LocalDate.of(proleptic, month, 1).lengthOfMonth()) {
      throw outOfRange("date", text);
    }
    return dayOf(proleptic, month, day);
  }

  private static long timeOfDay(Matcher iso, String text) {
    if (iso.group(4) == null) {
      return 0;
    }
    int hour = Integer.parseInt(iso.group(4));
    int minute = Integer.parseInt(iso.group(5));
    int second = iso.group(6) == null ? 0 : Integer.parseInt(iso.group(6));
    String digits = iso.group(7);
    long micros = digits == null ? 0 : fraction(digits, 0, digits.length());
    boolean pastMidnight = hour == 24 && (minute > 0 || second > 0 || micros > 0);
    if (minute > 59 || second > 60 || hour > 24 || pastMidnight) {
      throw outOfRange("date/time", text);
    }
    return ((hour * 60L + minute) * 60 + second) * MICROS_PER_SECOND + micros;
  }

  private static long offsetSeconds(String offset, String text) {
    if (offset.length() == 1) {
      return 0;
    }
    int hours = Integer.parseInt(offset.substring(1, 3));
    int minutes = offset.length() > 3 ? Integer.parseInt(offset.substring(offset.length() - 2)) : 0;
    if (hours > 15 || minutes > 59) {
      throw new PgError("22009", "time zone displacement out of range: " + PgError.quote(text));
    }
    long seconds = hours * 3600L + minutes * 60L;
    return offset.charAt(0) == '-' ? -seconds : seconds;
  }

  private static PgError outOfRange(String type, String text) {
    return new PgError(
        PgError.DATETIME_OVERFLOW, type + " field value out of range: " + PgError.quote(text));
  }
}
