package io.crossfade.sql.front;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Which words have to be quoted for the parser: names that PostgreSQL takes bare ({@code date},
 * {@code row}, {@code values}), unless they stand where they are syntax; and words with letters
 * beyond ASCII, which PostgreSQL does not fold and the parser would.
 */
final class NameQuoting {

  /** What an open parenthesis belongs to. */
  private enum Parenthesis {
    CAST,
    WINDOW,
    OTHER
  }

  private final List<Token> tokens;
  private final Deque<Parenthesis> open = new ArrayDeque<>();

  private NameQuoting(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** One answer for each token. */
  static List<Boolean> decide(List<Token> tokens) {
    return new NameQuoting(tokens).decide();
  }

  private List<Boolean> decide() {
    List<Boolean> answers = new ArrayList<>(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.is("(")) {
        open.push(owner(i));
      } else if (token.is(")")) {
        open.poll();
      }
      answers.add(mustBeQuoted(i));
    }
    return answers;
  }

  private Parenthesis owner(int i) {
    if (isAt(i - 1, "cast")) {
      return Parenthesis.CAST;
    }
    return isAt(i - 1, "over") ? Parenthesis.WINDOW : Parenthesis.OTHER;
  }

  private boolean isAt(int i, String text) {
    return i >= 0 && i < tokens.size() && tokens.get(i).is(text);
  }

  private boolean mustBeQuoted(int i) {
    Token token = tokens.get(i);
    if (token.kind() != Token.Kind.WORD) {
      return false;
    }
    String word = token.folded();
    if (!word.chars().allMatch(c -> c < 128)) {
      return true;
    }
    return Keywords.QUOTED_FOR_THE_PARSER.contains(word)
        && (isAt(i - 1, ".") || !(isSyntax(i, word) || isType(i)));
  }

  private boolean isSyntax(int i, String word) {
    boolean startOfStatement = i == 0;
    boolean call = isAt(i + 1, "(");
    boolean literal =
        Keywords.LITERAL_PREFIXES.contains(word)
            && i + 1 < tokens.size()
            && tokens.get(i + 1).kind() == Token.Kind.STRING;
    boolean truthTest = word.equals("unknown") && (isAt(i - 1, "is") || isAt(i - 1, "not"));
    boolean locking = word.equals("update") && isAt(i - 1, "for");
    boolean fetch = isAt(i - 1, "fetch") || (word.startsWith("row") && isAt(i + 1, "only"));
    boolean window = open.peek() == Parenthesis.WINDOW;
    return startOfStatement || call || literal || truthTest || locking || fetch || window;
  }

  private boolean isType(int i) {
    boolean castTarget = isAt(i - 1, "as") && open.peek() == Parenthesis.CAST;
    boolean zoned = isAt(i + 1, "with") || isAt(i + 1, "without");
    boolean withTimeZone = isAt(i, "time") && isAt(i + 1, "zone");
    return isAt(i - 1, "::") || castTarget || zoned || withTimeZone;
  }
}
