package io.crossfade.postgres.switching;

import io.crossfade.core.switching.OpenTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  Blockers(Server server, int pid) {
    this.thread = new Thread(() -> server.with("looking who is in the way", c -> look(c, pid)));
    thread.setName("crossfade-blockers");
    thread.setDaemon(true);
    // To know who was in the way is a help; not to know is no reason to fail.
    thread.setUncaughtExceptionHandler((t, e) -> log.warn("Who is in the way is not known", e));
    thread.start();
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
  List<OpenTransaction> last() {
    return last;
  }

  /** Forgets them. */
  void forget() {
    last = List.of();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
