package io.crossfade.postgres.compare;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ReadFailedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reading with cursors, and what it means when it fails. */
final class Reads {

  /** Rows of a fetch: a row may be large. */
  private static final int FETCH = 200;

  /**
   * The connection (08), resources (53), an operator or a standby that cancels (57), a lock that
   * was not to be had or a snapshot that a standby took away (40, 55), the system (58).
   */
  private static final Set<String> MAY_PASS = Set.of("08", "40", "53", "55", "57", "58");

  /** Takes one row of a result. */
  @FunctionalInterface
  interface RowAction {
    void take(ResultSet row) throws SQLException;
  }

  private Reads() {}

  /** Runs a query in a transaction of its own, with memory for some rows only. */
  static void each(Connection connection, String sql, RowAction action) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.setFetchSize(FETCH);
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          action.take(rows);
        }
      }
    }
    connection.commit();
  }

  static List<Row> all(Connection connection, String sql, int most) throws SQLException {
    List<Row> all = new ArrayList<>();
    each(
        connection,
        sql,
        row -> {
          if (all.size() == most) {
            throw new SQLException("the answer has more than " + most + " rows", "21000");
          }
          all.add(row(row, row.getMetaData().getColumnCount()));
        });
    return all;
  }

  /** The first columns of a row. */
  static Row row(ResultSet row, int columns) throws SQLException {
    String[] values = new String[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = row.getString(i + 1);
    }
    return Row.of(values);
  }

  static ReadFailedException failed(String doing, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    boolean mayPass = state.length() == 5 && MAY_PASS.contains(state.substring(0, 2));
    return new ReadFailedException(
        doing + ": " + e.getMessage() + " (SQLSTATE " + state + ")", mayPass, e);
  }

  static void close(Connection connection, SQLException first) {
    try {
      connection.close();
    } catch (SQLException e) {
      first.addSuppressed(e);
    }
  }
}
