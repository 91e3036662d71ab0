package io.crossfade.postgres.switching;

import io.crossfade.core.switching.SwitchingException;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.ServerErrors;
import io.crossfade.postgres.source.PostgresAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Sessions of one server: each piece of work has one of its own. */
final class Server {

  /** Work on a session. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /**
   * A backend of ours that holds locks on tables must not outlive its client, nor a client that
   * hangs: all wait for it. A fence whose commit is lost when the server crashes would let writers
   * in behind our back, so no asynchronous commit. What the role sets for {@code statement_timeout}
   * is not meant for us.
   */
  private static final String SETTINGS =
      """
      SET tcp_user_timeout = '10s';
      SET client_connection_check_interval = '1s';
      SET idle_in_transaction_session_timeout = '2s';
      SET lock_timeout = '5s';
      SET statement_timeout = 0;
      SET default_transaction_isolation = 'read committed';
      SET default_transaction_read_only = off;
      SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
      WHERE pg_catalog.current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
      """;

  private final PostgresAddress address;

  Server(PostgresAddress address) {
    this.address = address;
  }

  /** Does work that is answered within seconds. */
  <T> T with(String doing, Work<T> work) {
    return with(doing, 30, work);
  }

  /** As {@link #with}, for what may take hours: it reads a table, or makes an index. */
  <T> T patiently(String doing, Work<T> work) {
    return with(doing, 0, work);
  }

  private <T> T with(String doing, int answerSeconds, Work<T> work) {
    try (Connection connection = connect(answerSeconds)) {
      return work.on(connection);
    } catch (SQLException e) {
      throw failed(doing, e);
    }
  }

  private Connection connect(int answerSeconds) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", address.username());
    properties.setProperty("password", address.password());
    properties.setProperty("ApplicationName", "crossfade switch");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "10");
    properties.setProperty("socketTimeout", Integer.toString(answerSeconds));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("targetServerType", "primary");
    Connection connection = DriverManager.getConnection(address.url(), properties);
    try (Statement statement = connection.createStatement()) {
      CanonicalSession.pin(connection);
      statement.execute(SETTINGS);
      detectDeadlocksSoon(statement);
      return connection;
    } catch (SQLException e) {
      try {
        connection.close();
      } catch (SQLException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Who waits for a lock looks after {@code deadlock_timeout} who holds it, and cancels an
   * autovacuum that does. Attempts that are shorter than that would never have it cancelled, and it
   * may take hours. Superusers may set it, and since PostgreSQL 15 whom it is granted to.
   */
  private static void detectDeadlocksSoon(Statement statement) throws SQLException {
    try {
      statement.execute("SET deadlock_timeout = '50ms'");
    } catch (SQLException e) {
      if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private SwitchingException failed(String doing, SQLException e) {
    boolean mayPass = ServerErrors.mayPass(e);
    String next =
        mayPass
            ? ": repeat it"
            : INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())
                ? ": our role has to be a member of the role that owns the table, and for a fence needs"
                    + " CREATE on the database, or schema crossfade as its own"
                : "";
    return new SwitchingException(
        doing
            + " at "
            + address
            + ": "
            + ServerErrors.text(e)
            + " (SQLSTATE "
            + e.getSQLState()
            + ")"
            + next,
        mayPass,
        e);
  }
}
