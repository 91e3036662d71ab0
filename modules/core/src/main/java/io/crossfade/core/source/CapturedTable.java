package io.crossfade.core.source;

import io.crossfade.core.table.Table;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An old table as it is captured: all its columns, of which only some matter to a mapping. One that
 * no mapping uses may change or go: it is NULL in the rows from then on.
 *
 * @param table with all columns that are captured
 * @param used names of the columns that a mapping uses, and those of the key
 */
public record CapturedTable(Table table, Set<String> used) {

  public CapturedTable {
    Objects.requireNonNull(table, "table");
    used = Set.copyOf(used);
    if (!used.containsAll(table.primaryKey())) {
      throw new IllegalArgumentException("the key of " + table.id() + " is always used");
    }
  }

  /** A table of which each column is used. */
  public static CapturedTable whole(Table table) {
    return new CapturedTable(
        table, table.columns().stream().map(c -> c.name()).collect(Collectors.toSet()));
  }

  /** Whether a mapping uses the column. */
  public boolean uses(String column) {
    return used.contains(column);
  }
}
