package io.crossfade.postgres.target;

import io.crossfade.core.Check;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.switching.FencePass;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.HeldRows;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.target.TargetSession;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.DatabaseIdentity;
import io.crossfade.postgres.ServingRows;
import io.crossfade.postgres.TableReader;
import io.crossfade.postgres.switching.PostgresSwitching;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A PostgreSQL database that new tables stand in. Each session is a connection of its own; the
 * other calls open one and close it.
 */
public final class PostgresTarget implements TargetDatabase {

  /**
   * What a backend whose client has vanished without a word must not keep: the lock on its progress
   * rows. {@code tcp_user_timeout} ends it when acknowledgements stay out, {@code
   * client_connection_check_interval} while it runs a statement, {@code
   * idle_in_transaction_session_timeout} between two. A lock that others hold makes us wait and say
   * so, rather than run into the driver's time-out. Whatever the role sets for {@code
   * statement_timeout} is not meant for us. An asynchronous commit that is lost would put Kafka
   * ahead of the target.
   *
   * <p>Rows are looked up by key and by nothing else, but a table that was just filled has no
   * statistics: without the planner settings a delete may scan it all.
   */
  private static final String SETTINGS =
      """
      SET tcp_user_timeout = '20s';
      SET client_connection_check_interval = '5s';
      SET idle_in_transaction_session_timeout = '60s';
      SET lock_timeout = '5s';
      SET statement_timeout = 0;
      SET default_transaction_isolation = 'read committed';
      SET default_transaction_read_only = off;
      SET enable_seqscan = off;
      SET enable_hashjoin = off;
      SET enable_mergejoin = off;
      SET jit = off;
      SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
      WHERE pg_catalog.current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
      """;

  private final String url;
  private final Properties properties;
  private final Supplier<Optional<FencePass>> pass;

  private PostgresTarget(String url, Properties properties, Supplier<Optional<FencePass>> pass) {
    this.url = url;
    this.properties = properties;
    this.pass = pass;
  }

  /** The database behind a JDBC URL; nothing is opened yet. */
  public static PostgresTarget of(String jdbcUrl, String username, String password) {
    Properties properties = new Properties();
    properties.setProperty("user", Objects.requireNonNull(username, "username"));
    properties.setProperty("password", Objects.requireNonNull(password, "password"));
    properties.setProperty("ApplicationName", "crossfade apply");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "10");
    // A server that was stopped with SIGSTOP, or lost behind a firewall, never answers.
    properties.setProperty("socketTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    // Of several hosts the one that takes writes.
    properties.setProperty("targetServerType", "primary");
    return new PostgresTarget(
        Objects.requireNonNull(jdbcUrl, "jdbcUrl"), properties, Optional::empty);
  }

  /**
   * The same, with sessions that write through the fence that was raised with this pass.
   *
   * @param through asked whenever a session is opened
   */
  public PostgresTarget passing(Supplier<FencePass> through) {
    return new PostgresTarget(url, properties, () -> Optional.of(through.get()));
  }

  @Override
  public void prepare() {
    run(
        "Cannot make schema crossfade",
        connection -> {
          ProgressTable.create(connection);
          return true;
        });
  }

  @Override
  public ServingTable serving() {
    return new ServingRows(
        (doing, work) ->
            run(
                doing,
                connection -> {
                  work.on(connection);
                  return true;
                }));
  }

  @Override
  public Optional<Table> describe(TableId table) {
    return run("Cannot read the columns of " + table, c -> TableReader.read(c, table));
  }

  /** What tells this database from all others. */
  public String identity() {
    return run("Cannot tell which database this is", DatabaseIdentity::of);
  }

