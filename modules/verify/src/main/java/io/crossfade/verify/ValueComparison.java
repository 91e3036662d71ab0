package io.crossfade.verify;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.value.Interval;
import io.crossfade.sql.value.PgError;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Whether two texts are one value, as PostgreSQL's {@code =} on the column's type has it: 1.0 is
 * 1.00, -0 is 0, one day is 24 hours, a {@code char(n)} ends where its blanks begin. What is equal
 * in SQL is no difference, of whatever kind.
 *
 * <p>{@code json} has no equality; its value is its text, and the job carries that text unchanged,
 * so another text is a difference. {@code jsonb} is compared by its normal form, which PostgreSQL
 * prints.
 */
final class ValueComparison {

  /** How two values stand to each other. */
  enum Result {
    EQUAL,
    /** They differ by what rounding or cutting off the last digits does. */
    ROUNDED,
    DIFFERENT
  }

  /** What is left of a double in a {@code real}. */
  private static final double REAL_DIGITS = 1e-6;

  /** {@code 2026-01-01 00:00:00} or {@code 00:00:00}. */
  private static final int NONE = -1;

  private ValueComparison() {}

  /**
   * Compares two values.
   *
   * @param family of the new table's column
   * @param expected canonical text, or null for NULL
   * @param actual canonical text, or null for NULL
   */
  static Result compare(TypeFamily family, String expected, String actual) {
    if (expected == null || actual == null) {
      return expected == null && actual == null ? Result.EQUAL : Result.DIFFERENT;
    }
    if (expected.equals(actual)) {
      return Result.EQUAL;
    }
    try {
      return switch (family) {
        case NUMERIC -> numbers(expected, actual);
        case FLOAT4, FLOAT8 -> floats(expected, actual);
        case CHAR ->
            expected.stripTrailing().equals(actual.stripTrailing())
                    && blanks(expected)
                    && blanks(actual)
                ? Result.EQUAL
                : Result.DIFFERENT;
        case TIME, TIMESTAMP, TIMESTAMPTZ -> times(expected, actual);
        case INTERVAL ->
            Interval.parse(expected).compareTo(Interval.parse(actual)) == 0
                ? Result.EQUAL
                : Result.DIFFERENT;
        default -> Result.DIFFERENT;
      };
    } catch (NumberFormatException | PgError e) {
      // NaN, infinity: texts that are equal only to themselves.
      return Result.DIFFERENT;
    }
  }

  /** Whether what {@code stripTrailing} took away were blanks. */
  private static boolean blanks(String text) {
    return text.substring(text.stripTrailing().length()).chars().allMatch(c -> c == ' ');
  }

  private static Result numbers(String expected, String actual) {
    BigDecimal left = new BigDecimal(expected);
    BigDecimal right = new BigDecimal(actual);
    if (left.compareTo(right) == 0) {
      return Result.EQUAL;
    }
    int leftScale = left.stripTrailingZeros().scale();
    int rightScale = right.stripTrailingZeros().scale();
    int scale = Math.max(0, Math.min(leftScale, rightScale));
    boolean rounded =
        leftScale != rightScale
            && Math.max(leftScale, rightScale) > 0
            && (same(left, right, scale, RoundingMode.HALF_UP)
                || same(left, right, scale, RoundingMode.DOWN));
    return rounded ? Result.ROUNDED : Result.DIFFERENT;
  }

  private static boolean same(BigDecimal left, BigDecimal right, int scale, RoundingMode mode) {
    return left.setScale(scale, mode).compareTo(right.setScale(scale, mode)) == 0;
  }

  private static Result floats(String expected, String actual) {
    double left = Double.parseDouble(expected);
    double right = Double.parseDouble(actual);
    if (left == right) { // -0 and 0 as well
      return Result.EQUAL;
    }
    return Math.abs(left - right) <= REAL_DIGITS * Math.max(Math.abs(left), Math.abs(right))
            && Double.isFinite(left)
            && Double.isFinite(right)
        ? Result.ROUNDED
        : Result.DIFFERENT;
  }

  /** Times with other fractions of the same second, of which one has fewer digits. */
  private static Result times(String expected, String actual) {
    int left = point(expected);
    int right = point(actual);
    String leftRest = rest(expected, left);
    boolean sameSecond =
        second(expected, left).equals(second(actual, right))
            && leftRest.equals(rest(actual, right));
    if (!sameSecond) {
      return Result.DIFFERENT;
    }
    return numbers("0" + fraction(expected, left), "0" + fraction(actual, right))
            == Result.DIFFERENT
        ? Result.DIFFERENT
        : Result.ROUNDED;
  }

  private static int point(String time) {
    int point = time.indexOf('.');
    return point < 0 ? NONE : point;
  }

  private static int endOfFraction(String time, int point) {
    int end = point + 1;
    while (end < time.length() && Character.isDigit(time.charAt(end))) {
      end++;
    }
    return end;
  }

  private static String fraction(String time, int point) {
    return point == NONE ? "" : time.substring(point, endOfFraction(time, point));
  }

  private static String second(String time, int point) {
    return point == NONE ? time.substring(0, endOfSecond(time)) : time.substring(0, point);
  }

  private static String rest(String time, int point) {
    return time.substring(point == NONE ? endOfSecond(time) : endOfFraction(time, point));
  }

  /** Behind {@code hh:mm:ss}. */
  private static int endOfSecond(String time) {
    int colon = time.indexOf(':');
    return colon < 0 ? time.length() : Math.min(time.length(), colon + 6);
  }
}
