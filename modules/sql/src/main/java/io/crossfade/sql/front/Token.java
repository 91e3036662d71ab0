package io.crossfade.sql.front;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A token of PostgreSQL's SQL.
 *
 * @param text as written
 * @param start offset of its first character
 */
record Token(Kind kind, String text, int start) {

  enum Kind {
    WORD,
    QUOTED_NAME,
    NUMBER,
    STRING,
    /** A string with a prefix or in dollars: {@code E'…'}, {@code $$…$$}. */
    OTHER_STRING,
    SYMBOL
  }

  int end() {
    return start + text.length();
  }

  boolean is(String symbolOrWord) {
    return (kind == Kind.SYMBOL || kind == Kind.WORD) && text.equalsIgnoreCase(symbolOrWord);
  }

  /** An unquoted word as PostgreSQL folds it: only ASCII letters. */
  String folded() {
    return foldAscii(text);
  }

  static String foldAscii(String word) {
    StringBuilder out = new StringBuilder(word);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        out.setCharAt(i, (char) (c + 32));
      }
    }
    return out.toString();
  }

  /** All tokens of a text, without blanks and comments. An unclosed quote reaches to the end. */
  static List<Token> scan(String sql) {
    return new Scanner(sql).scan();
  }

  private static final class Scanner {

    private static final String OPERATOR_CHARACTERS = "+-*/<>=~!@#%^&|`?:";

    private final String sql;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Scanner(String sql) {
      this.sql = sql;
    }

    List<Token> scan() {
      while (at < sql.length()) {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
          at++;
        } else if (sql.startsWith("--", at)) {
          int end = sql.indexOf('\n', at);
          at = end < 0 ? sql.length() : end;
        } else if (sql.startsWith("/*", at)) {
          blockComment();
        } else {
          token(c);
        }
      }
      return tokens;
    }

    private void blockComment() {
      int depth = 0;
      do {
        if (sql.startsWith("/*", at)) {
          depth++;
          at += 2;
        } else if (sql.startsWith("*/", at)) {
          depth--;
          at += 2;
        } else {
          at++;
        }
      } while (depth > 0 && at < sql.length());
    }

    private void token(char c) {
      if (c == '\'') {
        add(Kind.STRING, quotedEnd(at, '\'', false));
      } else if (c == '"') {
        add(Kind.QUOTED_NAME, quotedEnd(at, '"', false));
      } else if (isWordStart(c)) {
        word();
      } else if (isDigit(c) || (c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))) {
        add(Kind.NUMBER, numberEnd());
      } else if (c == '$') {
        dollar();
      } else {
        symbol();
      }
    }

    private void word() {
      int end = at;
      while (end < sql.length() && isWordPart(sql.charAt(end))) {
        end++;
      }
      String prefix = sql.substring(at, end).toLowerCase(Locale.ROOT);
      boolean quoteFollows = end < sql.length() && sql.charAt(end) == '\'';
      if (quoteFollows && List.of("e", "b", "x", "n").contains(prefix)) {
        add(Kind.OTHER_STRING, quotedEnd(end, '\'', prefix.equals("e")));
      } else if (prefix.equals("u") && sql.startsWith("&'", end)) {
        add(Kind.OTHER_STRING, quotedEnd(end + 1, '\'', false));
      } else if (prefix.equals("u") && sql.startsWith("&\"", end)) {
        add(Kind.OTHER_STRING, quotedEnd(end + 1, '"', false));
      } else {
        add(Kind.WORD, end);
      }
    }

    private int quotedEnd(int openingQuote, char quote, boolean backslashEscapes) {
      int i = openingQuote + 1;
      while (i < sql.length()) {
        char c = sql.charAt(i);
        if (c == '\\' && backslashEscapes) {
          i += 2;
        } else if (c != quote) {
          i++;
        } else if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i += 2;
        } else {
          return i + 1;
        }
      }
      return sql.length();
    }

    private int numberEnd() {
      int end = at;
      while (end < sql.length() && (isWordPart(sql.charAt(end)) || sql.charAt(end) == '.')) {
        char c = sql.charAt(end);
        boolean exponent = (c == 'e' || c == 'E') && end + 1 < sql.length();
        if (exponent && "+-".indexOf(sql.charAt(end + 1)) >= 0) {
          end++;
        }
        end++;
      }
      return end;
    }

    private void dollar() {
      int tagEnd = at + 1;
      while (tagEnd < sql.length() && isWordPart(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
        tagEnd++;
      }
      if (tagEnd < sql.length() && sql.charAt(tagEnd) == '$') {
        String tag = sql.substring(at, tagEnd + 1);
        int close = sql.indexOf(tag, tagEnd + 1);
        add(Kind.OTHER_STRING, close < 0 ? sql.length() : close + tag.length());
      } else {
        add(Kind.SYMBOL, tagEnd);
      }
    }

    private void symbol() {
      int end = at + 1;
      if (sql.startsWith("::", at)) {
        end = at + 2;
      } else if (OPERATOR_CHARACTERS.indexOf(sql.charAt(at)) >= 0) {
        while (end < sql.length() && continuesOperator(end)) {
          end++;
        }
      }
      add(Kind.SYMBOL, end);
    }

    /** A comment ends an operator, and a sign after one is its own token in all SQL we read. */
    private boolean continuesOperator(int i) {
      char c = sql.charAt(i);
      boolean comment = sql.startsWith("--", i) || sql.startsWith("/*", i);
      boolean sign = (c == '+' || c == '-') && sql.charAt(i - 1) != '@';
      return OPERATOR_CHARACTERS.indexOf(c) >= 0 && c != ':' && !comment && !sign;
    }

    private void add(Kind kind, int end) {
      tokens.add(new Token(kind, sql.substring(at, end), at));
      at = end;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
      return Character.isLetter(c) || c == '_' || c >= 128;
    }

    private static boolean isWordPart(char c) {
      return isWordStart(c) || isDigit(c) || c == '$';
    }
  }
}
