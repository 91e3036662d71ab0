package io.crossfade.spec;

import java.util.Objects;

/**
 * A place in a spec.
 *
 * @param file the spec as the user named it
 * @param line counted from 1
 * @param column counted from 1, in Unicode code points
 */
public record Place(String file, int line, int column) {

  public Place {
    Objects.requireNonNull(file, "file");
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("no such place: " + line + ":" + column);
    }
  }

  /** A problem that stands here. */
  public Problem problem(String message) {
    return new Problem(file, line, column, message);
  }

  /** {@code file:line:column}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
