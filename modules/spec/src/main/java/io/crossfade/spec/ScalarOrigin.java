package io.crossfade.spec;

import org.yaml.snakeyaml.DumperOptions.ScalarStyle;

/**
 * Where each character of a YAML scalar's value stands in the scalar as it is written. What is not
 * white space is written in the same order in every style, only escapes are longer; so value and
 * writing are walked side by side, and runs of white space (indentation, folding) are matched as a
 * whole. Exact for everything but white space.
 */
final class ScalarOrigin {
  private final String written;
  private final boolean doubleQuoted;
  private final boolean singleQuoted;
  private int at;

  private ScalarOrigin(String written, ScalarStyle style) {
    this.written = written;
    this.doubleQuoted = style == ScalarStyle.DOUBLE_QUOTED;
    this.singleQuoted = style == ScalarStyle.SINGLE_QUOTED;
    this.at = start(written, style);
  }

  /**
   * Offsets within {@code written}, one for each char of {@code value} and one for its end.
   *
   * @param written from the scalar's first character (a quote, {@code |}, an anchor) to its last
   */
  static int[] offsets(String written, String value, ScalarStyle style) {
    ScalarOrigin walk = new ScalarOrigin(written, style);
    int[] offsets = new int[value.length() + 1];
    int i = 0;
    while (i < value.length()) {
      if (isSpace(value.charAt(i))) {
        int from = walk.at;
        walk.skipSpace();
        for (int first = i; i < value.length() && isSpace(value.charAt(i)); i++) {
          offsets[i] = Math.min(from + i - first, walk.at);
        }
      } else {
        walk.skipSpace();
        int from = walk.at;
        int units = walk.skipCharacter();
        for (int unit = 0; unit < units && i < value.length(); unit++) {
          offsets[i++] = from;
        }
      }
    }
    offsets[value.length()] = walk.at;
    return offsets;
  }

  private static int start(String written, ScalarStyle style) {
    int at = 0;
    while (at < written.length() && (written.charAt(at) == '&' || written.charAt(at) == '!')) {
      while (at < written.length() && !isSpace(written.charAt(at))) {
        at++;
      }
      while (at < written.length() && isSpace(written.charAt(at))) {
        at++;
      }
    }
    if (style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED) {
      int lineEnd = written.indexOf('\n', at);
      return lineEnd < 0 ? written.length() : lineEnd + 1;
    }
    return style == ScalarStyle.PLAIN ? at : at + 1;
  }

  private void skipSpace() {
    while (at < written.length()) {
      if (isSpace(written.charAt(at))) {
        at++;
      } else if (doubleQuoted && written.charAt(at) == '\\' && escapesSpace(at + 1)) {
        at += 2 + hexDigits(written.charAt(at + 1));
      } else {
        return;
      }
    }
  }

  private boolean escapesSpace(int escaped) {
    if (escaped >= written.length()) {
      return false;
    }
    int digits = hexDigits(written.charAt(escaped));
    return digits == 0
        ? "ntr \t\n\r".indexOf(written.charAt(escaped)) >= 0
        : isSpace((char) hex(escaped + 1, digits));
  }

  /** Passes one character as written; answers how many chars of the value it makes. */
  private int skipCharacter() {
    if (at >= written.length()) {
      return 1;
    }
    char c = written.charAt(at);
    if (singleQuoted && c == '\'') {
      at += 2;
      return 1;
    }
    if (!doubleQuoted || c != '\\' || at + 1 >= written.length()) {
      at++;
      return 1;
    }
    int digits = hexDigits(written.charAt(at + 1));
    int from = at + 2;
    at = Math.min(from + digits, written.length());
    return digits == 8 ? Character.charCount(hex(from, digits)) : 1;
  }

  private int hex(int from, int digits) {
    return Integer.parseInt(written, from, Math.min(from + digits, written.length()), 16);
  }

  private static int hexDigits(char escape) {
    return escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }
}
