package io.crossfade.sql.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * {@code power()}. Of numeric as numeric.c does it, its choice of the scale included. Of floats
 * only where the result is exact: everything else is the C library's, and differs between servers.
 */
public final class Power {

  /** NUMERIC_MIN_SIG_DIGITS. */
  private static final int MIN_DIGITS = 16;

  /** NUMERIC_MAX_DISPLAY_SCALE. */
  private static final int MAX_SCALE = 1000;

  private static final int MAX_RESULT_DIGITS = 131_072;
  private static final double LOG10_E = 0.434294481903252;

  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private Power() {}

  private static PgError undefined(String why) {
    return new PgError("2201F", why);
  }

  private static PgError overflow() {
    return new PgError(PgError.NUMERIC_OUT_OF_RANGE, "value overflows numeric format");
  }

  /** {@code numeric_power()}. */
  public static PgNumeric of(PgNumeric base, PgNumeric exponent) {
    if (base.isFinite() && exponent.isFinite()) {
      refuseUndefined(base.value().signum(), exponent, isWhole(exponent));
      return finite(base.value(), exponent.value());
    }
    boolean one = base.isFinite() && base.value().compareTo(BigDecimal.ONE) == 0;
    boolean zero = exponent.isFinite() && exponent.value().signum() == 0;
    if (base.isNan() || exponent.isNan()) {
      boolean defined = base.isNan() ? zero : one;
      return defined ? PgNumeric.ONE : PgNumeric.NAN;
    }
    refuseUndefined(
        base.compareTo(PgNumeric.ZERO), exponent, !exponent.isFinite() || isWhole(exponent));
    return one || zero ? PgNumeric.ONE : infinite(base, exponent);
  }

  private static boolean isWhole(PgNumeric n) {
    return n.value().stripTrailingZeros().scale() <= 0;
  }

  private static void refuseUndefined(int baseSign, PgNumeric exponent, boolean whole) {
    if (baseSign == 0 && exponent.compareTo(PgNumeric.ZERO) < 0) {
      throw undefined("zero raised to a negative power is undefined");
    }
    if (baseSign < 0 && !whole) {
      throw undefined("a negative number raised to a non-integer power yields a complex result");
    }
  }

  private static PgNumeric infinite(PgNumeric base, PgNumeric exponent) {
    boolean growing = exponent.compareTo(PgNumeric.ZERO) > 0;
    if (!exponent.isFinite()) {
      int size = base.abs().compareTo(PgNumeric.ONE);
      if (size == 0) {
        return PgNumeric.ONE;
      }
      return (size > 0) == growing ? PgNumeric.INFINITY : PgNumeric.ZERO;
    }
    if (!growing) {
      return PgNumeric.ZERO;
    }
    boolean odd = isWhole(exponent) && exponent.value().toBigInteger().testBit(0);
    return base.compareTo(PgNumeric.ZERO) < 0 && odd
        ? PgNumeric.MINUS_INFINITY
        : PgNumeric.INFINITY;
  }

  private static PgNumeric finite(BigDecimal base, BigDecimal exponent) {
    if (exponent.stripTrailingZeros().scale() <= 0) {
      BigInteger whole = exponent.toBigInteger();
      if (whole.bitLength() < Integer.SIZE) {
        return whole(base, whole.intValue(), exponent.scale());
      }
      throw new PgError(PgError.NOT_SUPPORTED, "an exponent beyond 32 bits is not supported");
    }
    if (base.signum() == 0) {
      return PgNumeric.of(BigDecimal.ZERO.setScale(MIN_DIGITS));
    }
    return fractional(base, exponent);
  }

  /** Digits in base 10000, as PostgreSQL stores them: what its estimates are made of. */
  private static int weight(BigDecimal x) {
    return x.signum() == 0 ? 0 : Math.floorDiv(x.precision() - x.scale() - 1, 4);
  }

