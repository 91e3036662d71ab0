package io.crossfade.sql.value;

import java.math.BigInteger;

/**
 * Floating point as PostgreSQL computes, compares and prints it. The printed form is the shortest
 * that reads back as the same value; Java 17's own {@code Double.toString} is not always the
 * shortest (JDK-4511638).
 */
public final class Floats {

  private static final int DOUBLE_MANTISSA_BITS = 52;
  private static final int DOUBLE_BIAS = 1023;
  private static final int DOUBLE_FIXED_DIGITS = 15;
  private static final int FLOAT_MANTISSA_BITS = 23;
  private static final int FLOAT_BIAS = 127;
  private static final int FLOAT_FIXED_DIGITS = 6;
  private static final BigInteger FIVE = BigInteger.valueOf(5);

  private Floats() {}

  /** Shortest text of a {@code double precision}. */
  public static String toText(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    long bits = Double.doubleToRawLongBits(value);
    return toText(
        bits < 0,
        bits & ((1L << DOUBLE_MANTISSA_BITS) - 1),
        (int) (bits >>> DOUBLE_MANTISSA_BITS) & 0x7ff,
        DOUBLE_MANTISSA_BITS,
        DOUBLE_BIAS,
        DOUBLE_FIXED_DIGITS);
  }

  /** Shortest text of a {@code real}. */
  public static String toText(float value) {
    if (Float.isNaN(value)) {
      return "NaN";
    }
    if (Float.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    int bits = Float.floatToRawIntBits(value);
    return toText(
        bits < 0,
        bits & ((1 << FLOAT_MANTISSA_BITS) - 1),
        (bits >>> FLOAT_MANTISSA_BITS) & 0xff,
        FLOAT_MANTISSA_BITS,
        FLOAT_BIAS,
        FLOAT_FIXED_DIGITS);
  }

  /**
   * Ryū (Ulf Adams, 2018) with exact big integers instead of its tables. Like PostgreSQL's copy it
   * does not accept the bounds of the rounding interval themselves, so that the text reads back
   * right whatever way the reader breaks ties.
   */
  private static String toText(
      boolean negative, long mantissa, int exponent, int mantissaBits, int bias, int fixedDigits) {
    if (mantissa == 0 && exponent == 0) {
      return negative ? "-0" : "0";
    }
    long m2 = exponent == 0 ? mantissa : mantissa | 1L << mantissaBits;
    int e2 = Math.max(exponent, 1) - bias - mantissaBits - 2;
    boolean evenSpacing = mantissa != 0 || exponent <= 1;
    long mv = 4 * m2;
    Scaled scale = Scaled.of(e2);
    BigInteger[] value = scale.divide(mv);
    BigInteger[] upper = scale.divide(mv + 2);
    BigInteger[] lower = scale.divide(mv - (evenSpacing ? 2 : 1));
    long vr = value[0].longValueExact();
    long vp = upper[0].longValueExact() - (upper[1].signum() == 0 ? 1 : 0);
    long vm = lower[0].longValueExact();

    boolean restIsZero = value[1].signum() == 0;
    int removed = 0;
    int lastDigit = 0;
    while (vp / 10 > vm / 10) {
      restIsZero &= lastDigit == 0;
      lastDigit = (int) (vr % 10);
      vr /= 10;
      vp /= 10;
      vm /= 10;
      removed++;
    }
    if (restIsZero && lastDigit == 5 && vr % 2 == 0) {
      lastDigit = 4;
    }
    long digits = vr + (vr == vm || lastDigit >= 5 ? 1 : 0);
    return layOut(negative, Long.toString(digits), scale.exponent10() + removed, fixedDigits);
  }

  /** Multiplication by {@code 2^e2 / 10^exponent10}, exactly. */
  private record Scaled(int exponent10, BigInteger factor, BigInteger divisor) {

    static Scaled of(int e2) {
      if (e2 >= 0) {
        int q = Math.max(0, (int) ((e2 * 78913L) >> 18) - (e2 > 3 ? 1 : 0));
        return new Scaled(q, BigInteger.ONE.shiftLeft(e2 - q), FIVE.pow(q));
      }
      int q = Math.max(0, (int) ((-e2 * 732923L) >> 20) - (-e2 > 1 ? 1 : 0));
      return new Scaled(q + e2, FIVE.pow(-e2 - q), BigInteger.ONE.shiftLeft(q));
    }

    /** Quotient and remainder. */
    BigInteger[] divide(long mantissa) {
      return BigInteger.valueOf(mantissa).multiply(factor).divideAndRemainder(divisor);
    }
  }

  private static String layOut(boolean negative, String digits, int exponent10, int fixedDigits) {
    StringBuilder out = new StringBuilder(28);
    if (negative) {
      out.append('-');
    }
    String significant = stripZeros(digits);
    int exponent = exponent10 + digits.length() - 1;
    if (exponent < -4 || exponent >= fixedDigits) {
      out.append(significant.charAt(0));
      if (significant.length() > 1) {
        out.append('.').append(significant, 1, significant.length());
      }
      out.append('e').append(exponent < 0 ? '-' : '+');
      int magnitude = Math.abs(exponent);
      return out.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
    }
    if (exponent < 0) {
      return out.append("0.").append("0".repeat(-exponent - 1)).append(significant).toString();
    }
    int point = exponent + 1;
    if (significant.length() <= point) {
      return out.append(significant).append("0".repeat(point - significant.length())).toString();
    }
    return out.append(significant, 0, point)
        .append('.')
        .append(significant, point, significant.length())
        .toString();
  }

  private static String stripZeros(String digits) {
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  /** NaN is equal to itself and greater than everything else; -0 equals 0. */
  public static int compare(double a, double b) {
    if (a < b) {
      return -1;
    }
    if (a > b) {
      return 1;
    }
    if (a == b) {
      return 0;
    }
    return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
  }

  public static double plus(double a, double b) {
    return notOverflown(a + b, a, b);
  }

  public static double minus(double a, double b) {
    return notOverflown(a - b, a, b);
  }

  public static double times(double a, double b) {
    double result = notOverflown(a * b, a, b);
    if (result == 0 && a != 0 && b != 0) {
      throw Numbers.underflow();
    }
    return result;
  }

  public static double dividedBy(double a, double b) {
    if (b == 0 && !Double.isNaN(a)) {
      throw PgError.divisionByZero();
    }
    double result = a / b;
    if (Double.isInfinite(result) && !Double.isInfinite(a)) {
      throw Numbers.overflow();
    }
    if (result == 0 && a != 0 && !Double.isInfinite(b)) {
      throw Numbers.underflow();
    }
    return result;
  }

  private static double notOverflown(double result, double a, double b) {
    if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
      throw Numbers.overflow();
    }
    return result;
  }

  public static float plus(float a, float b) {
    return notOverflown(a + b, a, b);
  }

  public static float minus(float a, float b) {
    return notOverflown(a - b, a, b);
  }

  public static float times(float a, float b) {
    float result = notOverflown(a * b, a, b);
    if (result == 0 && a != 0 && b != 0) {
      throw Numbers.underflow();
    }
    return result;
  }

  public static float dividedBy(float a, float b) {
    if (b == 0 && !Float.isNaN(a)) {
      throw PgError.divisionByZero();
    }
    float result = a / b;
    if (Float.isInfinite(result) && !Float.isInfinite(a)) {
      throw Numbers.overflow();
    }
    if (result == 0 && a != 0 && !Float.isInfinite(b)) {
      throw Numbers.underflow();
    }
    return result;
  }

  private static float notOverflown(float result, float a, float b) {
    if (Float.isInfinite(result) && !Float.isInfinite(a) && !Float.isInfinite(b)) {
      throw Numbers.overflow();
    }
    return result;
  }

  /** -1, 0 or 1; PostgreSQL gives 0 for -0 and for NaN, too. */
  public static double sign(double a) {
    return a > 0 ? 1 : a < 0 ? -1 : 0;
  }

  /** Towards zero. */
  public static double truncate(double a) {
    return a >= 0 ? Math.floor(a) : Math.ceil(a);
  }
}
