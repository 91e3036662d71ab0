package io.crossfade.sql.value;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular expressions that are known here: characters, {@code .}, {@code [a-z]}, {@code
 * \d \s}, {@code ( ) (?: ) |}, {@code * + ? {m,n}} and their shortest forms, {@code ^ $ \A \Z}.
 * What depends on a locale (\w, [[:alpha:]], word edges, case beyond ASCII), looks around or refers
 * back is refused.
 */
final class RegexSyntax {

  static final int UNLIMITED = Integer.MAX_VALUE;

  private static final int MAX_REPEAT = 255;

  /** A part of an expression. */
  interface Node {}

  /** Parts one behind the other. */
  record Sequence(List<Node> parts) implements Node {}

  /** One of several. */
  record Alternatives(List<Node> branches) implements Node {}

  /** In parentheses, with its number counted from 1. */
  record Group(int number, Node body) implements Node {}

  /** So many times. */
  record Repeat(Node body, int least, int most, boolean shortest) implements Node {}

  /** The start or the end of the text. */
  enum Edge implements Node {
    START,
    END;

    boolean isAt(int at, int length) {
      return this == START ? at == 0 : at == length;
    }
  }

  private final int[] pattern;
  private final boolean ignoreCase;
  private int at;
  private int groups;
  private boolean digits;
  private boolean spaces;
  private int greedyRepeats;
  private int shortRepeats;
  private boolean alternatives;
  private Node root;

  private RegexSyntax(String pattern, boolean ignoreCase) {
    this.pattern = pattern.codePoints().toArray();
    this.ignoreCase = ignoreCase;
  }

  static RegexSyntax read(String pattern, boolean ignoreCase) {
    RegexSyntax syntax = new RegexSyntax(pattern, ignoreCase);
    if (pattern.startsWith("***") || (pattern.startsWith("(?") && !pattern.startsWith("(?:"))) {
      throw syntax.refused("options in front of it");
    }
    syntax.root = syntax.alternatives();
    if (syntax.at < syntax.pattern.length) {
      throw syntax.invalid("parentheses () not balanced");
    }
    boolean mixed = syntax.shortRepeats > 0 && (syntax.greedyRepeats > 0 || syntax.alternatives);
    if (mixed) {
      throw syntax.refused("*? or its kin together with *, + or |");
    }
    return syntax;
  }

  Node root() {
    return root;
  }

  int groups() {
    return groups;
  }

  /** Whether it takes as little as it can. */
  boolean shortest() {
    return shortRepeats > 0;
  }

  /** Digits and blanks beyond ASCII are some to one locale provider and none to another. */
  void refuseUnknown(int[] points) {
    if (!digits && !spaces) {
      return;
    }
    for (int point : points) {
      boolean unknown =
          point > 127
              && ((digits && Character.isDigit(point))
                  || (spaces
                      && (Character.isSpaceChar(point)
                          || point == 0x85
                          || point == 0x180E
                          || point == 0x200B
                          || point == 0xFEFF)));
      if (unknown) {
        throw new PgError(
            PgError.NOT_SUPPORTED,
            "whether U+%04X is a digit or blank depends on the locale; write [0-9] or [ \\t\\n]"
                .formatted(point));
      }
    }
  }

  private PgError refused(String what) {
    return new PgError(
        PgError.NOT_SUPPORTED,
        what + " in a regular expression is not supported here (character " + (at + 1) + ")");
  }

  private PgError invalid(String why) {
    return new PgError("2201B", "invalid regular expression: " + why);
  }

  private boolean isAt(int c) {
    return at < pattern.length && pattern[at] == c;
  }

  private boolean take(int c) {
    boolean found = isAt(c);
    at += found ? 1 : 0;
    return found;
  }

  private Node alternatives() {
    List<Node> branches = new ArrayList<>();
    branches.add(sequence());
    while (take('|')) {
      alternatives = true;
      branches.add(sequence());
    }
    return branches.size() == 1 ? branches.get(0) : new Alternatives(branches);
  }