  /** {@code power_var_int()}. */
  private static PgNumeric whole(BigDecimal base, int exponent, int exponentScale) {
    double digits = base.signum() == 0 ? 0 : exponent * log10(base);
    if (digits > MAX_RESULT_DIGITS + 4) {
      throw overflow();
    }
    if (digits + 1 < -MAX_SCALE) {
      return PgNumeric.of(BigDecimal.ZERO.setScale(MAX_SCALE));
    }
    int scale = scale((int) digits, base.scale(), exponentScale);
    BigDecimal result;
    if (exponent == 0) {
      result = BigDecimal.ONE;
    } else if (exponent == -1) {
      result = BigDecimal.ONE.divide(base, scale, RoundingMode.HALF_UP);
    } else if (base.signum() == 0) {
      result = BigDecimal.ZERO;
    } else {
      result = product(base, exponent, 1 + scale + (int) digits, scale);
    }
    return checked(result.setScale(scale, RoundingMode.HALF_UP));
  }

  private static int scale(int digits, int baseScale, int exponentScale) {
    int scale = Math.max(Math.max(MIN_DIGITS - digits, baseScale), Math.max(exponentScale, 0));
    return Math.min(scale, MAX_SCALE);
  }

  private static double log10(BigDecimal base) {
    BigDecimal digits = base.abs().round(new MathContext(17, RoundingMode.DOWN));
    return Math.log10(digits.unscaledValue().doubleValue()) - digits.scale();
  }

  private static BigDecimal product(BigDecimal base, int exponent, int wanted, int scale) {
    int digits = wanted + (int) Math.log(Math.abs((double) exponent)) + 8;
    BigDecimal square = base;
    long mask = Math.abs((long) exponent);
    BigDecimal result = (mask & 1) == 1 ? base : BigDecimal.ONE;
    for (mask >>= 1; mask > 0; mask >>= 1) {
      square = times(square, square, digits);
      if ((mask & 1) == 1) {
        result = times(square, result, digits);
      }
      if (weight(square) > MAX_RESULT_DIGITS / 4 || weight(result) > MAX_RESULT_DIGITS / 4) {
        if (exponent > 0) {
          throw overflow();
        }
        return BigDecimal.ZERO;
      }
    }
    if (exponent > 0) {
      return result;
    }
    if (result.signum() == 0) {
      throw PgError.divisionByZero();
    }
    return BigDecimal.ONE.divide(result, scale, RoundingMode.HALF_UP);
  }

  private static BigDecimal times(BigDecimal a, BigDecimal b, int digits) {
    int scale = Math.min(digits - (weight(a) + weight(b)) * 4, a.scale() + b.scale());
    return a.multiply(b).setScale(scale, RoundingMode.HALF_UP);
  }

  private static PgNumeric checked(BigDecimal result) {
    if (result.signum() != 0 && result.precision() - result.scale() > MAX_RESULT_DIGITS) {
      throw overflow();
    }
    return PgNumeric.of(result);
  }

  /** {@code power_var()}: e to the exponent times the logarithm. */
  private static PgNumeric fractional(BigDecimal base, BigDecimal exponent) {
    int lnWeight = lnWeight(base);
    int rough = Math.max(8 - lnWeight, 0);
    double estimate =
        ln(base, rough).multiply(exponent).setScale(rough, RoundingMode.HALF_UP).doubleValue();
    if (Math.abs(estimate) > 2000 * 3.01) {
      if (estimate > 0) {
        throw overflow();
      }
      return PgNumeric.of(BigDecimal.ZERO.setScale(MAX_SCALE));
    }
    int digits = (int) (estimate * LOG10_E);
    int scale = scale(digits, base.scale(), exponent.scale());
    int lnScale = Math.max(Math.max(scale + digits, 0) - lnWeight + 8, 0);
    BigDecimal power = ln(base, lnScale).multiply(exponent).setScale(lnScale, RoundingMode.HALF_UP);
    return checked(exp(power, scale));
  }

  /** {@code estimate_ln_dweight()}. */
  private static int lnWeight(BigDecimal x) {
    BigDecimal above = x.subtract(BigDecimal.ONE);
    if (above.abs().compareTo(new BigDecimal("0.1")) <= 0) {
      if (above.signum() == 0) {
        return 0;
      }
      int weight = weight(above);
      int first =
          above.abs().movePointLeft(4 * weight).setScale(0, RoundingMode.DOWN).intValueExact();
      return weight * 4 + (int) Math.log10(first);
    }
    int weight = weight(x);
    BigDecimal digits = x.movePointLeft(4 * (weight - 1)).setScale(0, RoundingMode.DOWN);
    double ln = Math.log(digits.doubleValue()) + 4.0 * (weight - 1) * 2.302585092994046;
    return (int) Math.log10(Math.abs(ln));
  }

