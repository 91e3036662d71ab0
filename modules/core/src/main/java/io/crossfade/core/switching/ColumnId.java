package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * A column of a table.
 *
 * @param table the table
 * @param column its name as the database stores it
 */
public record ColumnId(TableId table, String column) implements Comparable<ColumnId> {

  public ColumnId {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(column, "column");
  }

  @Override
  public int compareTo(ColumnId other) {
    int byTable = table.compareTo(other.table);
    return byTable != 0 ? byTable : column.compareTo(other.column);
  }

  /** {@code schema.table.column}, for people. */
  @Override
  public String toString() {
    return table + "." + column;
  }
}