  private Node sequence() {
    List<Node> parts = new ArrayList<>();
    while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
      parts.add(repeated());
    }
    if (parts.isEmpty()) {
      throw refused("an empty branch");
    }
    return new Sequence(parts);
  }

  private Node repeated() {
    Node atom = atom();
    int least;
    int most;
    if (take('*')) {
      least = 0;
      most = UNLIMITED;
    } else if (take('+')) {
      least = 1;
      most = UNLIMITED;
    } else if (take('?')) {
      least = 0;
      most = 1;
    } else if (isAt('{')) {
      at++;
      least = number();
      most = least;
      if (take(',')) {
        most = isAt('}') ? UNLIMITED : number();
      }
      if (!take('}') || most < least) {
        throw invalid("invalid repetition count(s)");
      }
    } else {
      return atom;
    }
    boolean shortest = take('?');
    if (isAt('*') || isAt('+') || isAt('?') || isAt('{')) {
      throw invalid("quantifier operand invalid");
    }
    if (atom instanceof Edge) {
      throw invalid("quantifier operand invalid");
    }
    if (shortest && least == most) {
      throw refused("{n}?");
    }
    if (least != most) {
      shortRepeats += shortest ? 1 : 0;
      greedyRepeats += shortest ? 0 : 1;
    }
    return new Repeat(atom, least, most, shortest);
  }

  private int number() {
    int value = 0;
    int start = at;
    while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9' && value <= MAX_REPEAT) {
      value = value * 10 + pattern[at++] - '0';
    }
    if (start == at) {
      throw refused("{ without a number behind it");
    }
    if (value > MAX_REPEAT) {
      throw invalid("invalid repetition count(s)");
    }
    return value;
  }

  private Node atom() {
    int c = pattern[at++];
    return switch (c) {
      case '(' -> group();
      case '[' -> bracket();
      case '.' -> CharacterSet.any();
      case '^' -> Edge.START;
      case '$' -> Edge.END;
      case '\\' -> escape();
      case '*', '+', '?' -> throw invalid("quantifier operand invalid");
      case '{' -> throw refused("{ without something in front of it");
      default -> character(c);
    };
  }

  private Node character(int c) {
    CharacterSet set = CharacterSet.of(c);
    return finished(set);
  }

  private CharacterSet finished(CharacterSet set) {
    if (ignoreCase) {
      if (set.hasBeyondAscii()) {
        throw refused("a character beyond ASCII without regard to case");
      }
      set.ignoreCase();
    }
    return set;
  }

  private Node group() {
    boolean counted = true;
    if (take('?')) {
      if (!take(':')) {
        throw refused("(?");
      }
      counted = false;
    }
    int number = counted ? ++groups : 0;
    Node body = alternatives();
    if (!take(')')) {
      throw invalid("parentheses () not balanced");
    }
    return counted ? new Group(number, body) : body;
  }

  private Node escape() {
    if (at >= pattern.length) {
      throw invalid("invalid escape \\ sequence");
    }
    int c = pattern[at];
    switch (c) {
      case 'A':
        at++;
        return Edge.START;
      case 'Z':
        at++;
        return Edge.END;
      case 'D':
      case 'S':
        at++;
        CharacterSet negated = new CharacterSet(true);
        addClass(negated, c == 'D' ? 'd' : 's');
        return negated;
      default:
        CharacterSet set = new CharacterSet(false);
        escaped(set);
        return finished(set);
    }
  }

  /** Behind a backslash, also within brackets: a class or one character. */
  private int escaped(CharacterSet set) {
    int c = pattern[at++];
    if (c == 'd' || c == 's') {
      addClass(set, c);
      return -1;
    }
    int known = "tnrfv".indexOf(c);
    boolean word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (known < 0 && (word || c > 127)) {
      at--;
      throw refused(
          "\\"
              + Character.toString(c)
              + (c == 'w' ? " depends on the locale (write [A-Za-z0-9_]), and" : ""));
    }
    int literal = known < 0 ? c : "\t\n\r\f\u000B".charAt(known);
    set.add(literal, literal);
    return literal;
  }

  private void addClass(CharacterSet set, int c) {
    if (c == 'd') {
      digits = true;
      set.add('0', '9');
    } else {
      spaces = true;
      set.add('\t', '\r');
      set.add(' ', ' ');
    }
  }

  private Node bracket() {
    boolean negated = take('^');
    CharacterSet set = new CharacterSet(negated);
    boolean first = true;
    while (first || !isAt(']')) {
      if (at >= pattern.length) {
        throw invalid("brackets [] not balanced");
      }
      first = false;
      member(set);
    }
    at++;
    return finished(set);
  }

  private void member(CharacterSet set) {
    int from = single(set);
    boolean range = isAt('-') && at + 1 < pattern.length && pattern[at + 1] != ']';
    if (!range) {
      return;
    }
    at++;
    int to = single(set);
    if (from < 0 || to < 0) {
      throw invalid("invalid character range");
    }
    if (to < from) {
      throw invalid("invalid character range");
    }
    set.add(from, to);
  }

  private int single(CharacterSet set) {
    int c = pattern[at++];
    if (c == '[' && (isAt(':') || isAt('.') || isAt('='))) {
      return named(set);
    }
    if (c == '\\') {
      if (at >= pattern.length) {
        throw invalid("invalid escape \\ sequence");
      }
      return escaped(set);
    }
    set.add(c, c);
    return c;
  }

  private int named(CharacterSet set) {
    String rest = new String(pattern, at, pattern.length - at);
    if (rest.startsWith(":digit:]")) {
      addClass(set, 'd');
      at += ":digit:]".length();
    } else if (rest.startsWith(":space:]")) {
      addClass(set, 's');
      at += ":space:]".length();
    } else {
      throw refused("a class of characters that depends on the locale");
    }
    return -1;
  }
}
