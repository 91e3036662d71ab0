package io.crossfade.core.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Objects;

/**
 * What one flush does to one table; a key stands in at most one of the three lists, once.
 *
 * @param table the table
 * @param columns names of the written columns, in the order of the rows' values; the key's are
 *     among them
 * @param deletes the keys to delete: values in the order of the table's primary key
 * @param upserts whole rows to insert or to replace
 * @param inserts whole rows whose keys are most likely not there yet: the target may copy them, and
 *     must treat them as upserts where that proves wrong
 */
public record TableBatch(
    Table table, List<String> columns, List<Row> deletes, List<Row> upserts, List<Row> inserts) {

  public TableBatch {
    Objects.requireNonNull(table, "table");
    columns = List.copyOf(columns);
    // Not copied: there are many, and who made them gives them away.
    Objects.requireNonNull(deletes, "deletes");
    Objects.requireNonNull(upserts, "upserts");
    Objects.requireNonNull(inserts, "inserts");
    if (!columns.containsAll(table.primaryKey())) {
      throw new IllegalArgumentException(
          "columns " + columns + " of " + table.id() + " lack its key " + table.primaryKey());
    }
  }
}
