package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of one old table to rows of a new one: any number for each, whose keys may be any.
 * Repeatable: the same row in gives the same rows out.
 *
 * <p>Safe for use by several threads.
 */
public interface RowsMapper {

  /** The old table, with its primary key. */
  Table source();

  /** The old table's columns that are read; others may be missing in a row. */
  default Set<String> uses() {
    return source().columns().stream().map(Column::name).collect(Collectors.toSet());
  }

  /**
   * Tells apart what makes keys: under another one another old row, or none, may make a new key.
   */
  default String fingerprint() {
    return "";
  }

  /** Names of the new table's columns, in the order of the rows that come out. */
  List<String> columns();

  /**
   * The new rows.
   *
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  List<Row> rows(Row row) throws EvaluationException;
}
