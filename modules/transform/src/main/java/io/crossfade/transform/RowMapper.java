package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of one old table to rows of one new one: at most one row for each, and a key that follows
 * from the old key alone, one for one. Repeatable: the same row in gives the same row out.
 *
 * <p>Safe for use by several threads.
 */
public interface RowMapper {

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
   * The new row; empty where the filter leaves the old one out.
   *
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  Optional<Row> map(Row row) throws EvaluationException;

  /**
   * The new table's key, in the order of its primary key.
   *
   * @param keyRow an old row of which only the key's columns need to be there
   * @throws EvaluationException where PostgreSQL would raise an error for this key
   */
  Row key(Row keyRow) throws EvaluationException;
}
