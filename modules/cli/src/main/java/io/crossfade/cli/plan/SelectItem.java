package io.crossfade.cli.plan;

import io.crossfade.sql.problem.SourcePosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts the text of one output column out of a SELECT, without comments and without its alias. */
final class SelectItem {

  private record Token(int start, String text) {}

  private final String sql;
  private final StringBuilder item = new StringBuilder();
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int depth;

  private SelectItem(String sql, int start) {
    this.sql = sql;
    this.at = start;
  }

  /**
   * The expression that begins at a position.
   *
   * @param output the name of its output column
   */
  static String text(String sql, SourcePosition position, String output) {
    int start = 0;
    for (int line = 1; line < position.line(); line++) {
      start = sql.indexOf('\n', start) + 1;
    }
    SelectItem item = new SelectItem(sql, start + position.column() - 1);
    item.scan();
    return item.withoutAlias(output).strip();
  }

  private void scan() {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (depth == 0 && (c == ',' || c == ';')) {
        return;
      }
      if (sql.startsWith("--", at)) {
        skipTo(end("\n", at));
      } else if (sql.startsWith("/*", at)) {
        skipTo(end("*/", at + 2));
      } else if (c == '\'' || c == '"') {
        take(endOfQuoted(c));
      } else if (c == '$' && dollarTag() > 0) {
        int tag = dollarTag();
        take(end(sql.substring(at, at + tag), at + tag));
      } else if (Character.isWhitespace(c)) {
        skipTo(at + 1);
      } else if (isWord(c)) {
        if (endsItem(word())) {
          return;
        }
        take(at + word().length());
      } else {
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        if (depth < 0) {
          return;
        }
        take(sql.startsWith("::", at) ? at + 2 : at + 1);
      }
    }
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c > 127;
  }

  private String word() {
    int end = at;
    while (end < sql.length() && (isWord(sql.charAt(end)) || sql.charAt(end) == '$')) {
      end++;
    }
    return sql.substring(at, end);
  }

  /** {@code IS DISTINCT FROM} goes on. */
  private boolean endsItem(String word) {
    boolean afterDistinct =
        !tokens.isEmpty() && tokens.get(tokens.size() - 1).text().equalsIgnoreCase("distinct");
    return depth == 0 && word.equalsIgnoreCase("from") && !afterDistinct;
  }

  private int dollarTag() {
    int end = at + 1;
    while (end < sql.length() && isWord(sql.charAt(end))) {
      end++;
    }
    return end < sql.length() && sql.charAt(end) == '$' ? end + 1 - at : 0;
  }

  private int endOfQuoted(char quote) {
    boolean backslashes =
        quote == '\'' && at > 0 && Character.toLowerCase(sql.charAt(at - 1)) == 'e';
    int i = at + 1;
    while (i < sql.length() && sql.charAt(i) != quote) {
      i += backslashes && sql.charAt(i) == '\\' ? 2 : 1;
    }
    return Math.min(i + 1, sql.length());
  }

  private int end(String text, int from) {
    int found = sql.indexOf(text, from);
    return found < 0 ? sql.length() : found + text.length();
  }

  private void take(int end) {
    String text = sql.substring(at, end);
    tokens.add(new Token(item.length(), text));
    item.append(text);
    at = end;
  }

  private void skipTo(int end) {
    if (!item.isEmpty() && item.charAt(item.length() - 1) != ' ') {
      item.append(' ');
    }
    at = end;
  }

  private String withoutAlias(String output) {
    int last = tokens.size() - 1;
    if (last < 1 || !folded(tokens.get(last).text()).equals(output)) {
      return item.toString();
    }
    String before = tokens.get(last - 1).text();
    if (before.equalsIgnoreCase("as")) {
      return item.substring(0, tokens.get(last - 1).start());
    }
    boolean implied = before.equals(")") || before.endsWith("\"") || before.endsWith("'");
    boolean word = isWord(before.charAt(before.length() - 1));
    return implied || word ? item.substring(0, tokens.get(last).start()) : item.toString();
  }

  private static String folded(String token) {
    return token.startsWith("\"")
        ? token.substring(1, token.length() - 1).replace("\"\"", "\"")
        : token.toLowerCase(Locale.ROOT);
  }
}
