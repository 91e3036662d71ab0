package io.crossfade.sql.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Whole and floating numbers: overflow, casts, and text that a user wrote. */
public final class Numbers {

  private Numbers() {}

  /** The bounds of an integer type. */
  public enum Int {
    INT2("smallint", Short.MIN_VALUE, Short.MAX_VALUE),
    INT4("integer", Integer.MIN_VALUE, Integer.MAX_VALUE),
    INT8("bigint", Long.MIN_VALUE, Long.MAX_VALUE);

    private final String type;
    private final long min;
    private final long max;

    Int(String type, long min, long max) {
      this.type = type;
      this.min = min;
      this.max = max;
    }

    /** The value if it fits. */
    public long check(long value) {
      if (value < min || value > max) {
        throw PgError.outOfRange(type);
      }
      return value;
    }

    public long plus(long a, long b) {
      long sum = a + b;
      if (((a ^ sum) & (b ^ sum)) < 0) {
        throw PgError.outOfRange(type);
      }
      return check(sum);
    }

    public long minus(long a, long b) {
      long difference = a - b;
      if (((a ^ b) & (a ^ difference)) < 0) {
        throw PgError.outOfRange(type);
      }
      return check(difference);
    }

    public long times(long a, long b) {
      long low = a * b;
      if (Math.multiplyHigh(a, b) != low >> 63) {
        throw PgError.outOfRange(type);
      }
      return check(low);
    }

    public long dividedBy(long a, long b) {
      if (b == 0) {
        throw PgError.divisionByZero();
      }
      if (b == -1) {
        return negate(a);
      }
      return a / b;
    }

    public long remainder(long a, long b) {
      if (b == 0) {
        throw PgError.divisionByZero();
      }
      return b == -1 ? 0 : a % b;
    }

    public long negate(long a) {
      if (a == min) {
        throw PgError.outOfRange(type);
      }
      return -a;
    }

    public long abs(long a) {
      return a < 0 ? negate(a) : a;
    }

    public long of(PgNumeric value) {
      return value.toLong(min, max, type);
    }

    /** Rounds half to even, as rint() does. */
    public long of(double value) {
      double rounded = Math.rint(value);
      // 2^63 is a double, 2^63 - 1 is not: the upper bound is exclusive.
      if (!(rounded >= min && rounded < -(double) min)) {
        throw PgError.outOfRange(type);
      }
      return (long) rounded;
    }

    /**
     * Text that a user wrote. As in PostgreSQL, digits that overflow are out of range whatever
     * comes behind them.
     */
    public long ofText(String text) {
      String trimmed = Texts.trimSpaces(text);
      refuseNewSyntax(type, trimmed);
      int start = !trimmed.isEmpty() && isSign(trimmed.charAt(0)) ? 1 : 0;
      int end = digitsEnd(trimmed, start);
      // Counted downwards, where there is room for one value more.
      long negative = 0;
      boolean beyond = false;
      for (int i = start; i < end; i++) {
        int digit = trimmed.charAt(i) - '0';
        if (beyond || negative < min / 10) {
          throw PgError.outOfRange(type);
        }
        beyond = negative == Long.MIN_VALUE / 10 && digit > 8;
        negative = negative * 10 - digit;
      }
      if (end == start || end != trimmed.length()) {
        throw PgError.invalidText(type, text);
      }
      boolean minus = trimmed.charAt(0) == '-';
      if (beyond || negative < min || (!minus && negative == min)) {
        throw PgError.outOfRange(type);
      }
      return minus ? negative : -negative;
    }
  }

  private static boolean isSign(char c) {
    return c == '-' || c == '+';
  }

  private static int digitsEnd(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }

