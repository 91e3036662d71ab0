package io.crossfade.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What tells a database from all others, whatever it is reached by. */
public final class DatabaseIdentity {

  private static final String SQL =
      """
      SELECT system_identifier::text || '/' || (SELECT oid FROM pg_catalog.pg_database
                                                WHERE datname = current_database())
      FROM pg_catalog.pg_control_system()
      """;

  private DatabaseIdentity() {}

  /** The server's system identifier and the database's oid. */
  public static String of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SQL)) {
      row.next();
      return row.getString(1);
    }
  }
}
