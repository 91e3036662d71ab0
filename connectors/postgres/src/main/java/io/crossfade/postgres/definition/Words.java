package io.crossfade.postgres.definition;

import io.crossfade.postgres.definition.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads a part of a statement from left to right. */
final class Words {

  private final String sql;
  private final List<Token> tokens;
  private int at;

  Words(String sql, List<Token> tokens) {
    this.sql = sql;
    this.tokens = tokens;
  }

  boolean isAtEnd() {
    return at == tokens.size();
  }

  /** Whether these come next. */
  boolean sees(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (at + i >= tokens.size() || !tokens.get(at + i).is(words[i])) {
        return false;
      }
    }
    return true;
  }

  boolean seesAny(String... words) {
    for (String word : words) {
      if (sees(word)) {
        return true;
      }
    }
    return false;
  }

  /** Steps over these where they come next. */
  boolean takes(String... words) {
    if (sees(words)) {
      at += words.length;
      return true;
    }
    return false;
  }

  /** A name, with what it is qualified with. */
  Name name(String what) throws RefusedStatementException {
    List<Token> parts = new ArrayList<>();
    do {
      if (isAtEnd() || !tokens.get(at).isName()) {
        throw refused(what + " is expected here");
      }
      parts.add(tokens.get(at++));
    } while (takes("."));
    return new Name(
        parts.stream().map(Token::name).toList(),
        parts.stream().map(Token::text).collect(Collectors.joining(".")));
  }

  /** What stands between parentheses, with them; empty where none comes next. */
  String parenthesized() throws RefusedStatementException {
    return sees("(") ? text(group()) : "";
  }

  /** The tokens between parentheses, with them. */
  List<Token> group() throws RefusedStatementException {
    int from = at;
    int depth = 0;
    do {
      if (isAtEnd()) {
        throw new RefusedStatementException(
            sql, tokens.get(from).start(), "this parenthesis is not closed");
      }
      depth += depth(tokens.get(at++));
    } while (depth > 0);
    return tokens.subList(from, at);
  }

  /** All that is left. */
  List<Token> rest() {
    List<Token> rest = tokens.subList(at, tokens.size());
    at = tokens.size();
    return rest;
  }

  /** The same as text, with a blank before it where there is any. */
  String restText() {
    List<Token> rest = rest();
    return rest.isEmpty() ? "" : " " + text(rest);
  }

  /** A part of the statement as it is written, comments included. */
  String text(List<Token> part) {
    return sql.substring(part.get(0).start(), part.get(part.size() - 1).end());
  }

  /** The tokens outside of parentheses and brackets. */
  static List<Token> outside(List<Token> tokens) {
    List<Token> outside = new ArrayList<>();
    int depth = 0;
    for (Token token : tokens) {
      int change = depth(token);
      if (depth == 0 && change == 0) {
        outside.add(token);
      }
      depth += change;
    }
    return outside;
  }

  /** What commas outside of parentheses and brackets separate. */
  static List<List<Token>> split(List<Token> tokens) {
    List<List<Token>> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += depth(tokens.get(i));
      if (depth == 0 && tokens.get(i).is(",")) {
        parts.add(tokens.subList(from, i));
        from = i + 1;
      }
    }
    parts.add(tokens.subList(from, tokens.size()));
    return parts;
  }

  private static int depth(Token token) {
    if (token.kind() != Kind.SIGN) {
      return 0;
    }
    return switch (token.text()) {
      case "(", "[" -> 1;
      case ")", "]" -> -1;
      default -> 0;
    };
  }

  /** At the next token, or at the end. */
  RefusedStatementException refused(String message) {
    int last = tokens.isEmpty() ? sql.length() : tokens.get(tokens.size() - 1).end();
    return new RefusedStatementException(sql, isAtEnd() ? last : tokens.get(at).start(), message);
  }

  RefusedStatementException refused(Token token, String message) {
    return new RefusedStatementException(sql, token.start(), message);
  }
}
