package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.capture.PublishedLog;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A transaction that takes long to publish, and capture that ends within it. */
@Timeout(240)
@Tag("slow")
@Tag("long")
class LargeTransactionTest {

  /** Rows of the large transaction: ids from 1. */
  private static final int ROWS = 1_000_000;

  /** It changes every tenth of them again. */
  private static final int EVENTS = ROWS + ROWS / 10;

  /** Rows behind them that small transactions change meanwhile. */
  private static final int OTHERS = 1_000;

  private static final int IDS = ROWS + OTHERS + 1;

  /** What is alive while the transaction is published, beyond what was alive before. */
  private static final long HEAP = 128L << 20;

  /**
   * A million rows by COPY, many at one place of the log, and changes of some of them. Small
   * transactions are committed between its rows and after it; one begins before it and ends after
   * it; the slot is confirmed between its rows before it ends.
   *
   * <p>Fails where one event more is published again of what was published of the transaction when
   * it ended.
   */
  @Test
  void shouldPublishEachEventOnceWhenItEndsTwiceWithinATransactionOfAMillionRows()
      throws Exception {
    try (TestMigration m =
            new TestMigration(
                    SharedSandbox.postgres18(),
                    "CREATE TABLE item (id bigint PRIMARY KEY, rev int NOT NULL, body text)",
                    "INSERT INTO item SELECT i, 0, 'other' FROM generate_series("
                        + (ROWS + 1)
                        + ", "
                        + (ROWS + OTHERS)
                        + ") i",
                    "INSERT INTO item VALUES (0, 0, 'around')")
                .with("item")
                .patience(Duration.ofSeconds(120));
        Admin admin = Admin.create(new HashMap<String, Object>(TestMigration.kafka()))) {
      m.start().awaitCopied();
      long alive = heap();
      try (SmallTransactions small = new SmallTransactions(m.database);
          Connection around = m.database.connect();
          Connection large = m.database.connect()) {
        around.setAutoCommit(false);
        change(around, 0);
        write(large);
        awaitConfirmed(m, endOfLog(m));
        large.commit();
        change(around, 0);
        around.commit();

        long first = startAgainWithin(m, admin);
        long second = startAgainWithin(m, admin);
        assertThat(second).isGreaterThan(first);
        m.await(() -> m.status().changes() > EVENTS / 2);
        assertThat(heap() - alive).as("bytes of heap that it takes").isLessThan(HEAP);
        awaitConfirmed(m, endOfLog(m));
      }

      RawRevisions revisions =
          RawRevisions.read(
              m.codec("item"), m.names.rawTopic(TestMigration.id("item")), m.barrier(), IDS);
      assertThat(revisions.wrong()).isEmpty();
      assertThat(revisions.differences(m.database, "item")).isEmpty();
      assertThat(revisions.total()).isGreaterThan(EVENTS + OTHERS);
    }
  }

  private static void write(Connection connection) throws SQLException, IOException {
    connection.setAutoCommit(false);
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY item FROM STDIN");
    StringBuilder lines = new StringBuilder();
    for (int id = 1; id <= ROWS; id++) {
      lines.append(id).append("\t0\trow ").append(id).append('\n');
      if (id % 10_000 == 0) {
        byte[] bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
        copy.writeToCopy(bytes, 0, bytes.length);
        lines.setLength(0);
      }
    }
    assertThat(copy.endCopy()).isEqualTo(ROWS);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE item SET rev = rev + 1 WHERE id BETWEEN 1 AND " + ROWS + " AND id % 10 = 0");
    }
  }

  private static void change(Connection connection, int id) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE item SET rev = rev + 1 WHERE id = ?")) {
      update.setLong(1, id);
      update.executeUpdate();
    }
  }

  /**
   * Ends capture when another eighth of the large transaction is on its way, and begins anew.
   *
   * @return how many of its events were published then
   */
  private static long startAgainWithin(TestMigration m, Admin admin) throws InterruptedException {
    m.await(() -> m.status().changes() > EVENTS / 8);
    long terms = m.status().terms();
    m.stop();
    m.start();
    m.await(() -> m.status().terms() > terms);
    long published =
        new Remembered(ControlLog.read(admin, TestMigration.kafka(), m.names.controlTopic()))
            .position()
            .flatMap(position -> position.log().open())
            .map(PublishedLog.Open::events)
            .orElse(0L);
    assertThat(published).as("published, but not whole").isBetween(1L, EVENTS - 1L);
    return published;
  }

  private static String endOfLog(TestMigration m) {
    return m.database.query("SELECT pg_current_wal_lsn()").get(0);
  }

  private static void awaitConfirmed(TestMigration m, String place) throws InterruptedException {
    String sql =
        "SELECT confirmed_flush_lsn >= '"
            + place
            + "' FROM pg_replication_slots WHERE database = current_database()";
    m.await(() -> m.database.query(sql).get(0).equals("t"));
  }

  /** Bytes that are alive. */
  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * A client that changes one of the other rows and, as soon as it sees them, one of the large
   * transaction's, some hundred times a second.
   */
  private static final class SmallTransactions implements AutoCloseable {

    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stop;

    SmallTransactions(Database database) {
      thread = new Thread(() -> run(database), "small-transactions");
      thread.start();
    }

    private void run(Database database) {
      Random random = new Random(1);
      try (Connection connection = database.connect()) {
        connection.setAutoCommit(false);
        while (!stop) {
          change(connection, ROWS + 1 + random.nextInt(OTHERS));
          change(connection, 1 + random.nextInt(ROWS));
          connection.commit();
          TimeUnit.MILLISECONDS.sleep(3); // few, and all the time
        }
      } catch (SQLException | InterruptedException | RuntimeException e) {
        failure.set(e);
      }
    }

    /** Fails if it has failed. */
    @Override
    public void close() throws InterruptedException {
      stop = true;
      thread.join();
      if (failure.get() != null) {
        throw new IllegalStateException("a client failed", failure.get());
      }
    }
  }
}
