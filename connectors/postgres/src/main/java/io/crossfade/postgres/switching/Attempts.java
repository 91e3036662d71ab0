package io.crossfade.postgres.switching;

import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Takes locks in short attempts. PostgreSQL's queues are fair: who waits for a table's lock makes
 * all wait that come later and want another one, however harmless. An attempt that gives up lets
 * them go on.
 */
final class Attempts {

  /**
   * A lock that was not to be had; a statement that was cancelled; a deadlock: we have looked
   * before the others did.
   */
  private static final Set<String> PASSING = Set.of("55P03", "57014", "40P01");

  /** What one attempt does within its transaction. */
  @FunctionalInterface
  interface Attempt {
    void make() throws SQLException;
  }

  /** Who was in the way. */
  @FunctionalInterface
  interface Blocking {

    /**
     * Those since before a moment.
     *
     * @param before when the attempt began, by the server's clock
     */
    List<OpenTransaction> since(OffsetDateTime before) throws SQLException;
  }

  private final Connection connection;
  private final Patience patience;
  private final long start = System.nanoTime();

  /** What was not to be had, the latest first. */
  private final Deque<TableId> missed = new ArrayDeque<>();

  Attempts(Connection connection, Patience patience) {
    this.connection = connection;
    this.patience = patience;
  }

  /**
   * Makes attempts, until one succeeds or the deadline is over.
   *
   * @param blocking who was in the way of an attempt that has failed
   */
  LockOutcome run(Blocking blocking, Attempt attempt) throws SQLException {
    for (int attempts = 1; ; attempts++) {
      OffsetDateTime before = now();
      try {
        attempt.make();
        return new LockOutcome.Done(attempts, took());
      } catch (SQLException e) {
        if (!passes(e)) {
          throw e;
        }
      }
      List<OpenTransaction> inTheWay = blocking.since(before);
      if (took().plus(patience.pause()).compareTo(patience.deadline()) >= 0) {
        return new LockOutcome.TimedOut(inTheWay, attempts, took());
      }
      pause(patience.pause());
    }
  }

  /** An attempt that has to be made again. */
  static SQLException missed(String why) {
    return new SQLException(why, "55P03");
  }

  private static boolean passes(SQLException e) {
    return PASSING.contains(String.valueOf(e.getSQLState()));
  }

  /**
   * An attempt in a transaction of its own, in which no lock is waited for any longer than that.
   */
  Attempt inTransaction(Attempt work) {
    return () -> {
      connection.setAutoCommit(false);
      try {
        execute("SET LOCAL lock_timeout = " + patience.attempt().toMillis());
        work.make();
        connection.commit();
      } catch (SQLException e) {
        rollback(e);
        throw e;
      }
      connection.setAutoCommit(true);
    };
  }

  private void rollback(SQLException first) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      first.addSuppressed(e);
    }
  }

  /**
   * Locks all of them within the time of one attempt: {@code lock_timeout} alone would begin anew
   * with each, and who waits for the first would wait for all the others.
   *
   * <p>One that was not to be had is the first the next time. Where applications write u and then
   * t, and we have t, those who wait for t hold u, and we never get it; the other way round they
   * end, and whoever comes waits for u with empty hands.
   */
  void lock(Collection<TableId> relations, String mode) throws SQLException {
    long end = System.nanoTime() + patience.attempt().toNanos();
    List<TableId> order = new ArrayList<>(missed);
    order.retainAll(relations);
    relations.stream().filter(relation -> !missed.contains(relation)).forEach(order::add);
    for (TableId relation : order) {
      long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
      try {
        execute(
            "SET LOCAL lock_timeout = "
                + left
                + "; LOCK TABLE ONLY "
                + Sql.name(relation)
                + " IN "
                + mode
                + " MODE");
      } catch (SQLException e) {
        missed.remove(relation);
        missed.addFirst(relation);
        throw e;
      }
    }
    execute("SET LOCAL lock_timeout = " + patience.attempt().toMillis());
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private OffsetDateTime now() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_catalog.clock_timestamp()")) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class);
    }
  }

  /** Since these attempts began. */
  Duration took() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  static void pause(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SwitchingException(
          "interrupted between two attempts; nothing has changed", true, e);
    }
  }
}
