package io.crossfade.postgres.switching;

import io.crossfade.core.switching.FencePass;
import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Clients of a test's database, closed together. */
final class Sessions implements AutoCloseable {

  /** What becomes of a statement. */
  static final String DONE = "done";

  private final Database database;
  private final List<Connection> open = new ArrayList<>();

  Sessions(Database database) {
    this.database = database;
  }

  Connection session() throws SQLException {
    return session("app");
  }

  Connection session(String application) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", application);
    Connection connection = java.sql.DriverManager.getConnection(database.jdbcUrl(), properties);
    open.add(connection);
    return connection;
  }

  /** A session that has a transaction open in which it has executed this. */
  Connection within(String application, String... sql) throws SQLException {
    Connection connection = session(application);
    connection.setAutoCommit(false);
    for (String text : sql) {
      run(connection, text);
    }
    return connection;
  }

  Connection withPass(FencePass pass) throws SQLException {
    Connection connection = session("crossfade apply");
    PostgresSwitching.show(connection, pass);
    return connection;
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** {@link #DONE}, or the SQLSTATE of what is refused. */
  static String outcome(Connection connection, String sql) {
    try {
      run(connection, sql);
      return DONE;
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  /** As {@link #outcome(Connection, String)}, on a session of its own. */
  String outcome(String sql) throws SQLException {
    try (Connection connection = database.connect()) {
      return outcome(connection, sql);
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : open) {
      connection.close();
    }
  }
}
