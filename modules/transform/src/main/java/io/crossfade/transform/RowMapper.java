package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import java.util.List;
import java.util.Optional;

/**
 * Rows of one old table to rows of one new one: at most one row for each, and a key that follows
 * from the old key alone, one for one.
 *
 * <p>Safe for use by several threads.
 */
public interface RowMapper extends RowsMapper {

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

  @Override
  default List<Row> rows(Row row) throws EvaluationException {
    return map(row).stream().toList();
  }
}
