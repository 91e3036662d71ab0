package io.crossfade.core.verify;

import io.crossfade.core.table.Row;
import java.util.List;

/**
 * A database of which rows are compared. All methods may be called by several threads at once, wait
 * for the database and throw {@link ReadFailedException}. All change nothing and may be repeated.
 */
public interface ComparedDatabase {

  /** Opens a session that reads a relation. The caller closes it. */
  RelationReader open(Relation relation);

  /** Where the database's log stands, as it writes it; for people. */
  String position();

  /**
   * The rows of a query of the user's, as canonical text.
   *
   * @param sql one statement that reads
   * @param most an answer with more rows is an error
   */
  List<Row> query(String sql, int most);
}
