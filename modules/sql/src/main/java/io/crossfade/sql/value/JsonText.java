package io.crossfade.sql.value;

/** Whether a text is {@code json} to PostgreSQL; such text is kept exactly as it is. */
final class JsonText {

  /** PostgreSQL stops at its stack limit; text nested deeper than this is refused here. */
  private static final int MAX_DEPTH = 1000;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  static String check(String text) {
    JsonText json = new JsonText(text);
    json.value(0);
    json.blanks();
    if (json.at != text.length()) {
      throw json.invalid();
    }
    return text;
  }

  private PgError invalid() {
    return PgError.invalidText("json", text);
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

  private void value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new PgError(PgError.NOT_SUPPORTED, "json nested deeper than " + MAX_DEPTH);
    }
    switch (next()) {
      case '{' -> members(depth);
      case '[' -> elements(depth);
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    }
  }

  private void members(int depth) {
    at++;
    if (next() == '}') {
      at++;
      return;
    }
    while (true) {
      if (next() != '"') {
        throw invalid();
      }
      string();
      expect(':');
      value(depth + 1);
      if (next() == '}') {
        at++;
        return;
      }
      expect(',');
    }
  }

  private void elements(int depth) {
    at++;
    if (next() == ']') {
      at++;
      return;
    }
    while (true) {
      value(depth + 1);
      if (next() == ']') {
        at++;
        return;
      }
      expect(',');
    }
  }

  private void string() {
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return;
      }
      if (c < ' ') {
        throw invalid();
      }
      if (c == '\\') {
        escape();
      }
    }
    throw invalid();
  }

  private void escape() {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    if (c == 'u') {
      for (int end = at + 4; at < end; at++) {
        boolean hex =
            at < text.length()
                && text.charAt(at) < 128
                && Character.digit(text.charAt(at), 16) >= 0;
        if (!hex) {
          throw invalid();
        }
      }
    } else if ("\"\\/bfnrt".indexOf(c) < 0) {
      throw invalid();
    }
  }

  private void word(String word) {
    if (!text.startsWith(word, at)) {
      throw invalid();
    }
    at += word.length();
    if (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      throw invalid();
    }
  }

  private void number() {
    int start = at;
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
  }

  private int digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - start;
  }
}
