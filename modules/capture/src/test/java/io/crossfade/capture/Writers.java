package io.crossfade.capture;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Clients that write to table {@code item(id, rev, body, big)} all the time: inserts, updates with
 * and without the large text, deletes, key changes, transactions of several rows, some rolled back.
 */
final class Writers implements AutoCloseable {

  static final String DDL =
      "CREATE TABLE item (id bigint PRIMARY KEY, rev bigint NOT NULL, body text, big text)";

  /**
   * Conflicts that any client of a busy table has to expect: unique violation, deadlock,
   * serialization.
   */
  private static final Set<String> EXPECTED = Set.of("23505", "40P01", "40001");

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final AtomicLong commits = new AtomicLong();
  private volatile boolean stop;

  Writers(Database database, int clients, int keys, long seed) {
    for (int i = 0; i < clients; i++) {
      Random random = new Random(seed + i);
      Thread thread =
          new Thread(
              () -> {
                try (Connection connection = database.connect()) {
                  connection.setAutoCommit(false);
                  while (!stop) {
                    transaction(connection, random, keys);
                  }
                } catch (SQLException | RuntimeException e) {
                  failure.compareAndSet(null, e);
                }
              },
              "writer-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  long commits() {
    return commits.get();
  }

  private void transaction(Connection connection, Random random, int keys) throws SQLException {
    try {
      int statements = 1 + random.nextInt(4);
      for (int i = 0; i < statements; i++) {
        statement(connection, random, 1 + random.nextInt(keys));
      }
      if (random.nextInt(10) == 0) {
        connection.rollback();
      } else {
        connection.commit();
        commits.incrementAndGet();
      }
    } catch (SQLException e) {
      connection.rollback();
      if (!EXPECTED.contains(e.getSQLState())) {
        throw e;
      }
    }
  }

  private static void statement(Connection connection, Random random, long id) throws SQLException {
    switch (random.nextInt(10)) {
      case 0, 1:
        run(
            connection,
            "INSERT INTO item VALUES (?, 0, 'new', " + bigText(random) + ") ON CONFLICT DO NOTHING",
            id);
        break;
      case 2:
        run(connection, "DELETE FROM item WHERE id = ?", id);
        break;
      case 3:
        run(
            connection,
            "UPDATE item SET rev = rev + 1, big = " + bigText(random) + " WHERE id = ?",
            id);
        break;
      case 4:
        // A key change: a delete and an insert in the log; the row's history begins anew under its
        // new key.
        run(
            connection,
            "UPDATE item SET rev = rev + 1, id = id + 1000000 + "
                + random.nextInt(5)
                + " WHERE id = ?",
            id);
        break;
      default:
        run(
            connection,
            "UPDATE item SET rev = rev + 1, body = md5(random()::text) WHERE id = ?",
            id);
    }
  }

  /** Random, so that it does not compress and is stored out of line; about 6 kB. */
  private static String bigText(Random random) {
    return random.nextInt(3) == 0
        ? "'small'"
        : "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 200))";
  }

  private static void run(Connection connection, String sql, long id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, id);
      statement.executeUpdate();
    }
  }

  /** Stops them and waits; fails if one of them has failed. */
  @Override
  public void close() {
    stop = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("a writer failed", failure.get());
    }
  }
}
