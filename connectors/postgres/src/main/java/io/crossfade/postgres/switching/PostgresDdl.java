package io.crossfade.postgres.switching;

import io.crossfade.core.switching.Ddl;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** DDL with short waits for locks. */
final class PostgresDdl implements Ddl {

  /** Of indexes; and a partition is detached in two transactions of its own. */
  private static final Pattern CONCURRENTLY =
      Pattern.compile(
          "\\s*((CREATE\\s+(UNIQUE\\s+)?|DROP\\s+)INDEX|REINDEX|ALTER\\s+TABLE.*\\sDETACH\\s).*"
              + "\\bCONCURRENTLY\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Server server;

  PostgresDdl(Server server) {
    this.server = server;
  }

  @Override
  public LockOutcome run(String statement, Patience patience) {
    Optional<ConcurrentIndex> index = ConcurrentIndex.of(statement);
    return server.patiently(
        "executing " + statement,
        connection -> {
          execute(connection, "RESET search_path");
          Attempts attempts = new Attempts(connection, patience);
          Attempts.Attempt attempt =
              CONCURRENTLY.matcher(statement).matches()
                  ? () -> concurrently(connection, patience, attempts.took(), statement, index)
                  : attempts.inTransaction(() -> execute(connection, statement));
          return Blockers.watch(server, connection, attempts, attempt, blocking -> {});
        });
  }

  /** An attempt to execute what builds or drops an index {@code CONCURRENTLY}. */
  static Attempts.Attempt concurrently(
      Connection connection, Patience patience, Attempts attempts, String statement) {
    Optional<ConcurrentIndex> index = ConcurrentIndex.of(statement);
    return () -> concurrently(connection, patience, attempts.took(), statement, index);
  }

  /**
   * A statement that builds {@code CONCURRENTLY} waits for transactions, not in a queue for a
   * table: nobody who reads or writes waits behind it. So it may wait until the deadline; and it
   * has to, for each transaction that is longer than an attempt would end it.
   */
  private static void concurrently(
      Connection connection,
      Patience patience,
      Duration took,
      String statement,
      Optional<ConcurrentIndex> index)
      throws SQLException {
    waitAtMost(connection, patience.attempt());
    if (index.isPresent()) {
      index.get().dropRemains(connection);
    }
    Duration left = patience.deadline().minus(took);
    waitAtMost(connection, left.compareTo(patience.attempt()) > 0 ? left : patience.attempt());
    try {
      execute(connection, statement);
    } catch (SQLException e) {
      if (index.isPresent()) {
        tidy(connection, patience, index.get(), e);
      }
      throw e;
    }
  }

  /** Where it cannot be dropped now, for who was in the way still is, the next run drops it. */
  private static void tidy(
      Connection connection, Patience patience, ConcurrentIndex index, SQLException first) {
    try {
      waitAtMost(connection, patience.attempt());
      index.dropRemains(connection);
    } catch (SQLException e) {
      first.addSuppressed(e);
    }
  }

  private static void waitAtMost(Connection connection, Duration time) throws SQLException {
    execute(connection, "SET lock_timeout = " + time.toMillis());
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false); // braces are the statement's own
      statement.execute(sql);
    }
  }
}
