package io.crossfade.verify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A row of a new table that is not what its SELECT gives. After a cutover the two are exchanged:
 * the table's rows are expected, and what the SELECT gives of the old tables has to be equal.
 *
 * @param table the new table
 * @param key its primary key, by column
 * @param kind what is wrong with it
 * @param columns the columns that differ, with their values; empty where a whole row is missing or
 *     too many, or where nothing is known
 */
public record Difference(
    String table, Map<String, String> key, Kind kind, List<ColumnDifference> columns) {

  /** What can be wrong with a row. */
  public enum Kind {
    /** The SELECT gives it, the table has it not. */
    MISSING,
    /** The table has it, the SELECT does not give it. */
    EXTRA,
    /** Values differ. */
    VALUE,
    /** It is what the SELECT gave before. */
    STALE,
    /** Numbers or times that are the same up to rounding. */
    PRECISION,
    /** It changed so often that nothing could be told: no difference, and not equal. */
    HOT;

    /** As users read it. */
    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * A column that differs.
   *
   * @param column its name
   * @param expected what the SELECT gives; after a cutover, what the table has; empty: NULL
   * @param actual what the table has; after a cutover, what the SELECT gives; empty: NULL
   */
  public record ColumnDifference(
      String column, Optional<String> expected, Optional<String> actual) {
    public ColumnDifference {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(expected, "expected");
      Objects.requireNonNull(actual, "actual");
    }
  }

  public Difference {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(kind, "kind");
    key = new LinkedHashMap<>(key);
    columns = List.copyOf(columns);
  }
}
