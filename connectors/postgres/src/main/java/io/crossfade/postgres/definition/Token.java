package io.crossfade.postgres.definition;

/**
 * A word, a literal or a sign of a statement.
 *
 * @param text as written, quotes included
 * @param start where it begins in the statement
 */
record Token(Kind kind, String text, int start) {

  /** What it is. */
  enum Kind {
    /** A keyword, or a name that is written like one. */
    WORD,
    /** A name between double quotes. */
    QUOTED,
    STRING,
    NUMBER,
    SIGN
  }

  int end() {
    return start + text.length();
  }

  /** Whether it is that keyword, or that sign. */
  boolean is(String word) {
    return kind == Kind.WORD ? text.equalsIgnoreCase(word) : kind == Kind.SIGN && text.equals(word);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  /** The name as the catalogue has it: in a UTF-8 database only ASCII letters are folded. */
  String name() {
    if (kind == Kind.QUOTED) {
      return text.substring(1, text.length() - 1).replace("\"\"", "\"");
    }
    StringBuilder folded = new StringBuilder(text.length());
    text.chars()
        .map(c -> c < 0x80 ? Character.toLowerCase(c) : c)
        .forEach(c -> folded.append((char) c));
    return folded.toString();
  }

  /** How it is compared: words without their case. */
  String normal() {
    return kind == Kind.WORD ? name() : text;
  }
}
