package io.crossfade.core.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Objects;
import java.util.Set;

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
 * @param bad rows that could not be made; what stands of their keys in the table is of the past
 * @param origins where the rows come from
 * @param writing what of the table is ours. Where rows are others', upserts have the columns to be
 *     filled, deletes the keys whose columns become NULL, and there are no inserts
 * @param transactions of a table whose own log is read, those that the records come from, as the
 *     log has them: a row may be missed only by who sees all of them
 */
public record TableBatch(
    Table table,
    List<String> columns,
    List<Row> deletes,
    List<Row> upserts,
    List<Row> inserts,
    List<BadRow.Unevaluated> bad,
    Origins origins,
    Writing writing,
    Set<Long> transactions) {

  /** Of a table whose rows are ours. */
  public TableBatch(
      Table table,
      List<String> columns,
      List<Row> deletes,
      List<Row> upserts,
      List<Row> inserts,
      List<BadRow.Unevaluated> bad,
      Origins origins) {
    this(table, columns, deletes, upserts, inserts, bad, origins, Writing.ROWS, Set.of());
  }

  /** Of rows that nobody knows the records of. */
  public TableBatch(
      Table table, List<String> columns, List<Row> deletes, List<Row> upserts, List<Row> inserts) {
    this(table, columns, deletes, upserts, inserts, List.of(), Origins.UNKNOWN);
  }

  public TableBatch {
    Objects.requireNonNull(table, "table");
    columns = List.copyOf(columns);
    // Not copied: there are many, and who made them gives them away.
    Objects.requireNonNull(deletes, "deletes");
    Objects.requireNonNull(upserts, "upserts");
    Objects.requireNonNull(inserts, "inserts");
    bad = List.copyOf(bad);
    Objects.requireNonNull(origins, "origins");
    Objects.requireNonNull(writing, "writing");
    transactions = Set.copyOf(transactions);
    if (writing.fills() && !inserts.isEmpty()) {
      throw new IllegalArgumentException("rows of " + table.id() + " are inserted by others");
    }
    if (!columns.containsAll(table.primaryKey())) {
      throw new IllegalArgumentException(
          "columns " + columns + " of " + table.id() + " lack its key " + table.primaryKey());
    }
  }
}
