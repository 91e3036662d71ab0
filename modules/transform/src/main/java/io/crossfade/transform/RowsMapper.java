package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.sql.group.Grouping;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of old tables to rows of a new one: any number for each, whose keys may be any. Repeatable:
 * the same row in gives the same rows out.
 *
 * <p>Safe for use by several threads.
 */
public interface RowsMapper {

  /** The old table, with its primary key; of several the first. */
  Table source();

  /** All old tables; one that is joined to itself is there twice. */
  default List<Table> sources() {
    return List.of(source());
  }

  /** How the rows that are mapped are made of the old tables' rows; empty where they are these. */
  default Optional<Joining> joining() {
    return Optional.empty();
  }

  /** How these rows are put together; empty where each is mapped by itself. */
  default Optional<Grouping> grouping() {
    return Optional.empty();
  }

  /** Whether a new row is made of several old ones. */
  default boolean mixes() {
    return joining().isPresent() || grouping().isPresent();
  }

  /**
   * What a row contributes to groups.
   *
   * @param row of the old table, or as {@link #joining} makes it of several
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  default List<Grouping.Part> parts(Row row) throws EvaluationException {
    throw new IllegalStateException("rows of " + source().id() + " are not put together");
  }

  /** The columns of an old table that are read; others may be missing in a row. */
  default Set<String> uses(Table table) {
    return table.columns().stream().map(Column::name).collect(Collectors.toSet());
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
   * @param row of the old table, or as {@link #joining} makes it of several, or a group
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  List<Row> rows(Row row) throws EvaluationException;
}