  /**
   * {@code 0x1F} and {@code 1_000} are numbers since PostgreSQL 16 and errors before it. Which one
   * the databases are is not known here, so such text is refused rather than guessed.
   */
  static void refuseNewSyntax(String type, String text) {
    boolean prefixed = false;
    int start = !text.isEmpty() && isSign(text.charAt(0)) ? 1 : 0;
    if (text.length() > start + 1 && text.charAt(start) == '0') {
      prefixed = "xXoObB".indexOf(text.charAt(start + 1)) >= 0;
    }
    boolean grouped = text.indexOf('_') > 0 && text.chars().anyMatch(c -> c >= '0' && c <= '9');
    if (prefixed || grouped) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          PgError.quote(text) + " is a " + type + " for some versions of PostgreSQL only");
    }
  }

  /** Whether the text is digits with an optional sign, point and exponent. */
  static boolean isDecimal(String text) {
    int i = !text.isEmpty() && isSign(text.charAt(0)) ? 1 : 0;
    int end = digitsEnd(text, i);
    int digits = end - i;
    if (end < text.length() && text.charAt(end) == '.') {
      i = end + 1;
      end = digitsEnd(text, i);
      digits += end - i;
    }
    if (digits == 0) {
      return false;
    }
    if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
      i = end + 1;
      if (i < text.length() && isSign(text.charAt(i))) {
        i++;
      }
      end = digitsEnd(text, i);
      if (end == i) {
        return false;
      }
    }
    return end == text.length();
  }

  /** Text that a user wrote as a {@code double precision}. */
  public static double doubleOfText(String text) {
    Double special = specialOfText(text);
    if (special != null) {
      return special;
    }
    String trimmed = floatSyntax(text, "double precision");
    return inRange(Double.parseDouble(trimmed), trimmed, "double precision");
  }

  /** Text that a user wrote as a {@code real}; rounded once, not by way of a double. */
  public static float floatOfText(String text) {
    Double special = specialOfText(text);
    if (special != null) {
      return special.floatValue();
    }
    String trimmed = floatSyntax(text, "real");
    float value = Float.parseFloat(trimmed);
    inRange(value, trimmed, "real");
    return value;
  }

  private static Double specialOfText(String text) {
    return switch (Texts.asciiLower(Texts.trimSpaces(text))) {
      case "nan", "+nan", "-nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> null;
    };
  }

  private static String floatSyntax(String text, String type) {
    String trimmed = Texts.trimSpaces(text);
    int start = !trimmed.isEmpty() && isSign(trimmed.charAt(0)) ? 1 : 0;
    if (trimmed.regionMatches(true, start, "0x", 0, 2)
        || trimmed.regionMatches(true, start, "nan(", 0, 4)) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          PgError.quote(text) + " is a number for the C library; write it in decimal");
    }
    if (!isDecimal(trimmed)) {
      throw PgError.invalidText(type, text);
    }
    return trimmed;
  }

  private static double inRange(double value, String text, String type) {
    boolean underflow = value == 0 && hasNonZeroDigit(text);
    if (Double.isInfinite(value) || underflow) {
      throw new PgError(
          PgError.NUMERIC_OUT_OF_RANGE, PgError.quote(text) + " is out of range for type " + type);
    }
    return value;
  }

  private static boolean hasNonZeroDigit(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'e' || c == 'E') {
        return false;
      }
      if (c >= '1' && c <= '9') {
        return true;
      }
    }
    return false;
  }

  /** A double as a {@code real}. */
  public static float toFloat(double value) {
    float result = (float) value;
    if (Float.isInfinite(result) && !Double.isInfinite(value)) {
      throw overflow();
    }
    if (result == 0 && value != 0) {
      throw underflow();
    }
    return result;
  }

  /** A double as {@code numeric}: 15 significant digits (DBL_DIG), as {@code %.15g} gives them. */
  public static PgNumeric toNumeric(double value) {
    return toNumeric(value, 15);
  }

  /** A float as {@code numeric}: 6 significant digits (FLT_DIG). */
  public static PgNumeric toNumeric(float value) {
    return toNumeric(value, 6);
  }

  private static PgNumeric toNumeric(double value, int digits) {
    if (Double.isNaN(value)) {
      return PgNumeric.NAN;
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? PgNumeric.INFINITY : PgNumeric.MINUS_INFINITY;
    }
    if (value == 0) {
      return PgNumeric.ZERO;
    }
    BigDecimal shortened =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    return PgNumeric.of(shortened.stripTrailingZeros());
  }

  /** {@code numeric} as a double, by way of its text as PostgreSQL does. */
  public static double toDouble(PgNumeric value) {
    if (!value.isFinite()) {
      return specialOfText(value.toString());
    }
    return inRange(
        value.value().doubleValue(), value.value().unscaledValue().toString(), "double precision");
  }

  /** {@code numeric} as a float. */
  public static float toFloat(PgNumeric value) {
    if (!value.isFinite()) {
      return specialOfText(value.toString()).floatValue();
    }
    return floatOfText(value.toString());
  }

  static PgError overflow() {
    return new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value out of range: overflow");
  }

  static PgError underflow() {
    return new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value out of range: underflow");
  }
}
