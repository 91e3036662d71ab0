package io.crossfade.sql.value;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL's {@code interval}: months, days and microseconds, which are added one after the other
 * and never mixed. The infinite ones of PostgreSQL 17 are refused: earlier versions have none.
 *
 * @param months may be negative, like the others
 * @param days whole days, of whatever length
 * @param micros microseconds, also of more than a day
 */
public record Interval(int months, int days, long micros) implements Comparable<Interval> {

  private static final long MICROS_PER_DAY = Dates.MICROS_PER_DAY;
  private static final int DAYS_PER_MONTH = 30;
  private static final double SECONDS_PER_DAY = 86_400;

  private static final Pattern PART =
      Pattern.compile(
          "\\G\\s*([+-]?)(?:(\\d{1,12}):([0-5]\\d)(?::([0-5]\\d)(?:\\.(\\d{1,6}))?)?(?!\\S)"
              + "|(\\d{1,10})(?:\\.(\\d{1,6}))?\\s*([A-Za-z]+))");

  /** Canonical text, as PostgreSQL prints it under {@code IntervalStyle = postgres}. */
  public static Interval parse(String text) {
    return fromText(text);
  }

  /**
   * Text that a user wrote: {@code 1 year 2 months -3 days 04:05:06.789}. Each unit once.
   *
   * @throws PgError NOT_SUPPORTED for the many other forms that PostgreSQL takes
   */
  public static Interval fromText(String text) {
    Matcher part = PART.matcher(text);
    long months = 0;
    long days = 0;
    long micros = 0;
    int seen = 0;
    int end = 0;
    while (part.find()) {
      end = part.end();
      int bit;
      long sign = part.group(1).equals("-") ? -1 : 1;
      if (part.group(2) != null) {
        bit = 0xE0;
        micros = clock(part, text);
      } else {
        bit = unit(part, text);
        long count = sign * Long.parseLong(part.group(6));
        switch (bit) {
          case 0x01 -> months += count * 12;
          case 0x02 -> months += count;
          case 0x04 -> days += count * 7;
          case 0x08 -> days += count;
          case 0x20 -> micros += count * 3600 * Dates.MICROS_PER_SECOND;
          case 0x40 -> micros += count * 60 * Dates.MICROS_PER_SECOND;
          default -> micros += count * Dates.MICROS_PER_SECOND + sign * fraction(part.group(7));
        }
      }
      if ((seen & bit) != 0) {
        throw unreadable(text);
      }
      seen |= bit;
    }
    boolean whole = seen != 0 && text.substring(end).isBlank();
    if (!whole || months != (int) months || days != (int) days) {
      throw unreadable(text);
    }
    return new Interval((int) months, (int) days, micros);
  }

  private static int unit(Matcher part, String text) {
    int bit =
        switch (part.group(8).toLowerCase(Locale.ROOT)) {
          case "year", "years" -> 0x01;
          case "mon", "mons", "month", "months" -> 0x02;
          case "week", "weeks" -> 0x04;
          case "day", "days" -> 0x08;
          case "hour", "hours" -> 0x20;
          case "min", "mins", "minute", "minutes" -> 0x40;
          case "sec", "secs", "second", "seconds" -> 0x80;
          default -> throw unreadable(text);
        };
    boolean tooLong = part.group(6).length() > 9 && bit > 0x08;
    if ((part.group(7) != null && bit != 0x80) || tooLong) {
      throw unreadable(text);
    }
    return bit;
  }

  /** Counted downwards, where there is room for one microsecond more. */
  private static long clock(Matcher part, String text) {
    long minutes = Long.parseLong(part.group(2)) * 60 + Integer.parseInt(part.group(3));
    long seconds = minutes * 60 + (part.group(4) == null ? 0 : Integer.parseInt(part.group(4)));
    try {
      long micros = Math.multiplyExact(-seconds, Dates.MICROS_PER_SECOND);
      long negative = Math.subtractExact(micros, fraction(part.group(5)));
      return part.group(1).equals("-") ? negative : Math.negateExact(negative);
    } catch (ArithmeticException e) {
      throw unreadable(text);
    }
  }

  private static long fraction(String digits) {
    return digits == null ? 0 : Long.parseLong((digits + "00000").substring(0, 6));
  }

  private static PgError unreadable(String text) {
    return new PgError(
        PgError.NOT_SUPPORTED,
        PgError.quote(text)
            + " is no interval like 1 year 2 months 3 days 04:05:06; other forms that PostgreSQL"
            + " may take are not read here");
  }

  private static PgError outOfRange() {
    return new PgError(PgError.DATETIME_OVERFLOW, "interval out of range");
  }

  public Interval negate() {
    boolean tooSmall =
        months == Integer.MIN_VALUE || days == Integer.MIN_VALUE || micros == Long.MIN_VALUE;
    if (tooSmall) {
      throw outOfRange();
    }
    return new Interval(-months, -days, -micros);
  }

  public Interval plus(Interval other) {
    return of(
        () ->
            new Interval(
                Math.addExact(months, other.months),
                Math.addExact(days, other.days),
                Math.addExact(micros, other.micros)));
  }

  public Interval minus(Interval other) {
    return of(
        () ->
            new Interval(
                Math.subtractExact(months, other.months),
                Math.subtractExact(days, other.days),
                Math.subtractExact(micros, other.micros)));
  }

  private static Interval of(java.util.function.Supplier<Interval> sum) {
    try {
      return sum.get();
    } catch (ArithmeticException e) {
      throw outOfRange();
    }
  }

