package io.crossfade.spec;

import java.util.Comparator;
import java.util.Objects;

/**
 * Something wrong in a spec, and where.
 *
 * @param file the spec as the user named it
 * @param line counted from 1
 * @param column counted from 1, in Unicode code points
 * @param message what is wrong and what to do; never holds a secret
 */
public record Problem(String file, int line, int column, String message)
    implements Comparable<Problem> {

  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::message);

  public Problem {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(message, "message");
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("no such place: " + line + ":" + column);
    }
  }

  /** In the order of the file. */
  @Override
  public int compareTo(Problem other) {
    return BY_PLACE.compare(this, other);
  }

  /** {@code file:line:column: message}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + message;
  }
}
