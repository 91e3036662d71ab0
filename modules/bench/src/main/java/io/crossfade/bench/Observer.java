package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks from outside at a table that fills, the same way whoever fills it. On one session and with
 * prepared statements: a new session for each look would take much of the machine from what is
 * measured. What the session uses is charged to the observer, see {@link Roles}.
 *
 * <p>Not for use by several threads.
 */
final class Observer implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(60);
  private static final long EVERY_MILLIS = 10;
  private static final long LONGEST_WAIT_MILLIS = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Connection connection;
  private final long session;
  private double resolutionMillis;

  private Observer(Connection connection, long session) {
    this.connection = connection;
    this.session = session;
  }

  static Observer of(Database database) throws SQLException {
    Connection connection = database.connect();
    try (Statement statement = connection.createStatement()) {
      // What was true of a table when it was empty must not decide how it is looked at when it is
      // full; and without statistics PostgreSQL would scan all of it for its newest rows.
      statement.execute("SET enable_seqscan = off");
      statement.execute("SET enable_bitmapscan = off");
      try (ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
        pid.next();
        return new Observer(connection, pid.getLong(1));
      }
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** The process of its session in the server, in the form that {@link Stopwatch} takes. */
  Set<Long> session() {
    return Set.of(session);
  }

  /** The time between the last look that did not see it and the one that did. */
  double resolutionMillis() {
    return resolutionMillis;
  }

  PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /**
   * Waits until a query has a row; looks every ten milliseconds.
   *
   * @param mover is asked at each look whether it is still alive
   * @throws IllegalStateException when there is none for an hour
   */
  void awaitRow(String sql, Alive mover) throws SQLException, InterruptedException {
    await(sql, mover, (row, nanos) -> row.next() ? 0 : EVERY_MILLIS);
  }

  /**
   * Waits until the table has that many rows. To count them takes longer the more there are; so it
   * counts again when half of what is missing should be there: seldom in the middle, often at the
   * end.
   *
   * @param table may have a WHERE behind it
   */
  void awaitRows(String table, long rows, Alive mover) throws SQLException, InterruptedException {
    Pace pace = new Pace(rows);
    // Who counts all rows reads the table faster than its index.
    execute("SET enable_seqscan = on");
    await(
        "SELECT count(*) FROM " + table,
        mover,
        (row, nanos) -> {
          row.next();
          return pace.next(row.getLong(1), nanos);
        });
    execute("SET enable_seqscan = off");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void await(String sql, Alive mover, Look look) throws SQLException, InterruptedException {
    long start = System.nanoTime();
    long lastLook = start;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      while (System.nanoTime() - start < PATIENCE_NANOS) {
        mover.requireAlive();
        long begin = System.nanoTime();
        long wait;
        try (ResultSet row = query.executeQuery()) {
          wait = look.at(row, begin);
        }
        if (wait == 0) {
          resolutionMillis = (System.nanoTime() - lastLook) / NANOS_PER_MILLI;
          return;
        }
        lastLook = begin;
        TimeUnit.MILLISECONDS.sleep(wait);
      }
    }
    throw new IllegalStateException("Not after an hour: " + sql);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** Whom it waits for. */
  interface Alive {

    /** PostgreSQL itself: its end is seen by the next query. */
    Alive SERVER = () -> {};

    /**
     * @throws IllegalStateException why there is nothing to wait for any more
     */
    void requireAlive();
  }

  /** Decides how many milliseconds to wait until the next look; 0: it has been seen. */
  private interface Look {
    long at(ResultSet row, long nanos) throws SQLException;
  }

  /** When to count again. */
  static final class Pace {

    private final long wanted;
    private long firstCount;
    private long firstNanos;

    Pace(long wanted) {
      this.wanted = wanted;
    }

    /** Milliseconds until the next count; 0: all are there. */
    long next(long count, long nanos) {
      if (count >= wanted) {
        return 0;
      }
      if (count == 0) {
        return EVERY_MILLIS;
      }
      if (firstCount == 0) {
        firstCount = count;
        firstNanos = nanos;
      }
      long more = count - firstCount;
      if (more == 0) {
        return EVERY_MILLIS;
      }
      double millisForARow = (nanos - firstNanos) / NANOS_PER_MILLI / more;
      double half = (wanted - count) * millisForARow / 2;
      return Math.round(Math.max(EVERY_MILLIS, Math.min(LONGEST_WAIT_MILLIS, half)));
    }
  }
}