  /** {@code interval_mul()}: parts of a month become days, parts of a day time. */
  public Interval times(double factor) {
    if (Double.isInfinite(factor) && !equals(new Interval(0, 0, 0))) {
      throw new PgError(
          PgError.NOT_SUPPORTED, "PostgreSQL has infinite intervals since version 17 only");
    }
    return scaled(months * factor, days * factor, micros * factor);
  }

  /** {@code interval_div()}. */
  public Interval dividedBy(double divisor) {
    if (divisor == 0) {
      throw PgError.divisionByZero();
    }
    return scaled(months / divisor, days / divisor, micros / divisor);
  }

  private static Interval scaled(double exactMonths, double exactDays, double exactMicros) {
    int months = toInt(exactMonths);
    int days = toInt(exactDays);
    double monthRest = toMicrosecond((exactMonths - months) * DAYS_PER_MONTH);
    double seconds =
        toMicrosecond((exactDays - days + monthRest - (int) monthRest) * SECONDS_PER_DAY);
    long wholeDays = days;
    if (Math.abs(seconds) >= SECONDS_PER_DAY) {
      wholeDays += (int) (seconds / SECONDS_PER_DAY);
      seconds -= ((int) (seconds / SECONDS_PER_DAY)) * SECONDS_PER_DAY;
    }
    wholeDays += (int) monthRest;
    double micros = Math.rint(exactMicros + seconds * Dates.MICROS_PER_SECOND);
    boolean fits = wholeDays == (int) wholeDays && micros >= -0x1p63 && micros < 0x1p63;
    if (!fits) {
      throw outOfRange();
    }
    return new Interval(months, (int) wholeDays, (long) micros);
  }

  private static int toInt(double value) {
    if (!(value >= Integer.MIN_VALUE && value < -(double) Integer.MIN_VALUE)) {
      throw outOfRange();
    }
    return (int) value;
  }

  private static double toMicrosecond(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }

  /** A timestamp moved by the months, then by the days, then by the rest. */
  public long addTo(long timestamp) {
    if (Dates.isInfinite(timestamp)) {
      return timestamp;
    }
    long result = timestamp;
    if (months != 0) {
      long day = Math.floorDiv(result, MICROS_PER_DAY);
      java.time.LocalDate date = java.time.LocalDate.ofEpochDay(day + Dates.EPOCH_DAYS);
      long moved = date.plusMonths(months).toEpochDay() - Dates.EPOCH_DAYS;
      result = Dates.timestampOfDay(moved) + Math.floorMod(result, MICROS_PER_DAY);
    }
    if (days != 0) {
      long day = Math.floorDiv(result, MICROS_PER_DAY) + days;
      result = Dates.timestampOfDay(day) + Math.floorMod(result, MICROS_PER_DAY);
    }
    long sum = result + micros;
    if (((result ^ sum) & (micros ^ sum)) < 0) {
      throw Dates.timestampOutOfRange();
    }
    return Dates.checkedTimestamp(sum);
  }

  public long subtractFrom(long timestamp) {
    return negate().addTo(timestamp);
  }

  /** {@code timestamp - timestamp}: whole days and a rest. */
  public static Interval between(long later, long earlier) {
    if (Dates.isInfinite(later) || Dates.isInfinite(earlier)) {
      throw new PgError(
          PgError.NOT_SUPPORTED, "PostgreSQL has infinite intervals since version 17 only");
    }
    long micros;
    try {
      micros = Math.subtractExact(later, earlier);
    } catch (ArithmeticException e) {
      throw outOfRange();
    }
    return new Interval(0, (int) (micros / MICROS_PER_DAY), micros % MICROS_PER_DAY);
  }

  /** A month counts as 30 days and a day as 24 hours. */
  @Override
  public int compareTo(Interval other) {
    int byDays = Long.compare(wholeDays(), other.wholeDays());
    return byDays != 0
        ? byDays
        : Long.compare(
            Math.floorMod(micros, MICROS_PER_DAY), Math.floorMod(other.micros, MICROS_PER_DAY));
  }

  private long wholeDays() {
    return (long) months * DAYS_PER_MONTH + days + Math.floorDiv(micros, MICROS_PER_DAY);
  }

  /** Canonical text. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    boolean before = append(out, months / 12, "year", false);
    before = append(out, months % 12, "mon", before);
    before = append(out, days, "day", before);
    if (out.length() == 0 || micros != 0) {
      if (out.length() > 0) {
        out.append(' ');
      }
      out.append(micros < 0 ? "-" : before ? "+" : "");
      // Long.MIN_VALUE has no positive counterpart, but its quotient by a second has.
      long hours = Math.abs(micros / Dates.MICROS_PER_SECOND / 3600);
      if (hours < 10) {
        out.append('0');
      }
      out.append(hours);
      long rest = Math.abs(micros % (3600 * Dates.MICROS_PER_SECOND));
      StringBuilder clock = new StringBuilder();
      Dates.appendTime(clock, rest);
      out.append(clock, 2, clock.length());
    }
    return out.toString();
  }

  private static boolean append(StringBuilder out, int value, String unit, boolean before) {
    if (value == 0) {
      return before;
    }
    if (out.length() > 0) {
      out.append(' ');
    }
    out.append(before && value > 0 ? "+" : "").append(value).append(' ').append(unit);
    out.append(value == 1 ? "" : "s");
    return value < 0;
  }
}
