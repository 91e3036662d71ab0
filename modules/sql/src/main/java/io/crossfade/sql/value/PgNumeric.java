package io.crossfade.sql.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * PostgreSQL's {@code numeric}: an exact decimal whose scale is what it displays, or NaN, or an
 * infinity. The rules of scale follow numeric.c.
 */
public final class PgNumeric implements Comparable<PgNumeric> {

  public static final PgNumeric NAN = new PgNumeric(null, 2);
  public static final PgNumeric INFINITY = new PgNumeric(null, 1);
  public static final PgNumeric MINUS_INFINITY = new PgNumeric(null, -1);
  public static final PgNumeric ZERO = of(BigDecimal.ZERO);
  public static final PgNumeric ONE = of(BigDecimal.ONE);

  /** NUMERIC_DSCALE_MAX. */
  private static final int MAX_SCALE = 16383;

  /** Decimal digits in front of the point that the format can hold. */
  private static final int MAX_INTEGER_DIGITS = 131072;

  /** NUMERIC_MIN_SIG_DIGITS: a quotient shows at least so many significant digits. */
  private static final int MIN_QUOTIENT_DIGITS = 16;

  /** NUMERIC_MAX_DISPLAY_SCALE: bound for the scale that a quotient is given. */
  private static final int MAX_QUOTIENT_SCALE = 1000;

  private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private final BigDecimal value;
  private final int special;

  private PgNumeric(BigDecimal value, int special) {
    this.value = value;
    this.special = special;
  }

  /** A finite value; a negative scale becomes 0, as PostgreSQL has none in values. */
  public static PgNumeric of(BigDecimal value) {
    BigDecimal shown = value.scale() < 0 ? value.setScale(0) : value;
    return new PgNumeric(shown, 0);
  }

  public static PgNumeric of(long value) {
    return new PgNumeric(BigDecimal.valueOf(value), 0);
  }

  /** Canonical text, as PostgreSQL prints it. */
  public static PgNumeric parse(String text) {
    char last = text.charAt(text.length() - 1);
    if (last == 'N') {
      return NAN;
    }
    if (last == 'y') {
      return text.charAt(0) == '-' ? MINUS_INFINITY : INFINITY;
    }
    return of(new BigDecimal(text));
  }

  public boolean isFinite() {
    return special == 0;
  }

  public boolean isNan() {
    return special == 2;
  }

  /** The exact value; only of a finite one. */
  public BigDecimal value() {
    return value;
  }

  /** -1, 0 or 1; NaN has none. */
  private int signum() {
    return isFinite() ? value.signum() : special;
  }

  public PgNumeric plus(PgNumeric other) {
    if (isFinite() && other.isFinite()) {
      return checked(value.add(other.value));
    }
    if (isNan() || other.isNan()) {
      return NAN;
    }
    if (isFinite()) {
      return other;
    }
    return other.isFinite() || other.special == special ? this : NAN;
  }

  public PgNumeric negate() {
    return switch (special) {
      case 0 -> of(value.negate());
      case 2 -> NAN;
      default -> special > 0 ? MINUS_INFINITY : INFINITY;
    };
  }

  public PgNumeric minus(PgNumeric other) {
    return plus(other.negate());
  }

  public PgNumeric times(PgNumeric other) {
    if (isFinite() && other.isFinite()) {
      return checked(value.multiply(other.value));
    }
    if (isNan() || other.isNan()) {
      return NAN;
    }
    return infinityOrNan(signum() * other.signum());
  }

  private static PgNumeric infinityOrNan(int sign) {
    return sign == 0 ? NAN : sign > 0 ? INFINITY : MINUS_INFINITY;
  }

  public PgNumeric dividedBy(PgNumeric other) {
    if (isNan() || other.isNan()) {
      return NAN;
    }
    if (!other.isFinite()) {
      return isFinite() ? ZERO : NAN;
    }
    if (other.value.signum() == 0) {
      throw PgError.divisionByZero();
    }
    if (!isFinite()) {
      return infinityOrNan(special * other.value.signum());
    }
    int scale = quotientScale(value, other.value);
    return checked(value.divide(other.value, scale, RoundingMode.HALF_UP));
  }

  /**
   * {@code select_div_scale}: weights and first digits count in base 10000, as PostgreSQL stores
   * them.
   */
  static int quotientScale(BigDecimal dividend, BigDecimal divisor) {
    int quotientWeight = weight(dividend) - weight(divisor);
    if (firstDigit(dividend) <= firstDigit(divisor)) {
      quotientWeight--;
    }
    int scale = MIN_QUOTIENT_DIGITS - quotientWeight * 4;
    scale = Math.max(scale, Math.max(dividend.scale(), divisor.scale()));
    return Math.min(Math.max(scale, 0), MAX_QUOTIENT_SCALE);
  }

  private static int weight(BigDecimal x) {
    return x.signum() == 0 ? 0 : Math.floorDiv(x.precision() - x.scale() - 1, 4);
  }

  private static int firstDigit(BigDecimal x) {
    if (x.signum() == 0) {
      return 0;
    }
    int take = x.precision() - x.scale() - 4 * weight(x);
    int shift = x.precision() - take;
    BigInteger digits = x.unscaledValue().abs();
    return shift > 0
        ? digits.divide(BigInteger.TEN.pow(shift)).intValue()
        : digits.multiply(BigInteger.TEN.pow(-shift)).intValue();
  }

