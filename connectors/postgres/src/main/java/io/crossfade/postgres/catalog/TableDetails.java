package io.crossfade.postgres.catalog;

import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A table with all that hangs on it.
 *
 * @param table its shape
 * @param estimatedRows as the planner believes; empty where it was never analysed
 * @param columns by name, all of the table's
 * @param uniqueKeys beside the primary key
 * @param indexes beside those of the keys
 * @param foreignKeys from this table to others
 */
public record TableDetails(
    Table table,
    OptionalLong estimatedRows,
    Map<String, ColumnDetails> columns,
    List<UniqueKey> uniqueKeys,
    List<IndexDetails> indexes,
    List<ForeignKey> foreignKeys) {

  public TableDetails {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(estimatedRows, "estimatedRows");
    columns = Map.copyOf(columns);
    uniqueKeys = List.copyOf(uniqueKeys);
    indexes = List.copyOf(indexes);
    foreignKeys = List.copyOf(foreignKeys);
  }
}
