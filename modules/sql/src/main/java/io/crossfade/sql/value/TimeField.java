package io.crossfade.sql.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The fields that {@code EXTRACT} takes out of dates, times and intervals; the result is a numeric
 * with the scale that PostgreSQL gives it. Of an infinite time the fields that only grow are
 * infinite too, the others are NULL ({@code null}).
 */
public enum TimeField {
  MICROSECONDS(Unit.TIME),
  MILLISECONDS(Unit.TIME),
  SECOND(Unit.TIME),
  MINUTE(Unit.TIME),
  HOUR(Unit.TIME),
  DAY(Unit.DATE),
  WEEK(Unit.DATE),
  MONTH(Unit.DATE),
  QUARTER(Unit.DATE),
  YEAR(Unit.GROWING),
  DECADE(Unit.GROWING),
  CENTURY(Unit.GROWING),
  MILLENNIUM(Unit.GROWING),
  ISOYEAR(Unit.GROWING),
  DOW(Unit.DATE),
  ISODOW(Unit.DATE),
  DOY(Unit.DATE),
  JULIAN(Unit.GROWING),
  EPOCH(Unit.GROWING),
  TIMEZONE(Unit.ZONE),
  TIMEZONE_HOUR(Unit.ZONE),
  TIMEZONE_MINUTE(Unit.ZONE);

  private enum Unit {
    TIME,
    DATE,
    /** A part of a date that is infinite where the date is. */
    GROWING,
    ZONE
  }

  private static final Map<String, TimeField> OTHER_NAMES =
      Map.ofEntries(
          Map.entry("MICROSECOND", MICROSECONDS),
          Map.entry("MILLISECOND", MILLISECONDS),
          Map.entry("SECONDS", SECOND),
          Map.entry("MINUTES", MINUTE),
          Map.entry("HOURS", HOUR),
          Map.entry("DAYS", DAY),
          Map.entry("WEEKS", WEEK),
          Map.entry("MONTHS", MONTH),
          Map.entry("YEARS", YEAR),
          Map.entry("DECADES", DECADE),
          Map.entry("CENTURIES", CENTURY),
          Map.entry("MILLENNIA", MILLENNIUM));

  /** Julian day of 2000-01-01. */
  private static final long JULIAN_2000 = 2_451_545;

  private static final long UNIX_DAYS = Dates.EPOCH_DAYS;
  private static final long MICROS_PER_DAY = Dates.MICROS_PER_DAY;

  private final Unit unit;

  TimeField(Unit unit) {
    this.unit = unit;
  }

  /** The field of that name, in any case. */
  public static Optional<TimeField> of(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (TimeField field : values()) {
      if (field.name().equals(upper)) {
        return Optional.of(field);
      }
    }
    return Optional.ofNullable(OTHER_NAMES.get(upper));
  }

  /** Whether a date has it. */
  public boolean isOfDates() {
    return unit == Unit.DATE || unit == Unit.GROWING;
  }

  /** Whether a timestamp without a zone has it. */
  public boolean isOfTimestamps() {
    return unit != Unit.ZONE;
  }

  /** Whether a time of day has it. */
  public boolean isOfTimes() {
    return unit == Unit.TIME || this == EPOCH;
  }

  /** Whether an interval has it, in all versions of PostgreSQL and with one meaning. */
  public boolean isOfIntervals() {
    return switch (this) {
      case DAY, MONTH, YEAR, DECADE, CENTURY, MILLENNIUM, EPOCH -> true;
      default -> unit == Unit.TIME;
    };
  }

  private PgNumeric ofInfinity(boolean positive) {
    if (unit != Unit.GROWING) {
      return null;
    }
    return positive ? PgNumeric.INFINITY : PgNumeric.MINUS_INFINITY;
  }

  /** Of a date; days since 2000. */
  public PgNumeric ofDate(long days) {
    if (Dates.isInfinite(days)) {
      return ofInfinity(days > 0);
    }
    return switch (this) {
      case EPOCH -> PgNumeric.of((days + UNIX_DAYS) * 86_400);
      case JULIAN -> PgNumeric.of(days + JULIAN_2000);
      default -> PgNumeric.of(dateField(days));
    };
  }

