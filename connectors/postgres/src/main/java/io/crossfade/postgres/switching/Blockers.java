package io.crossfade.postgres.switching;

import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.OpenTransaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who blocks a session, seen from another one while it waits: for statements of which nobody can
 * say beforehand what they lock.
 */
final class Blockers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Blockers.class);

  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Thread thread;
  private volatile List<OpenTransaction> last = List.of();
  private volatile boolean closed;

  /**
   * @param server where to look from
   * @param pid of the session
   */
  private Blockers(Server server, int pid) {
    this.thread = new Thread(() -> server.with("looking who is in the way", c -> look(c, pid)));
    thread.setName("crossfade-blockers");
    thread.setDaemon(true);
    // To know who was in the way is a help; not to know is no reason to fail.
    thread.setUncaughtExceptionHandler((t, e) -> log.warn("Who is in the way is not known", e));
    thread.start();
  }

  /**
   * Makes attempts, and sees who is in the way of each.
   *
   * @param waiting takes them after an attempt that has failed
   */
  static LockOutcome watch(
      Server server,
      Connection connection,
      Attempts attempts,
      Attempts.Attempt attempt,
      Consumer<List<OpenTransaction>> waiting)
      throws SQLException {
    try (Blockers blockers = new Blockers(server, pid(connection))) {
      return attempts.run(
          before -> {
            List<OpenTransaction> last = blockers.last();
            waiting.accept(last);
            return last;
          },
          () -> {
            blockers.forget();
            attempt.make();
          });
    }
  }

  private static int pid(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private Void look(Connection connection, int pid) throws SQLException {
    while (!closed) {
      List<OpenTransaction> found = TransactionReader.blocking(connection, pid);
      if (!found.isEmpty()) {
        last = found;
      }
      LockSupport.parkNanos(EVERY_NANOS);
    }
    return null;
  }

  /** Those who were in the way when it was last seen to wait. */
  private List<OpenTransaction> last() {
    return last;
  }

  /** Forgets them. */
  private void forget() {
    last = List.of();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
