package io.crossfade.spec;

import java.util.Arrays;
import java.util.Objects;

/**
 * A SELECT and where each character of it stands in the spec, however it is written there (block,
 * folded, quoted or plain).
 */
public final class SqlText {
  private final String text;
  private final SourceText source;
  private final int[] origins;

  /**
   * @param origins offsets into the source, one for each char of the text and one for its end
   */
  SqlText(String text, SourceText source, int[] origins) {
    if (origins.length != text.length() + 1) {
      throw new IllegalArgumentException(origins.length + " origins for " + text.length());
    }
    this.text = Objects.requireNonNull(text, "text");
    this.source = Objects.requireNonNull(source, "source");
    this.origins = origins.clone();
  }

  /** SQL that stands in no file; its places count from the first character of the text. */
  public static SqlText of(String name, String text) {
    int[] origins = new int[text.length() + 1];
    Arrays.setAll(origins, i -> i);
    return new SqlText(text, new SourceText(name, text), origins);
  }

  /** SQL that is not written in the spec as it is; all of it is placed where its reason stands. */
  static SqlText at(SourceText source, int offset, String text) {
    int[] origins = new int[text.length() + 1];
    Arrays.fill(origins, offset);
    return new SqlText(text, source, origins);
  }

  /** This text behind words that the spec leaves out; they are placed at its start. */
  SqlText withPrefix(String prefix) {
    int[] moved = new int[prefix.length() + origins.length];
    Arrays.fill(moved, 0, prefix.length(), origins[0]);
    System.arraycopy(origins, 0, moved, prefix.length(), origins.length);
    return new SqlText(prefix + text, source, moved);
  }

  /** Other SQL that this stands for; all of it is placed at the start. */
  SqlText standingFor(String sql) {
    return at(source, origins[0], sql);
  }

  /** The SQL, without the line break that a YAML block ends with. */
  public String text() {
    return text;
  }

  /** Where its first character stands in the spec. */
  public Place start() {
    return source.place(origins[0]);
  }

  /**
   * Where something in the SQL stands in the spec.
   *
   * @param line within the SQL, counted from 1
   * @param column within that line, counted from 1 in Java chars, a tab being one
   */
  public Place placeAt(int line, int column) {
    int from = 0;
    for (int at = 1; at < line; at++) {
      int next = text.indexOf('\n', from);
      if (next < 0) {
        return source.place(origins[text.length()]);
      }
      from = next + 1;
    }
    int lineEnd = text.indexOf('\n', from);
    int last = lineEnd < 0 ? text.length() : lineEnd;
    return source.place(origins[Math.max(from, Math.min(from + column - 1, last))]);
  }

  /** A problem at a place in the SQL, told as a place in the spec; see {@link #placeAt}. */
  public Problem problemAt(int line, int column, String message) {
    return placeAt(line, column).problem(message);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SqlText sql && text.equals(sql.text) && start().equals(sql.start());
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
