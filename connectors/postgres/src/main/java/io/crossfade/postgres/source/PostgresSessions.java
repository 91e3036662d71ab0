package io.crossfade.postgres.source;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.crossfade.core.source.SourceException;
import io.crossfade.postgres.CanonicalSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions of one server, all with the settings of canonical text. */
final class PostgresSessions implements AutoCloseable {

  /** Work on a session of the pool. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(PostgresSessions.class);

  /**
   * How long a session may be silent while it owes an answer. The client's side of a connection
   * that was cut without a word never hears of it: a chunk that waits there would wait for hours,
   * and with it the end of the term. All that we ask is answered sooner, but what is asked {@link
   * #patiently}.
   */
  private static final int ANSWER_SECONDS = 30;

  private final PostgresAddress address;
  private final String application;
  private final HikariDataSource pool;

  PostgresSessions(PostgresAddress address, String application) {
    this.address = address;
    this.application = application;
    HikariConfig config = new HikariConfig();
    config.setPoolName(application);
    config.setDataSource(dataSource());
    config.setMaximumPoolSize(12);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(15_000);
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
  }

  /**
   * Does work on a pooled session, which is given back without an open transaction. A session that
   * the work has aborted is not given to anybody else.
   *
   * @throws SourceException where the database does not answer or refuses
   */
  <T> T with(String doing, Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      try {
        return work.on(connection);
      } finally {
        // The pool itself takes away what it has seen break.
        if (!connection.isClosed() && connection.unwrap(PgConnection.class).isClosed()) {
          pool.evictConnection(connection);
        }
      }
    } catch (SQLException e) {
      throw failed(doing, e);
    }
  }

  /** As {@link #with}, for what may take hours: it waits for transactions, or reads a table. */
  <T> T patiently(String doing, Work<T> work) {
    return with(
        doing,
        connection -> {
          // The pool sets it back.
          connection.setNetworkTimeout(Runnable::run, 0);
          return work.on(connection);
        });
  }

  /** A session of its own, for what must outlive a single piece of work. The caller closes it. */
  Connection open(String doing) {
    try {
      return dataSource().getConnection();
    } catch (SQLException e) {
      throw failed(doing, e);
    }
  }

  SourceException failed(String doing, SQLException e) {
    SQLException first = e;
    while (first.getCause() instanceof SQLException cause) {
      first = cause; // the pool's own words say less
    }
    return new SourceException(
        doing
            + " on "
            + address.display()
            + ": "
            + first.getMessage()
            + " (SQLSTATE "
            + first.getSQLState()
            + ")",
        e);
  }

  private PGSimpleDataSource dataSource() {
    PGSimpleDataSource source = new PinnedDataSource();
    source.setUrl(address.url());
    source.setUser(address.username());
    source.setPassword(address.password());
    source.setApplicationName(application);
    source.setConnectTimeout(10);
    source.setSocketTimeout(ANSWER_SECONDS);
    source.setTcpKeepAlive(true);
    return source;
  }

  /**
   * Closes a session whose server may be gone already: there is nothing left to do about it then.
   */
  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("closing a session", e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Pins the settings of each new session. */
  private static final class PinnedDataSource extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return pinned(super.getConnection(user, password));
    }

    private static Connection pinned(Connection connection) throws SQLException {
      try {
        CanonicalSession.pin(connection);
        // Our markers carry no data: no standby needs to have them before we go on.
        try (var statement = connection.createStatement()) {
          statement.execute("SET synchronous_commit = local");
          // One session holds the right to capture, and is idle: of a machine that vanished without
          // a
          // word the server would know after two hours, and nobody could take over until then.
          statement.execute(
              "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
                  + " SET tcp_keepalives_count = 2; SET tcp_user_timeout = '20s'");
        }
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }
  }

  /**
   * For Debezium's own connections: a function of the user's cannot stand in for a built-in one.
   */
  static Properties startupOptions() {
    Properties options = new Properties();
    options.setProperty("options", "-c search_path=pg_catalog");
    return options;
  }
}
