package io.crossfade.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that a misspelt one is likely to mean. */
final class Nearest {
  private Nearest() {}

  /** Empty where none is near: a wrong hint is worse than none. */
  static Optional<String> to(String word, Collection<String> known) {
    int allowed = Math.max(1, word.length() / 3);
    return known.stream()
        .filter(name -> distance(word, name) <= allowed)
        .min(
            Comparator.<String>comparingInt(name -> distance(word, name))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** "; did you mean 'x'?", or nothing. */
  static String hint(String word, Collection<String> known) {
    return to(word, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours; case, '-' and '_' are one. */
  private static int distance(String left, String right) {
    String a = normal(left);
    String b = normal(right);
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }

  private static String normal(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