  /** Of a timestamp, or of a timestamptz in UTC; microseconds since 2000. */
  public PgNumeric ofTimestamp(long micros) {
    if (Dates.isInfinite(micros)) {
      return ofInfinity(micros > 0);
    }
    long day = Math.floorDiv(micros, MICROS_PER_DAY);
    long ofDay = Math.floorMod(micros, MICROS_PER_DAY);
    return switch (unit) {
      case TIME -> timeField(ofDay, ofDay / 3_600_000_000L);
      case ZONE -> PgNumeric.ZERO;
      default ->
          switch (this) {
            case EPOCH -> epoch(micros);
            case JULIAN ->
                PgNumeric.of(day + JULIAN_2000)
                    .plus(PgNumeric.of(ofDay).dividedBy(PgNumeric.of(MICROS_PER_DAY)));
            default -> PgNumeric.of(dateField(day));
          };
    };
  }

  /** Where microseconds since 1970 need more than 64 bits, PostgreSQL divides, and rounds. */
  private static PgNumeric epoch(long micros) {
    long shift = UNIX_DAYS * MICROS_PER_DAY;
    BigInteger since1970 = BigInteger.valueOf(micros).add(BigInteger.valueOf(shift));
    return micros < Long.MAX_VALUE - shift
        ? micros(since1970)
        : PgNumeric.of(new BigDecimal(since1970)).dividedBy(PgNumeric.of(1_000_000)).round(6);
  }

  /** Of a time of day. */
  public PgNumeric ofTime(String time) {
    long micros = Times.micros(time);
    return this == EPOCH
        ? micros(BigInteger.valueOf(micros))
        : timeField(micros, micros / 3_600_000_000L);
  }

  /** Of an interval. */
  public PgNumeric ofInterval(Interval span) {
    int year = span.months() / 12;
    return switch (this) {
      case DAY -> PgNumeric.of(span.days());
      case MONTH -> PgNumeric.of(span.months() % 12);
      case YEAR -> PgNumeric.of(year);
      case DECADE -> PgNumeric.of(year / 10);
      case CENTURY -> PgNumeric.of(year / 100);
      case MILLENNIUM -> PgNumeric.of(year / 1000);
      case EPOCH -> epoch(span);
      default -> timeField(span.micros(), span.micros() / 3_600_000_000L);
    };
  }

  /** A year counts as 365.25 days, a month of the rest as 30. */
  private static PgNumeric epoch(Interval span) {
    long quarterDays = span.months() / 12 * 1461L + span.months() % 12 * 120L + span.days() * 4L;
    BigInteger seconds = BigInteger.valueOf(quarterDays).multiply(BigInteger.valueOf(21_600));
    return micros(
        seconds.multiply(BigInteger.valueOf(1_000_000)).add(BigInteger.valueOf(span.micros())));
  }

  private static PgNumeric micros(BigInteger micros) {
    return PgNumeric.of(new BigDecimal(micros, 6));
  }

  private PgNumeric timeField(long micros, long hours) {
    long ofMinute = micros % 60_000_000L;
    return switch (this) {
      case MICROSECONDS -> PgNumeric.of(ofMinute);
      case MILLISECONDS -> PgNumeric.of(BigDecimal.valueOf(ofMinute, 3));
      case SECOND -> PgNumeric.of(BigDecimal.valueOf(ofMinute, 6));
      case MINUTE -> PgNumeric.of(micros / 60_000_000L % 60);
      default -> PgNumeric.of(hours);
    };
  }

  private long dateField(long days) {
    LocalDate date = LocalDate.ofEpochDay(days + UNIX_DAYS);
    long year = date.getYear();
    return switch (this) {
      case DAY -> date.getDayOfMonth();
      case WEEK -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case MONTH -> date.getMonthValue();
      case QUARTER -> (date.getMonthValue() - 1) / 3 + 1;
      case YEAR -> year > 0 ? year : year - 1;
      case DECADE -> Math.floorDiv(year, 10);
      case CENTURY -> era(year, 100);
      case MILLENNIUM -> era(year, 1000);
      case ISOYEAR -> {
        long isoYear = date.get(IsoFields.WEEK_BASED_YEAR);
        yield isoYear > 0 ? isoYear : isoYear - 1;
      }
      case DOW -> date.getDayOfWeek().getValue() % 7;
      case ISODOW -> date.getDayOfWeek().getValue();
      case DOY -> date.getDayOfYear();
      default -> throw new IllegalStateException(this + " is no field of a date");
    };
  }

