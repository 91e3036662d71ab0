package io.crossfade.sql.problem;

/**
 * A place in the text of a SELECT.
 *
 * @param line counted from 1
 * @param column counted from 1
 */
public record SourcePosition(int line, int column) implements Comparable<SourcePosition> {

  public static final SourcePosition START = new SourcePosition(1, 1);

  public SourcePosition {
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("position " + line + ":" + column);
    }
  }

  /** A problem at this place. */
  public SqlProblem problem(String message) {
    return new SqlProblem(line, column, message);
  }

  @Override
  public int compareTo(SourcePosition other) {
    return line != other.line
        ? Integer.compare(line, other.line)
        : Integer.compare(column, other.column);
  }

  @Override
  public String toString() {
    return line + ":" + column;
  }
}
