package io.crossfade.verify;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a rollback would lose, in words. While the old tables follow, a difference is a row of a new
 * table that is another one, or none, once the new table is its SELECT again.
 */
public final class Loss {

  private Loss() {}

  /**
   * The sentence about one table, without a full stop.
   *
   * @param into the new table
   * @param differences of a comparison while the old tables followed, by kind
   * @return empty where nothing differs
   */
  public static Optional<String> of(String into, Map<String, Long> differences) {
    Map<String, Long> real = new TreeMap<>(differences);
    real.remove(Difference.Kind.HOT.toString());
    long rows = real.values().stream().mapToLong(Long::longValue).sum();
    return rows == 0
        ? Optional.empty()
        : Optional.of(
            "a rollback would lose %,d row%s of %s (%s)"
                .formatted(rows, rows == 1 ? "" : "s", into, TextReport.counts(real)));
  }
}