  /** The 1st begins with the year 1; the one before it is -1. */
  private static long era(long year, int length) {
    return year > 0 ? (year + length - 1) / length : -((length - 1 - (year - 1)) / length);
  }

  /** Whether {@code DATE_TRUNC} takes it. */
  public boolean isTruncation() {
    return switch (this) {
      case ISOYEAR, DOW, ISODOW, DOY, JULIAN, EPOCH -> false;
      default -> unit != Unit.ZONE;
    };
  }

  /** {@code DATE_TRUNC} of a timestamp, or of a timestamptz in UTC. */
  public long truncate(long micros) {
    if (Dates.isInfinite(micros)) {
      return micros;
    }
    return switch (this) {
      case MICROSECONDS -> micros;
      case MILLISECONDS -> micros - Math.floorMod(micros, 1000L);
      case SECOND -> micros - Math.floorMod(micros, 1_000_000L);
      case MINUTE -> micros - Math.floorMod(micros, 60_000_000L);
      case HOUR -> micros - Math.floorMod(micros, 3_600_000_000L);
      default -> Dates.timestampOfDay(startDay(Math.floorDiv(micros, MICROS_PER_DAY)));
    };
  }

  private long startDay(long day) {
    LocalDate date = LocalDate.ofEpochDay(day + UNIX_DAYS);
    int year = date.getYear();
    LocalDate start =
        switch (this) {
          case DAY -> date;
          case WEEK ->
              date.with(java.time.temporal.TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case MONTH -> date.withDayOfMonth(1);
          case QUARTER -> LocalDate.of(year, (date.getMonthValue() - 1) / 3 * 3 + 1, 1);
          case YEAR -> LocalDate.of(year, 1, 1);
          case DECADE ->
              LocalDate.of(year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10, 1, 1);
          case CENTURY -> LocalDate.of(eraStart(year, 100), 1, 1);
          case MILLENNIUM -> LocalDate.of(eraStart(year, 1000), 1, 1);
          default -> throw new IllegalStateException(this + " is no unit to truncate to");
        };
    return start.toEpochDay() - UNIX_DAYS;
  }

  private static int eraStart(int year, int length) {
    return year > 0
        ? (year + length - 1) / length * length - (length - 1)
        : -((length - 1 - (year - 1)) / length) * length + 1;
  }

  /** {@code DATE_TRUNC} of an interval. */
  public Interval truncate(Interval span) {
    int months = span.months();
    return switch (this) {
      case MICROSECONDS -> span;
      case MILLISECONDS -> cut(span, 1000L);
      case SECOND -> cut(span, 1_000_000L);
      case MINUTE -> cut(span, 60_000_000L);
      case HOUR -> cut(span, 3_600_000_000L);
      case DAY -> new Interval(months, span.days(), 0);
      case MONTH -> new Interval(months, 0, 0);
      case QUARTER -> new Interval(months / 12 * 12 + months % 12 / 3 * 3, 0, 0);
      case YEAR -> new Interval(months / 12 * 12, 0, 0);
      case DECADE -> new Interval(months / 120 * 120, 0, 0);
      case CENTURY -> new Interval(months / 1200 * 1200, 0, 0);
      case MILLENNIUM -> new Interval(months / 12000 * 12000, 0, 0);
      default ->
          throw new PgError(
              PgError.NOT_SUPPORTED,
              "an interval cannot be truncated to "
                  + this
                  + ": months have"
                  + " no whole number of weeks");
    };
  }

  private static Interval cut(Interval span, long unit) {
    return new Interval(span.months(), span.days(), span.micros() / unit * unit);
  }
}
