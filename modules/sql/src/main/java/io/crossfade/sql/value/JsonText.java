package io.crossfade.sql.value;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads JSON as PostgreSQL's parser does: what it is made of and where that stands in the text.
 *
 * <p>{@code json} looks at the syntax only. What takes strings apart ({@code jsonb}, the functions
 * that search keys) also refuses escapes that stand for no character.
 */
final class JsonText {

  /** PostgreSQL stops at its stack limit; text nested deeper than this is refused here. */
  private static final int MAX_DEPTH = 1000;

  /** What a value is. */
  enum Kind {
    OBJECT,
    ARRAY,
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  /**
   * A value.
   *
   * @param start offset of its first character
   * @param end offset behind its last character
   * @param string a string's text without escapes, where that was asked for; else empty
   * @param keys of an object, in the order of the text
   * @param children an object's values or an array's elements
   */
  record Node(
      Kind kind, int start, int end, String string, List<String> keys, List<Node> children) {

    String in(String text) {
      return text.substring(start, end);
    }
  }

  private final String text;
  private final String type;
  private final boolean unescaping;
  private final boolean numeric;
  private int at;

  private JsonText(String text, String type, boolean unescaping, boolean numeric) {
    this.text = text;
    this.type = type;
    this.unescaping = unescaping;
    this.numeric = numeric;
  }

  /** The text itself, if it is {@code json}. */
  static String check(String text) {
    new JsonText(text, "json", false, false).whole();
    return text;
  }

  /** The value of {@code json} text; strings are taken apart. */
  static Node read(String text) {
    return new JsonText(text, "json", true, false).whole();
  }

  /** The value of {@code json} text; strings are left as they are. */
  static Node outline(String text) {
    return new JsonText(text, "json", false, false).whole();
  }

  /** The value of text that is to become {@code jsonb}: numbers must be numeric. */
  static Node readNumeric(String text) {
    return new JsonText(text, "json", true, true).whole();
  }

  private Node whole() {
    Node node = value(0);
    blanks();
    if (at != text.length()) {
      throw invalid();
    }
    return node;
  }

  private PgError invalid() {
    return PgError.invalidText(type, text);
  }

  private void blanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char next() {
    blanks();
    if (at >= text.length()) {
      throw invalid();
    }
    return text.charAt(at);
  }

  private void expect(char c) {
    if (next() != c) {
      throw invalid();
    }
    at++;
  }

  private Node value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new PgError(PgError.NOT_SUPPORTED, "json nested deeper than " + MAX_DEPTH);
    }
    char first = next();
    int start = at;
    return switch (first) {
      case '{' -> members(depth, start);
      case '[' -> elements(depth, start);
      case '"' -> leaf(Kind.STRING, start, string());
      case 't' -> word(start, "true", Kind.BOOLEAN);
      case 'f' -> word(start, "false", Kind.BOOLEAN);
      case 'n' -> word(start, "null", Kind.NULL);
      default -> number(start);
    };
  }

  private Node leaf(Kind kind, int start, String string) {
    return new Node(kind, start, at, string, List.of(), List.of());
  }

  private Node members(int depth, int start) {
    List<String> keys = new ArrayList<>();
    List<Node> values = new ArrayList<>();
    at++;
    boolean more = next() != '}';
    while (more) {
      if (next() != '"') {
        throw invalid();
      }
      keys.add(string());
      expect(':');
      values.add(value(depth + 1));
      more = next() != '}';
      if (more) {
        expect(',');
      }
    }
    at++;
    return new Node(Kind.OBJECT, start, at, "", keys, values);
  }

  private Node elements(int depth, int start) {
    List<Node> values = new ArrayList<>();
    at++;
    boolean more = next() != ']';
    while (more) {
      values.add(value(depth + 1));
      more = next() != ']';
      if (more) {
        expect(',');
      }
    }
    at++;
    return new Node(Kind.ARRAY, start, at, "", List.of(), values);
  }

  private String string() {
    at++;
    int start = at;
    StringBuilder out = null;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        if (!unescaping) {
          return "";
        }
        return out == null ? text.substring(start, at - 1) : out.toString();
      }
      if (c < ' ') {
        throw invalid();
      }
      if (c == '\\') {
        if (out == null) {
          out = new StringBuilder(text.substring(start, at - 1));
        }
        escape(out);
      } else if (out != null) {
        out.append(c);
      }
    }
    throw invalid();
  }

  private void escape(StringBuilder out) {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    if (c == 'u') {
      unicode(out);
      return;
    }
    int known = "\"\\/bfnrt".indexOf(c);
    if (known < 0) {
      throw invalid();
    }
    out.append("\"\\/\b\f\n\r\t".charAt(known));
  }

  private void unicode(StringBuilder out) {
    int unit = 0;
    for (int end = at + 4; at < end; at++) {
      boolean hex =
          at < text.length() && text.charAt(at) < 128 && Character.digit(text.charAt(at), 16) >= 0;
      if (!hex) {
        throw invalid();
      }
      unit = unit * 16 + Character.digit(text.charAt(at), 16);
    }
    if (!unescaping) {
      return;
    }
    if (unit == 0) {
      throw new PgError("22P05", "\\u0000 cannot be converted to text");
    }
    char character = (char) unit;
    if (Character.isHighSurrogate(character) && !text.startsWith("\\u", at)) {
      throw invalid();
    }
    if (Character.isLowSurrogate(character) != endsWithHighSurrogate(out)) {
      throw invalid();
    }
    out.append(character);
    if (Character.isHighSurrogate(character)) {
      at += 2;
      unicode(out);
    }
  }

  /** Only directly behind its escape is a high surrogate without its other half. */
  private static boolean endsWithHighSurrogate(StringBuilder out) {
    return out.length() > 0 && Character.isHighSurrogate(out.charAt(out.length() - 1));
  }

  private Node word(int start, String word, Kind kind) {
    if (!text.startsWith(word, at)) {
      throw invalid();
    }
    at += word.length();
    if (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      throw invalid();
    }
    return leaf(kind, start, "");
  }

  private Node number(int start) {
    if (text.charAt(at) == '-') {
      at++;
    }
    int digits = digits();
    boolean leadingZero = digits > 1 && text.charAt(at - digits) == '0';
    if (digits == 0 || leadingZero) {
      throw invalid();
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      if (digits() == 0) {
        throw invalid();
      }
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      if (digits() == 0) {
        throw invalid();
      }
    }
    if (at == start || (at < text.length() && Character.isLetterOrDigit(text.charAt(at)))) {
      throw invalid();
    }
    String number = numeric ? PgNumeric.fromText(text.substring(start, at)).toString() : "";
    return leaf(Kind.NUMBER, start, number);
  }

  private int digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - start;
  }
}