  public PgNumeric remainder(PgNumeric other) {
    if (isNan() || other.isNan()) {
      return NAN;
    }
    if (other.isFinite() && other.value.signum() == 0) {
      throw PgError.divisionByZero();
    }
    if (!isFinite()) {
      return NAN;
    }
    if (!other.isFinite()) {
      return this;
    }
    int scale = Math.max(value.scale(), other.value.scale());
    return of(value.remainder(other.value).setScale(scale));
  }

  public PgNumeric abs() {
    return switch (special) {
      case 0 -> of(value.abs());
      case 2 -> NAN;
      default -> INFINITY;
    };
  }

  public PgNumeric sign() {
    return isNan() ? NAN : of(signum());
  }

  /** Rounds half away from zero to so many places behind the point; negative: before it. */
  public PgNumeric round(int places) {
    return atScale(places, RoundingMode.HALF_UP);
  }

  /** Cuts off what is behind so many places. */
  public PgNumeric truncate(int places) {
    return atScale(places, RoundingMode.DOWN);
  }

  private PgNumeric atScale(int places, RoundingMode mode) {
    if (!isFinite()) {
      return this;
    }
    int scale = Math.min(Math.max(places, -MAX_INTEGER_DIGITS), MAX_SCALE);
    return checked(value.setScale(scale, mode));
  }

  public PgNumeric ceiling() {
    return isFinite() ? of(value.setScale(0, RoundingMode.CEILING)) : this;
  }

  public PgNumeric floor() {
    return isFinite() ? of(value.setScale(0, RoundingMode.FLOOR)) : this;
  }

  /** The value as a column {@code numeric(precision, scale)} takes it. */
  public PgNumeric fit(int precision, int scale) {
    if (isNan()) {
      return this;
    }
    if (!isFinite()) {
      throw new PgError(PgError.NUMERIC_OUT_OF_RANGE, "numeric field overflow: infinity");
    }
    BigDecimal rounded = value.setScale(scale, RoundingMode.HALF_UP);
    if (rounded.signum() != 0 && rounded.precision() - rounded.scale() > precision - scale) {
      throw new PgError(
          PgError.NUMERIC_OUT_OF_RANGE,
          "numeric field overflow: a field with precision "
              + precision
              + ", scale "
              + scale
              + " must round to an absolute value less than 10^"
              + (precision - scale));
    }
    return of(rounded);
  }

  /** Rounded half away from zero to a whole number between two bounds. */
  public long toLong(long min, long max, String type) {
    if (!isFinite()) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          "cannot convert " + (isNan() ? "NaN" : "infinity") + " to " + type);
    }
    BigDecimal rounded = value.scale() == 0 ? value : value.setScale(0, RoundingMode.HALF_UP);
    if (rounded.compareTo(LONG_MIN) < 0 || rounded.compareTo(LONG_MAX) > 0) {
      throw PgError.outOfRange(type);
    }
    long result = rounded.longValue();
    if (result < min || result > max) {
      throw PgError.outOfRange(type);
    }
    return result;
  }

  private static PgNumeric checked(BigDecimal result) {
    BigDecimal shown = result;
    if (shown.scale() > MAX_SCALE) {
      shown = shown.setScale(MAX_SCALE, RoundingMode.HALF_UP);
    }
    if (shown.precision() - shown.scale() > MAX_INTEGER_DIGITS && shown.signum() != 0) {
      throw new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value overflows numeric format");
    }
    return of(shown);
  }

  /** Text that a user wrote: blanks around it, an exponent, any case of NaN and infinity. */
  public static PgNumeric fromText(String text) {
    String trimmed = Texts.trimSpaces(text);
    switch (Texts.asciiLower(trimmed)) {
      case "nan":
        return NAN;
      case "inf", "+inf", "infinity", "+infinity":
        return INFINITY;
      case "-inf", "-infinity":
        return MINUS_INFINITY;
      default:
        break;
    }
    Numbers.refuseNewSyntax("numeric", trimmed);
    if (!Numbers.isDecimal(trimmed)) {
      throw PgError.invalidText("numeric", text);
    }
    BigDecimal parsed;
    try {
      parsed = new BigDecimal(trimmed);
    } catch (NumberFormatException exponentTooLarge) {
      throw new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value overflows numeric format");
    }
    if (parsed.signum() == 0) {
      int scale = Math.min(Math.max(parsed.scale(), 0), MAX_SCALE);
      return of(BigDecimal.ZERO.setScale(scale));
    }
    if ((long) parsed.precision() - parsed.scale() > MAX_INTEGER_DIGITS) {
      throw new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value overflows numeric format");
    }
    return checked(parsed);
  }

  /** PostgreSQL's order: NaN is equal to itself and greater than everything else. */
  @Override
  public int compareTo(PgNumeric other) {
    if (isFinite() && other.isFinite()) {
      return value.compareTo(other.value);
    }
    return Integer.compare(special, other.special);
  }

  /** Equality of values, not of scales: 1.0 equals 1.00. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PgNumeric numeric && compareTo(numeric) == 0;
  }

  @Override
  public int hashCode() {
    return isFinite() ? value.stripTrailingZeros().hashCode() : special;
  }

  @Override
  public String toString() {
    return switch (special) {
      case 0 -> value.toPlainString();
      case 1 -> "Infinity";
      case -1 -> "-Infinity";
      default -> "NaN";
    };
  }
}
