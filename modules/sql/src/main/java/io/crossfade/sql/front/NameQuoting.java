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
  private boolean inSelectList = true;

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
      boolean quoted = mustBeQuoted(i);
      inSelectList &= quoted || !open.isEmpty() || !token.is("from");
      answers.add(quoted);
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
    boolean call = isAt(i + 1, "(");
    boolean label = isAt(i - 1, "as") && inSelectList && open.isEmpty();
    if (!call && (isAt(i - 1, ".") || label)) {
      // Behind a dot and behind AS every word is a name, even a reserved one.
      return true;
    }
    if (call && Keywords.CALLS_QUOTED_FOR_THE_PARSER.contains(word)) {
      return true;
    }
    if (word.equals("interval") && isType(i)) {
      // The parser knows intervals with a field only: INTERVAL DAY.
      return Keywords.INTERVAL_FIELDS.stream().noneMatch(field -> isAt(i + 1, field));
    }
    return Keywords.QUOTED_FOR_THE_PARSER.contains(word) && !isSyntax(i, word) && !isType(i);
  }

  private boolean isSyntax(int i, String word) {
    boolean startOfStatement = i == 0;
    boolean literal =
        Keywords.LITERAL_PREFIXES.contains(word)
            && i + 1 < tokens.size()
            && tokens.get(i + 1).kind() == Token.Kind.STRING;
    boolean truthTest = word.equals("unknown") && (isAt(i - 1, "is") || isAt(i - 1, "not"));
    boolean locking = word.equals("update") && isAt(i - 1, "for");
    boolean fetch = isAt(i - 1, "fetch") || (word.startsWith("row") && isAt(i + 1, "only"));
    boolean window = open.peek() == Parenthesis.WINDOW;
    return startOfStatement
        || isAt(i + 1, "(")
        || literal
        || truthTest
        || locking
        || fetch
        || window;
  }

  private boolean isType(int i) {
    boolean castTarget = isAt(i - 1, "as") && open.peek() == Parenthesis.CAST;
    boolean zoned = isAt(i + 1, "with") || isAt(i + 1, "without");
    boolean withTimeZone = isAt(i, "time") && isAt(i + 1, "zone");
    return isAt(i - 1, "::") || castTarget || zoned || withTimeZone;
  }
}
