package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the log has told, a read may not see yet. */
@Timeout(180)
@Tag("slow")
class LateVisibilityTest {

  /**
   * A commit waits for a synchronous standby that never answers: its event is published and
   * confirmed, and a copy that began now would bring the old row back behind it. Fails where {@code
   * PostgresSource.settled} says that all is settled.
   */
  @Test
  void shouldNotCopyBeforeAllThatTheLogHasToldCanBeSeen() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(
            PostgresOptions.of(PostgresVersion.V18)
                .fastAndUnsafe()
                .with("max_prepared_transactions", "5"))) {
      TestMigration m =
          new TestMigration(
                  server,
                  "CREATE TABLE t (id int PRIMARY KEY, rev int)",
                  "INSERT INTO t SELECT i, 0 FROM generate_series(1, 2000) i")
              .with("t");
      try (Connection open = m.database.connect();
          Statement late = open.createStatement()) {
        m.start().awaitCopied();
        m.history("t");
        open.setAutoCommit(false);
        late.execute("UPDATE t SET rev = 1 WHERE id = 3");
        m.database.execute(
            "BEGIN; UPDATE t SET rev = 1 WHERE id = 2; PREPARE TRANSACTION 'prepared'");
        server.set(Map.of("synchronous_standby_names", "ghost"));
        long before = m.status().changes();
        Thread writer = new Thread(() -> m.database.execute("UPDATE t SET rev = 1 WHERE id = 1"));
        writer.start();
        m.await(() -> m.status().changes() > before);
        awaitConfirmed(m, m.database.query("SELECT pg_current_wal_flush_lsn()").get(0));

        m.resync("t");
        m.await(() -> m.status().detail().contains("idle in transaction"));
        late.execute("SET LOCAL synchronous_commit = local");
        open.commit();
        m.await(() -> m.status().detail().contains("prepared transaction 'prepared', open for"));
        open.setAutoCommit(true);
        late.execute("SET synchronous_commit = local");
        late.execute("COMMIT PREPARED 'prepared'");
        m.await(() -> m.status().detail().contains("SyncRep"));
        assertThat(m.status().tables().get(0).rows()).isZero();
        server.set(Map.of("synchronous_standby_names", ""));
        writer.join();

        m.awaitCopied();
        RawHistory history = m.history("t");
        assertThat(history.rows()).isEqualTo(m.rows("t"));
        assertThat(history.stepsBack(1)).isEmpty();
      } finally {
        m.stop();
        m.source.close();
      }
    }
  }

  /** From now on a term does not see the event again. */
  private static void awaitConfirmed(TestMigration m, String place) throws InterruptedException {
    String confirmed =
        "SELECT confirmed_flush_lsn >= '"
            + place
            + "' FROM pg_replication_slots WHERE slot_type = 'logical'";
    while (!m.database.query(confirmed).equals(java.util.List.of("t"))) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
