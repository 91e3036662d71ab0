package io.crossfade.sql.value;

import io.crossfade.plugin.SqlType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** Between the evaluator's values and those that functions in Java take and give. */
public final class JavaValues {

  private static final long MICROS = Dates.MICROS_PER_SECOND;
  private static final long SECONDS_TO_2000 = Dates.EPOCH_DAYS * 86_400;

  private JavaValues() {}

  /**
   * The value in Java; {@code null} stays.
   *
   * @throws PgError where Java has no such value: NaN, infinities
   */
  public static Object toJava(SqlType type, Object value) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case INTEGER -> (int) (long) (Long) value;
      case NUMERIC -> finite((PgNumeric) value);
      case DATE -> LocalDate.ofEpochDay(finite((Long) value) + Dates.EPOCH_DAYS);
      case TIMESTAMP -> LocalDateTime.ofInstant(instant((Long) value), ZoneOffset.UTC);
      case TIMESTAMPTZ -> instant((Long) value);
      case UUID -> UUID.fromString((String) value);
      case BOOLEAN, BIGINT, DOUBLE, TEXT -> value;
    };
  }

  private static BigDecimal finite(PgNumeric value) {
    if (!value.isFinite()) {
      throw noValue(value.toString());
    }
    return value.value();
  }

  private static long finite(long value) {
    if (Dates.isInfinite(value)) {
      throw noValue("infinity");
    }
    return value;
  }

  private static PgError noValue(String value) {
    return new PgError(PgError.NOT_SUPPORTED, value + " cannot be given to a function in Java");
  }

  private static Instant instant(long value) {
    long micros = finite(value);
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS) + SECONDS_TO_2000, Math.floorMod(micros, MICROS) * 1000);
  }

  /**
   * The evaluator's value; {@code null} stays.
   *
   * @throws PgError where the type cannot hold it
   */
  public static Object fromJava(SqlType type, Object value) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case INTEGER -> (long) (Integer) value;
      case NUMERIC -> PgNumeric.ZERO.plus(PgNumeric.of((BigDecimal) value));
      case DATE -> Dates.datePlusDays(((LocalDate) value).toEpochDay() - Dates.EPOCH_DAYS, 0);
      case TIMESTAMP -> micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC));
      case TIMESTAMPTZ -> micros((Instant) value);
      case UUID -> value.toString();
      case BOOLEAN, BIGINT, DOUBLE, TEXT -> value;
    };
  }

  private static long micros(Instant instant) {
    if (instant.getNano() % 1000 != 0) {
      throw new PgError(
          PgError.DATETIME_OVERFLOW, instant + " has nanoseconds; round it to microseconds");
    }
    try {
      long seconds = Math.subtractExact(instant.getEpochSecond(), SECONDS_TO_2000);
      long micros = Math.addExact(Math.multiplyExact(seconds, MICROS), instant.getNano() / 1000);
      return Dates.checkedTimestamp(micros);
    } catch (ArithmeticException e) {
      throw Dates.timestampOutOfRange();
    }
  }
}
