package io.crossfade.postgres.definition;

/** A statement that we do not run; the message says why and what to write instead. */
public final class RefusedStatementException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  RefusedStatementException(String sql, int offset, String message) {
    super(message);
    String before = sql.substring(0, offset);
    this.line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    this.column = offset - before.lastIndexOf('\n');
  }

  /** Where in the statement, counted from 1. */
  public int line() {
    return line;
  }

  /** Where in that line, counted from 1 in Java chars. */
  public int column() {
    return column;
  }
}
