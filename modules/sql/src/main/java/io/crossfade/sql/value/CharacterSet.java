package io.crossfade.sql.value;

import io.crossfade.sql.value.RegexSyntax.Node;
import java.util.BitSet;

/** The code points that one place of a regular expression takes. */
final class CharacterSet implements Node {

  private final BitSet points = new BitSet();
  private final boolean negated;

  CharacterSet(boolean negated) {
    this.negated = negated;
  }

  static CharacterSet any() {
    return new CharacterSet(true);
  }

  static CharacterSet of(int codePoint) {
    CharacterSet set = new CharacterSet(false);
    set.add(codePoint, codePoint);
    return set;
  }

  void add(int first, int last) {
    points.set(first, last + 1);
  }

  void addAll(CharacterSet other) {
    points.or(other.points);
  }

  /** The other case of each letter; only ASCII has been let in. */
  void ignoreCase() {
    for (int lower = 'a'; lower <= 'z'; lower++) {
      int upper = lower - 32;
      boolean either = points.get(lower) || points.get(upper);
      points.set(lower, either);
      points.set(upper, either);
    }
  }

  boolean hasBeyondAscii() {
    return points.length() > 128;
  }

  boolean contains(int codePoint) {
    return points.get(codePoint) != negated;
  }
}
