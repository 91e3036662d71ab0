package io.crossfade.sql.value;

import io.crossfade.sql.value.RegexSyntax.Node;
import java.util.ArrayList;
import java.util.List;

/** What {@code regexp_replace} puts in: text, {@code \&} for the match, {@code \1} for a group. */
public final class RegexReplacement {

  private static final int WHOLE = 0;

  /** Text, or where {@code group} is not negative a group. */
  private record Piece(String text, int group) {}

  private final List<Piece> pieces = new ArrayList<>();
  private boolean needsGroups;

  private RegexReplacement() {}

  /**
   * Reads it.
   *
   * @throws PgError NOT_SUPPORTED where it refers to a group that is not known here
   */
  public static RegexReplacement of(String text, Regex regex) {
    RegexReplacement replacement = new RegexReplacement();
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char next = c == '\\' && i + 1 < text.length() ? text.charAt(i + 1) : 0;
      if (next == '&' || (next >= '1' && next <= '9')) {
        replacement.pieces.add(new Piece(plain.toString(), -1));
        plain.setLength(0);
        int group = next == '&' ? WHOLE : next - '0';
        // PostgreSQL puts in nothing for a group that there is not.
        if (group <= regex.groups()) {
          replacement.pieces.add(new Piece("", group));
          replacement.needsGroups |= group != WHOLE;
        }
        i++;
      } else {
        plain.append(c);
        i += next == '\\' ? 1 : 0;
      }
    }
    replacement.pieces.add(new Piece(plain.toString(), -1));
    if (replacement.needsGroups && regex.whyNoGroups().isPresent()) {
      throw new PgError(PgError.NOT_SUPPORTED, regex.whyNoGroups().get());
    }
    return replacement;
  }

  void append(StringBuilder out, int[] points, int start, int end, Node root) {
    int[][] groups = needsGroups ? RegexGroups.spans(root, points, start, end) : new int[0][];
    for (Piece piece : pieces) {
      out.append(piece.text());
      if (piece.group() >= 0) {
        int from = piece.group() == WHOLE ? start : groups[piece.group() - 1][0];
        int to = piece.group() == WHOLE ? end : groups[piece.group() - 1][1];
        for (int i = from; i < to; i++) {
          out.appendCodePoint(points[i]);
        }
      }
    }
  }
}
