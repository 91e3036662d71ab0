package io.crossfade.postgres.compare;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.postgres.CanonicalSession;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** A PostgreSQL server, primary or standby, of which rows are compared. */
public final class PostgresComparison implements ComparedDatabase {

  /**
   * With row-level security off a role that may not see all rows gets an error instead of fewer
   * rows. A statement of ours is waited for; a lock that an {@code ALTER TABLE} holds is not, since
   * whoever comes next would queue up behind us.
   */
  private static final String SETTINGS =
      """
      SET row_security = off;
      SET statement_timeout = 0;
      SET lock_timeout = '5s';
      SET idle_in_transaction_session_timeout = '60s';
      SET default_transaction_isolation = 'repeatable read';
      SET default_transaction_read_only = on;
      SET jit = off;
      """;

  private static final String POSITION =
      """
      SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                  ELSE pg_catalog.pg_current_wal_lsn() END::text
      """;

  private final String url;
  private final Properties properties = new Properties();

  private PostgresComparison(
      String url, String username, String password, String application, String serverType) {
    this.url = Objects.requireNonNull(url, "url");
    properties.setProperty("user", Objects.requireNonNull(username, "username"));
    properties.setProperty("password", Objects.requireNonNull(password, "password"));
    properties.setProperty("ApplicationName", Objects.requireNonNull(application, "application"));
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("loginTimeout", "15");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("targetServerType", serverType);
    // What a server prints is what we compare, not what a driver makes of a binary form.
    properties.setProperty("binaryTransfer", "false");
    properties.setProperty("prepareThreshold", "0");
  }

  /**
   * The database behind a JDBC URL; nothing is opened yet. Of several hosts the one that takes
   * writes: what a standby has not got yet would look like a row that is never written.
   */
  public static PostgresComparison primary(
      String jdbcUrl, String username, String password, String application) {
    return new PostgresComparison(jdbcUrl, username, password, application, "primary");
  }

  /** A standby of it; nothing is opened yet. */
  public static PostgresComparison standby(
      String jdbcUrl, String username, String password, String application) {
    return new PostgresComparison(jdbcUrl, username, password, application, "any");
  }

  @Override
  public RelationReader open(Relation relation) {
    return new PostgresRelation(connect("opening a session"), relation);
  }

  @Override
  public String position() {
    return query(POSITION, 1).get(0).get(0);
  }

  @Override
  public List<Row> query(String sql, int most) {
    try (Connection connection = connect("opening a session");
        Statement statement = connection.createStatement()) {
      // A user's query finds its tables as it does in the user's sessions.
      statement.execute("RESET search_path");
      return Reads.all(connection, alone(sql), most);
    } catch (SQLException e) {
      throw Reads.failed("reading", e);
    }
  }

  /** As a subquery it is one statement, and one that reads. */
  private static String alone(String sql) {
    String text = sql.strip();
    String query = text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
    return "SELECT * FROM (" + query + "\n) AS answer";
  }

  private Connection connect(String doing) throws ReadFailedException {
    try {
      Connection connection = DriverManager.getConnection(url, properties);
      try (Statement statement = connection.createStatement()) {
        CanonicalSession.pin(connection);
        statement.execute(SETTINGS);
        connection.setAutoCommit(false);
        return connection;
      } catch (SQLException e) {
        Reads.close(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw Reads.failed(doing, e);
    }
  }
}
