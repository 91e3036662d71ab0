package io.crossfade.postgres.switching;

import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/** Names and values in SQL. */
final class Sql {

  private Sql() {}

  static String name(TableId table) {
    return CanonicalSession.quote(table.schema()) + "." + CanonicalSession.quote(table.name());
  }

  /** A literal, under {@code standard_conforming_strings}. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Sets two parameters: the schemas and the names of tables. */
  static void tables(
      PreparedStatement statement, int schemas, int names, Collection<TableId> tables)
      throws SQLException {
    Connection connection = statement.getConnection();
    statement.setArray(
        schemas, connection.createArrayOf("text", tables.stream().map(TableId::schema).toArray()));
    statement.setArray(
        names, connection.createArrayOf("text", tables.stream().map(TableId::name).toArray()));
  }
}
