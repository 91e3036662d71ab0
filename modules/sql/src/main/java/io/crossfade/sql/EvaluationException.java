package io.crossfade.sql;

import java.util.Optional;

/**
 * A row for which PostgreSQL would refuse the SELECT: an overflow, a division by zero, text that is
 * no number. The row is at fault, or the SELECT; trying again does not help.
 */
public final class EvaluationException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final String column;

  /**
   * One of our own, or with PostgreSQL's.
   *
   * @param sqlState the SQLSTATE that PostgreSQL would give
   * @param column the output column that failed, or null
   * @param cause may be null
   */
  public EvaluationException(String sqlState, String column, String message, Throwable cause) {
    super(message, cause, false, false);
    this.sqlState = sqlState;
    this.column = column;
  }

  /** The SQLSTATE that PostgreSQL would give. */
  public String sqlState() {
    return sqlState;
  }

  /** The output column that failed; empty where it was the WHERE. */
  public Optional<String> column() {
    return Optional.ofNullable(column);
  }
}
