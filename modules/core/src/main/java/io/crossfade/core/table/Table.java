package io.crossfade.core.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A table's shape: what a row of it consists of and which columns identify it.
 *
 * @param id its name
 * @param columns in the table's own order
 * @param primaryKey names of the key's columns in the key's order; empty where there is no primary
 *     key
 */
public record Table(TableId id, List<Column> columns, List<String> primaryKey) {

  public Table {
    Objects.requireNonNull(id, "id");
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    Map<String, Integer> seen = new HashMap<>();
    for (Column column : columns) {
      if (seen.put(column.name(), seen.size()) != null) {
        throw new IllegalArgumentException(id + " has two columns " + column.name());
      }
    }
    for (String key : primaryKey) {
      if (!seen.containsKey(key)) {
        throw new IllegalArgumentException(id + " has no column " + key + " for its key");
      }
    }
  }

  /** Where a column stands, counted from 0; empty where the table has none of that name. */
  public OptionalInt indexOf(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** The column of that name. */
  public Column column(String name) {
    return columns.get(
        indexOf(name)
            .orElseThrow(() -> new IllegalArgumentException(id + " has no column " + name)));
  }

  /** Where the key's columns stand, in the key's order. */
  public int[] keyIndexes() {
    return primaryKey.stream().mapToInt(name -> indexOf(name).orElseThrow()).toArray();
  }
}
