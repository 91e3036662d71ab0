package io.crossfade.sql.value;

import java.util.Arrays;
import java.util.stream.IntStream;

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

  private static final int ESCAPE = '\\';

  private final int[] pattern;

  private Like(int[] pattern) {
    this.pattern = pattern;
  }

  /** A pattern with its own escape character; the empty one means none. */
  public static Like of(String pattern, String escape) {
    int[] escapes = escape.codePoints().toArray();
    if (escapes.length > 1) {
      throw new PgError("22025", "invalid escape string: it must be empty or one character");
    }
    return new Like(withBackslash(pattern, escapes.length == 0 ? -1 : escapes[0]));
  }

  /** {@code like_escape()}: the same pattern with the backslash as its escape character. */
  private static int[] withBackslash(String pattern, int escape) {
    if (escape == ESCAPE) {
      return pattern.codePoints().toArray();
    }
    IntStream.Builder out = IntStream.builder();
    boolean escaped = false;
    for (int codePoint : pattern.codePoints().toArray()) {
      if (codePoint == escape && !escaped) {
        out.add(ESCAPE);
        escaped = true;
      } else {
        if (codePoint == ESCAPE && !escaped) {
          out.add(ESCAPE);
        }
        out.add(codePoint);
        escaped = false;
      }
    }
    return out.build().toArray();
  }

  /** The same pattern in lower case. */
  public Like lower() {
    return new Like(Arrays.stream(pattern).map(Character::toLowerCase).toArray());
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
      if (expected == ESCAPE) {
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
    while (p < pattern.length && pattern[p] == '%') {
      p++;
    }
    return p >= pattern.length ? Outcome.MATCH : Outcome.TEXT_ENDED;
  }

  private Outcome matchAfterPercent(int[] text, int textFrom, int patternFrom) {
    int t = textFrom;
    int p = patternFrom;
    while (p < pattern.length) {
      if (pattern[p] == '_') {
        if (t >= text.length) {
          return Outcome.TEXT_ENDED;
        }
        t++;
        p++;
      } else if (pattern[p] == '%') {
        p++;
      } else {
        break;
      }
    }
    if (p >= pattern.length) {
      return Outcome.MATCH;
    }
    int first = pattern[p] == ESCAPE ? escaped(p + 1) : pattern[p];
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