  @Override
  public boolean isEmpty(TableId table) {
    String sql =
        "SELECT NOT EXISTS (SELECT FROM "
            + CanonicalSession.quote(table.schema())
            + "."
            + CanonicalSession.quote(table.name())
            + ")";
    return run(
        "Cannot read " + table,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() && rows.getBoolean(1);
          }
        });
  }

  @Override
  public List<Check> check(Collection<TableId> tables) {
    return run("Cannot read the triggers of the new tables", c -> TargetChecks.of(c, tables));
  }

  @Override
  public List<Check> checkFilled(Map<TableId, Set<String>> columns) {
    return run(
        "Cannot read the triggers of tables that are filled",
        c -> TargetChecks.ofFilled(c, columns));
  }

  @Override
  public List<String> unproven(Collection<TableId> tables) {
    return run("Cannot read the constraints of the new tables", c -> Indexes.unproven(c, tables));
  }

  @Override
  public List<String> otherUniqueIndexes(TableId table) {
    return run("Cannot read the indexes of " + table, c -> Indexes.otherUnique(c, table));
  }

  @Override
  public Map<InputPartition, Progress> progress(String group) {
    return run("Cannot read crossfade.progress", c -> new ProgressTable(c, group).all());
  }

  @Override
  public boolean rewind(String group, InputPartition partition, Progress seen, long offset) {
    return run(
        "Cannot rewind " + partition,
        c -> new ProgressTable(c, group).rewind(partition, seen, offset));
  }

  @Override
  public void seal(String group) {
    inOne("Cannot seal " + group, connection -> new ProgressTable(connection, group).seal());
  }

  @Override
  public void unseal(String group) {
    inOne("Cannot unseal " + group, connection -> new ProgressTable(connection, group).unseal());
  }

  @Override
  public void forget(String group) {
    inOne("Cannot forget " + group, connection -> new ProgressTable(connection, group).forget());
  }

  @Override
  public HeldRows held(String group) {
    return run("Cannot read crossfade.displaced", c -> new HeldRowsReader(c, group).read());
  }

  @Override
  public HeldRow held(String group, Table table, Row key, Optional<String> recordKey) {
    return run(
        "Cannot read what " + table.id() + " lacks",
        c -> new HeldRowsReader(c, group).read(table, key, recordKey));
  }

  @Override
  public List<BadRow> badRows(String group) {
    return run("Cannot read crossfade.dead", c -> new DeadTable(c, group).list());
  }

  @Override
  public long skip(String group, Selection which, String reason) {
    return run("Cannot write crossfade.dead", c -> new DeadTable(c, group).skip(which, reason));
  }

  @Override
  public long retry(String group, Selection which) {
    return run("Cannot write crossfade.dead", c -> new DeadTable(c, group).retry(which));
  }

  @Override
  public void release(String group) {
    run(
        "Cannot write crossfade.dead",
        connection -> {
          new DeadTable(connection, group).release();
          return true;
        });
  }

  @Override
  public TargetSession open(String group, String producer) {
    String doing = "Cannot open a session";
    Connection connection = connect(doing);
    try (Statement statement = connection.createStatement()) {
      // Where triggers run, they do as in the application's sessions; and the "=" of a type such as
      // citext is found where its extension is.
      statement.execute("RESET search_path");
      ReplicaRole.take(connection);
      return new PostgresSession(connection, group, producer);
    } catch (SQLException e) {
      close(connection, e);
      throw Failures.of(doing, e);
    }
  }

  private Connection connect(String doing) {
    try {
      Connection connection = DriverManager.getConnection(url, properties);
      try {
        CanonicalSession.pin(connection);
        try (Statement statement = connection.createStatement()) {
          statement.execute(SETTINGS);
        }
        Optional<FencePass> shown = pass.get();
        if (shown.isPresent()) {
          PostgresSwitching.show(connection, shown.get());
        }
        return connection;
      } catch (SQLException e) {
        close(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw Failures.of(doing, e);
    }
  }

  private static void close(Connection connection, SQLException first) {
    try {
      connection.close();
    } catch (SQLException e) {
      first.addSuppressed(e);
    }
  }

  private <T> T run(String doing, Work<T> work) {
    try (Connection connection = connect(doing)) {
      return work.with(connection);
    } catch (SQLException e) {
      throw Failures.of(doing, e);
    }
  }

  private void inOne(String doing, Statements statements) {
    run(
        doing,
        connection -> {
          connection.setAutoCommit(false);
          statements.on(connection);
          connection.commit();
          return true;
        });
  }

  @FunctionalInterface
  private interface Statements {
    void on(Connection connection) throws SQLException;
  }

  @FunctionalInterface
  private interface Work<T> {
    T with(Connection connection) throws SQLException;
  }
}
