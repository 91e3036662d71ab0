package io.crossfade.postgres.definition;

import io.crossfade.postgres.definition.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement as PostgreSQL's scanner cuts it: nested comments, strings with and without
 * backslashes, dollar quotes. With {@code standard_conforming_strings}, as our sessions have it.
 */
final class Lexer {

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /** The tokens of a text, comments left out. */
  static List<Token> tokens(String sql) throws RefusedStatementException {
    Lexer lexer = new Lexer(sql);
    while (lexer.at < sql.length()) {
      lexer.next();
    }
    return List.copyOf(lexer.tokens);
  }

  private void next() throws RefusedStatementException {
    char c = sql.charAt(at);
    if (Character.isWhitespace(c)) {
      at++;
    } else if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length() : end;
    } else if (sql.startsWith("/*", at)) {
      comment();
    } else if (c == '\'') {
      add(Kind.STRING, quoted(at, '\'', false));
    } else if (c == '"') {
      add(Kind.QUOTED, quoted(at, '"', false));
    } else if (isPrefix('E') || isPrefix('B') || isPrefix('X') || isPrefix('N')) {
      add(Kind.STRING, quoted(at + 1, '\'', isPrefix('E')));
    } else if (sql.regionMatches(true, at, "U&'", 0, 3)) {
      add(Kind.STRING, quoted(at + 2, '\'', false));
    } else if (sql.regionMatches(true, at, "U&\"", 0, 3)) {
      throw refused("U&\"…\" is not understood here; write the name itself");
    } else if (c == '$' && dollarTag() > 0) {
      dollarQuoted();
    } else if (isNameStart(c)) {
      add(Kind.WORD, word());
    } else if (Character.isDigit(c)) {
      add(Kind.NUMBER, number());
    } else {
      add(Kind.SIGN, at + 1);
    }
  }

  private void add(Kind kind, int end) {
    tokens.add(new Token(kind, sql.substring(at, end), at));
    at = end;
  }

  private void comment() throws RefusedStatementException {
    int depth = 0;
    int i = at;
    do {
      if (sql.startsWith("/*", i)) {
        depth++;
        i += 2;
      } else if (sql.startsWith("*/", i)) {
        depth--;
        i += 2;
      } else if (i >= sql.length()) {
        throw refused("this comment does not end");
      } else {
        i++;
      }
    } while (depth > 0);
    at = i;
  }

  /** The end of what is quoted from there on; a quote within it is doubled. */
  private int quoted(int open, char quote, boolean backslashes) throws RefusedStatementException {
    for (int i = open + 1; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c == '\\' && backslashes) {
        i++;
      } else if (c == quote) {
        if (i + 1 == sql.length() || sql.charAt(i + 1) != quote) {
          return i + 1;
        }
        i++;
      }
    }
    throw refused("this quote does not end");
  }

  private void dollarQuoted() throws RefusedStatementException {
    String tag = sql.substring(at, dollarTag());
    int end = sql.indexOf(tag, at + tag.length());
    if (end < 0) {
      throw refused(tag + " is opened and not closed");
    }
    add(Kind.STRING, end + tag.length());
  }

  /** The end of an opening dollar quote; 0 where the dollar is none. */
  private int dollarTag() {
    int i = at + 1;
    while (i < sql.length()
        && (isNameStart(sql.charAt(i)) || (i > at + 1 && Character.isDigit(sql.charAt(i))))) {
      i++;
    }
    return i < sql.length() && sql.charAt(i) == '$' ? i + 1 : 0;
  }

  private int word() {
    int i = at;
    while (i < sql.length()
        && (isNameStart(sql.charAt(i))
            || Character.isDigit(sql.charAt(i))
            || sql.charAt(i) == '$')) {
      i++;
    }
    return i;
  }

  private int number() {
    int i = at;
    while (i < sql.length() && (Character.isLetterOrDigit(sql.charAt(i)) || sql.charAt(i) == '.')) {
      i++;
    }
    return i;
  }

  private boolean isPrefix(char letter) {
    return Character.toUpperCase(sql.charAt(at)) == letter && sql.startsWith("'", at + 1);
  }

  private static boolean isNameStart(char c) {
    return c == '_' || (c < 0x80 ? Character.isLetter(c) : true);
  }

  private RefusedStatementException refused(String message) {
    return new RefusedStatementException(sql, at, message);
  }
}
