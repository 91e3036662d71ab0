package io.crossfade.sql;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.group.Grouping;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What makes the rows of a new table of those of old ones: a SELECT, or a mapper in Java. Immutable
 * and safe for several threads.
 */
public sealed interface RowsPlan permits SelectPlan, MapperPlan {

  /** The old table, as the catalog gave it; of several the first. */
  Table source();

  /** All old tables; one that is joined to itself is there twice. */
  default List<Table> sources() {
    return List.of(source());
  }

  /** How the old tables are joined; empty where there is one. */
  default Optional<Joining> joining() {
    return Optional.empty();
  }

  /** How these rows are put together; empty where each is one by itself. */
  default Optional<Grouping> grouping() {
    return Optional.empty();
  }

  /** What is put out, in its order. */
  List<OutputColumn> columns();

  /** The columns of an old table that are read at all. */
  Set<String> inputColumns(TableId table);

  /** Whether a WHERE leaves rows out; which ones a mapper leaves out nobody can tell. */
  boolean filters();

  /**
   * The new rows of a row.
   *
   * @param row values in the order of {@code source().columns()}, or as {@link Joining} joins them,
   *     or a group
   * @return values in the order of {@link #columns()}
   */
  List<Row> rows(Row row) throws EvaluationException;

  /**
   * What a row contributes to groups.
   *
   * @param row values in the order of {@code source().columns()}, or as {@link Joining} joins them
   */
  default List<Grouping.Part> parts(Row row) throws EvaluationException {
    throw new IllegalStateException("rows of " + source().id() + " are not put together");
  }

  /**
   * The same with each output as the target's column of that name stores it. The rows then carry
   * the very text that the target will print.
   *
   * @param target a table against which {@link #check} found no error
   */
  RowsPlan into(Table target);

  /** All that speaks against filling the target from this; empty where nothing does. */
  List<Finding> check(Table target);

  /**
   * Whether the key of each row of a table is that of the source's row which it comes from, column
   * by column, as it is or cast without loss.
   *
   * @param target into which this plan gives its rows ({@link #into}), all of its key
   */
  boolean keepsKey(Table target);

  /** A text that is another one wherever other rows may come of the same old one. */
  String definition();
}
