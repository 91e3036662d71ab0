package io.crossfade.sql.value;

/**
 * What PostgreSQL would refuse at run time, with its SQLSTATE. Carries no stack: bad rows may come
 * by the million, and the place that matters is the expression's, not ours.
 */
public final class PgError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A value does not fit its type. */
  public static final String NUMERIC_OUT_OF_RANGE = "22003";

  /** Division or remainder by zero. */
  public static final String DIVISION_BY_ZERO = "22012";

  /** Text that is no value of the type it is cast to. */
  public static final String INVALID_TEXT = "22P02";

  /** A date or time that does not exist, or that is out of range. */
  public static final String DATETIME_OVERFLOW = "22008";

  /** An argument outside of what the function takes. */
  public static final String INVALID_PARAMETER = "22023";

  /** PostgreSQL might take the value, we do not: better stopped than wrong. */
  public static final String NOT_SUPPORTED = "0A000";

  private final String sqlState;

  public PgError(String sqlState, String message) {
    super(message, null, false, false);
    this.sqlState = sqlState;
  }

  /** The five characters that PostgreSQL would report. */
  public String sqlState() {
    return sqlState;
  }

  static PgError outOfRange(String type) {
    return new PgError(NUMERIC_OUT_OF_RANGE, type + " out of range");
  }

  static PgError invalidText(String type, String text) {
    return new PgError(INVALID_TEXT, "invalid input syntax for type " + type + ": " + quote(text));
  }

  static PgError divisionByZero() {
    return new PgError(DIVISION_BY_ZERO, "division by zero");
  }

  static String quote(String text) {
    return '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
  }
}
