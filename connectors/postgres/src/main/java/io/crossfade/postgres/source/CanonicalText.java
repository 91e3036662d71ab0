package io.crossfade.postgres.source;

import io.debezium.data.SpecialValueDecimal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Decoded values as the text that PostgreSQL prints for them (I5). What Debezium hands over is a
 * Java object made from that very text; this is the way back. The other entrance, COPY, has the
 * text itself.
 */
final class CanonicalText {

  private CanonicalText() {}

  static String of(boolean value) {
    return value ? "t" : "f";
  }

  static String of(byte[] bytes) {
    return hex(ByteBuffer.wrap(bytes));
  }

  static String hex(ByteBuffer bytes) {
    StringBuilder text = new StringBuilder(2 + 2 * bytes.remaining()).append("\\x");
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      int b = bytes.get(i);
      text.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    return text.toString();
  }

  static String of(SpecialValueDecimal value) {
    return value
        .getDecimalValue()
        .map(BigDecimal::toPlainString)
        .orElseGet(() -> of(value.toDouble()));
  }

  /** {@code 2024-02-29}, {@code 0044-03-15 BC}, {@code 12345-01-01}. */
  static String of(LocalDate date) {
    StringBuilder text = new StringBuilder(13);
    appendDate(text, date);
    return appendEra(text, date).toString();
  }

  /** {@code 2024-02-29 12:00:00.5}: a fraction without zeros at its end, none where it is zero. */
  static String of(Instant timestamp) {
    LocalDateTime time = LocalDateTime.ofInstant(timestamp, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(32);
    appendDateTime(text, time);
    return appendEra(text, time.toLocalDate()).toString();
  }

  /** As a timestamp, in UTC: {@code 2024-02-29 12:00:00.5+00}. */
  static String of(OffsetDateTime timestamp) {
    LocalDateTime time = timestamp.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    StringBuilder text = new StringBuilder(32);
    appendDateTime(text, time);
    text.append("+00");
    return appendEra(text, time.toLocalDate()).toString();
  }

  private static void appendDateTime(StringBuilder text, LocalDateTime time) {
    appendDate(text, time.toLocalDate());
    text.append(' ');
    appendPadded(text, time.getHour(), 2);
    text.append(':');
    appendPadded(text, time.getMinute(), 2);
    text.append(':');
    appendPadded(text, time.getSecond(), 2);
    int micros = time.getNano() / 1000;
    if (micros != 0) {
      text.append('.');
      appendPadded(text, micros, 6);
      while (text.charAt(text.length() - 1) == '0') {
        text.setLength(text.length() - 1);
      }
    }
  }

  private static void appendDate(StringBuilder text, LocalDate date) {
    int year = date.getYear();
    appendPadded(text, year > 0 ? year : 1 - year, 4);
    text.append('-');
    appendPadded(text, date.getMonthValue(), 2);
    text.append('-');
    appendPadded(text, date.getDayOfMonth(), 2);
  }

  private static StringBuilder appendEra(StringBuilder text, LocalDate date) {
    return date.getYear() > 0 ? text : text.append(" BC");
  }

  private static void appendPadded(StringBuilder text, int number, int width) {
    String digits = Integer.toString(number);
    text.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
  }

  static String of(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    double size = Math.abs(value);
    BigDecimal below = new BigDecimal(Math.nextDown(size));
    BigDecimal above = size == Double.MAX_VALUE ? null : new BigDecimal(Math.nextUp(size));
    String text = layOut(shortest(below, new BigDecimal(size), above), 15);
    return value < 0 ? "-" + text : text;
  }

  static String of(float value) {
    if (Float.isNaN(value)) {
      return "NaN";
    }
    if (Float.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    float size = Math.abs(value);
    BigDecimal below = new BigDecimal(Math.nextDown(size));
    BigDecimal above = size == Float.MAX_VALUE ? null : new BigDecimal(Math.nextUp(size));
    String text = layOut(shortest(below, new BigDecimal(size), above), 6);
    return value < 0 ? "-" + text : text;
  }

  /**
   * The decimal with the fewest digits that is nearer to the number than to its neighbours, and of
   * those the nearest to it. One that lies just half way is not taken, as PostgreSQL does not take
   * it ({@code acceptBounds} in its {@code d2s.c}), so that 2e23 is 1.9999999999999998e+23. Java
   * 17's own {@code toString} does not always find the shortest (JDK-4511638).
   *
   * @param above the greater neighbour; null where there is none
   */
  private static BigDecimal shortest(BigDecimal below, BigDecimal exact, BigDecimal above) {
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal greater = above == null ? exact.add(exact.subtract(below)) : above;
    BigDecimal low = below.add(exact).divide(two);
    BigDecimal high = greater.add(exact).divide(two);
    for (int digits = 1; ; digits++) {
      BigDecimal down = exact.round(new MathContext(digits, RoundingMode.DOWN));
      BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
      boolean downFits = down.compareTo(low) > 0;
      boolean upFits = up.compareTo(high) < 0;
      if (downFits && upFits) {
        return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      }
      if (downFits || upFits) {
        return downFits ? down : up;
      }
    }
  }

  /**
   * Digits and exponent as PostgreSQL's Ryu lays them out: plain from 1e-4 up to 1e{@code plain}.
   */
  private static String layOut(BigDecimal number, int plain) {
    BigDecimal bare = number.stripTrailingZeros();
    String digits = bare.unscaledValue().toString();
    int exponent = digits.length() - 1 - bare.scale();
    if (exponent >= -4 && exponent < plain) {
      return bare.toPlainString();
    }
    StringBuilder text = new StringBuilder().append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    text.append('e').append(exponent < 0 ? '-' : '+');
    appendPadded(text, Math.abs(exponent), 2);
    return text.toString();
  }
}
