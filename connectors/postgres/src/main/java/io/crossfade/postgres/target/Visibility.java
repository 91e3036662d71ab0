package io.crossfade.postgres.target;

import io.crossfade.postgres.source.PostgresSnapshot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Whether what the log has brought can be seen. A transaction that waits for a synchronous standby
 * is in the log, and invisible: its rows are not there yet, and nothing more will come of them.
 */
final class Visibility {

  /** Nothing is wrong; it has to be waited for. */
  private static final String NOT_AVAILABLE = "55P03";

  private Visibility() {}

  /**
   * Returns if statements from here on see all of these transactions of this database.
   *
   * @param transactions as the log has them
   * @throws SQLException that passes, where one is to be waited for
   */
  static void require(Connection connection, Set<Long> transactions) throws SQLException {
    if (transactions.isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_current_snapshot()::text")) {
      row.next();
      PostgresSnapshot snapshot = PostgresSnapshot.ofPrimary(row.getString(1));
      for (long transaction : transactions) {
        if (!snapshot.includes(transaction)) {
          throw new SQLException(
              "transaction "
                  + transaction
                  + " is committed, but does not show its rows yet: it waits for a synchronous standby",
              NOT_AVAILABLE);
        }
      }
    }
  }
}
