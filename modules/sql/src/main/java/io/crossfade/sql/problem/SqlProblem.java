package io.crossfade.sql.problem;

import java.util.Objects;

/**
 * One thing that is wrong with a SELECT, and what to do about it.
 *
 * @param line in the text of the SELECT, counted from 1
 * @param column in that line, counted from 1 in characters of Java
 * @param message what is wrong and what to write instead
 */
public record SqlProblem(int line, int column, String message) {

  public SqlProblem {
    Objects.requireNonNull(message, "message");
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("position " + line + ":" + column);
    }
  }

  @Override
  public String toString() {
    return line + ":" + column + ": " + message;
  }
}
