package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a query to have a row. On one connection and with a prepared statement: a new session
 * for each look would take much of the machine from what is measured.
 */
final class Condition {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(30);
  private static final long EVERY_MILLIS = 20;

  private Condition() {}

  /**
   * Waits for a row.
   *
   * @return its first column
   * @throws IllegalStateException when there is none for half an hour
   */
  static Optional<String> await(Database database, String sql)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (Connection connection = database.connect();
        PreparedStatement query = connection.prepareStatement(sql)) {
      while (System.nanoTime() < deadline) {
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            return row.getMetaData().getColumnCount() == 0
                ? Optional.empty()
                : Optional.ofNullable(row.getString(1));
          }
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      }
    }
    throw new IllegalStateException("Still no row after half an hour: " + sql);
  }
}
