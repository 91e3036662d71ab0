package io.crossfade.sql.value;

import java.util.Arrays;

/**
 * {@code LIKE}, after MatchText() in like_match.c. A pattern that ends with its escape character is
 * an error, but only where the match gets that far, as in PostgreSQL.
 */
public final class Like {

  private enum Outcome {
    MATCH,
    /** No match here; another place of the text may. */
    MISMATCH,
    /** The text ended before the pattern: no later place can match either. */
    TEXT_ENDED
  }

  private static final int NO_ESCAPE = -1;

  private final int[] pattern;
  private final int escape;

  private Like(int[] pattern, int escape) {
    this.pattern = pattern;
    this.escape = escape;
  }

  /** A pattern with the backslash as its escape character. */
  public static Like of(String pattern) {
    return new Like(pattern.codePoints().toArray(), '\\');
  }

  /** A pattern with its own escape character; the empty one means none. */
  public static Like of(String pattern, String escape) {
    int[] escapes = escape.codePoints().toArray();
    if (escapes.length > 1) {
      throw new PgError("22025", "invalid escape string: it must be empty or one character");
    }
    return new Like(pattern.codePoints().toArray(), escapes.length == 0 ? NO_ESCAPE : escapes[0]);
  }

  /** The same pattern in lower case. */
  public Like lower() {
    return new Like(
        Arrays.stream(pattern).map(Character::toLowerCase).toArray(),
        escape == NO_ESCAPE ? NO_ESCAPE : Character.toLowerCase(escape));
  }

  /** Whether the whole text matches. */
  public boolean matches(String text) {
    return match(text.codePoints().toArray(), 0, 0) == Outcome.MATCH;
  }

  private Outcome match(int[] text, int textFrom, int patternFrom) {
    int t = textFrom;
    int p = patternFrom;
    while (t < text.length && p < pattern.length) {
      int expected = pattern[p];
      if (expected == escape) {
        p++;
        if (text[t] != escaped(p)) {
          return Outcome.MISMATCH;
        }
      } else if (expected == '%') {
        return matchAfterPercent(text, t, p + 1);
      } else if (expected != '_' && text[t] != expected) {
        return Outcome.MISMATCH;
      }
      t++;
      p++;
    }
    if (t < text.length) {
      return Outcome.MISMATCH;
    }
    while (p < pattern.length && pattern[p] == '%' && escape != '%') {
      p++;
    }
    return p >= pattern.length ? Outcome.MATCH : Outcome.TEXT_ENDED;
  }

  private Outcome matchAfterPercent(int[] text, int textFrom, int patternFrom) {
    int t = textFrom;
    int p = patternFrom;
    while (p < pattern.length) {
      if (pattern[p] == '_' && escape != '_') {
        if (t >= text.length) {
          return Outcome.TEXT_ENDED;
        }
        t++;
        p++;
      } else if (pattern[p] == '%' && escape != '%') {
        p++;
      } else {
        break;
      }
    }
    if (p >= pattern.length) {
      return Outcome.MATCH;
    }
    int first = pattern[p] == escape ? escaped(p + 1) : pattern[p];
    for (; t < text.length; t++) {
      if (text[t] == first) {
        Outcome outcome = match(text, t, p);
        if (outcome != Outcome.MISMATCH) {
          return outcome;
        }
      }
    }
    return Outcome.TEXT_ENDED;
  }

  private int escaped(int p) {
    if (p >= pattern.length) {
      throw new PgError("22025", "LIKE pattern must not end with escape character");
    }
    return pattern[p];
  }
}