  /** The natural logarithm, rounded to a scale. */
  static BigDecimal ln(BigDecimal x, int scale) {
    MathContext precise = new MathContext(scale + 30 + Math.abs(x.precision() - x.scale()));
    BigDecimal y = x;
    int roots = 0;
    BigDecimal near = new BigDecimal("0.01");
    while (y.subtract(BigDecimal.ONE).abs().compareTo(near) > 0) {
      y = y.sqrt(precise);
      roots++;
    }
    // ln y = 2 artanh((y-1)/(y+1))
    BigDecimal z = y.subtract(BigDecimal.ONE).divide(y.add(BigDecimal.ONE), precise);
    BigDecimal square = z.multiply(z, precise);
    BigDecimal term = z;
    BigDecimal sum = z;
    BigDecimal least = BigDecimal.ONE.movePointLeft(scale + 25);
    for (int k = 3; term.abs().compareTo(least) > 0; k += 2) {
      term = term.multiply(square, precise);
      sum = sum.add(term.divide(BigDecimal.valueOf(k), precise), precise);
    }
    return sum.multiply(TWO.pow(roots + 1)).setScale(scale, RoundingMode.HALF_UP);
  }

  /** e to a power, rounded to a scale. */
  static BigDecimal exp(BigDecimal x, int scale) {
    int digits = Math.max(x.signum() < 0 ? 0 : (int) (x.doubleValue() * LOG10_E), 0);
    MathContext precise = new MathContext(scale + digits + 40);
    int halvings = 0;
    BigDecimal y = x;
    while (y.abs().compareTo(new BigDecimal("0.01")) > 0) {
      y = y.divide(TWO, precise);
      halvings++;
    }
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal least = BigDecimal.ONE.movePointLeft(scale + digits + 35);
    for (int k = 1; term.abs().compareTo(least) > 0; k++) {
      term = term.multiply(y, precise).divide(BigDecimal.valueOf(k), precise);
      sum = sum.add(term, precise);
    }
    for (int i = 0; i < halvings; i++) {
      sum = sum.multiply(sum, precise);
    }
    return sum.setScale(scale, RoundingMode.HALF_UP);
  }

  /** {@code dpow()}, where its result is exact. */
  public static double of(double base, double exponent) {
    if (exponent == 0 || base == 1) {
      return 1;
    }
    if (Double.isNaN(base) || Double.isNaN(exponent)) {
      return Double.NaN;
    }
    if (base == 0 && exponent < 0) {
      throw undefined("zero raised to a negative power is undefined");
    }
    if (base < 0 && Math.rint(exponent) != exponent) {
      throw undefined("a negative number raised to a non-integer power yields a complex result");
    }
    boolean trivial =
        exponent == 1 || base == 0 || Double.isInfinite(base) || Double.isInfinite(exponent);
    if (trivial) {
      // To Java -1 to an infinite power is NaN.
      return base == -1 && Double.isInfinite(exponent) ? 1 : Math.pow(base, exponent);
    }
    return exact(base, exponent);
  }

  private static double exact(double base, double exponent) {
    boolean small = Math.rint(exponent) == exponent && Math.abs(exponent) <= 1100;
    if (small) {
      BigDecimal power = new BigDecimal(base).pow((int) Math.abs(exponent));
      boolean invertible = exponent > 0 || power.unscaledValue().abs().bitCount() == 1;
      if (power.precision() <= 800 && invertible) {
        BigDecimal result =
            exponent > 0 ? power : BigDecimal.ONE.divide(power, new MathContext(1100));
        double rounded = result.doubleValue();
        boolean exact =
            !Double.isInfinite(rounded)
                && rounded != 0
                && new BigDecimal(rounded).compareTo(result) == 0;
        if (exact) {
          return rounded;
        }
      }
    }
    throw new PgError(
        PgError.NOT_SUPPORTED,
        "POWER of floating numbers is rounded by the C library of each server; cast to numeric");
  }
}
