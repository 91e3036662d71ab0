package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An SQL error while a chunk is read: the chunk is read again, for as long as it takes. */
@Timeout(180)
@Tag("slow")
class ChunkErrorsTest {

  /** A chunk of it does not fit between a server and a client that does not read. */
  private static final String[] TABLE = {
    "CREATE TABLE t (id int PRIMARY KEY, s text, large text) WITH (fillfactor = 10)",
    "ALTER TABLE t ALTER large SET STORAGE EXTERNAL",
    "INSERT INTO t SELECT i, 'a', repeat('x', 20000) FROM generate_series(1, 1500) i"
  };

  /**
   * Some of a chunk's rows are here when its session ends, or when its statement is cancelled, as
   * by a {@code statement_timeout}. Fails where what was read until the error counts as the chunk.
   */
  @ParameterizedTest
  @ValueSource(strings = {"pg_terminate_backend(pid, 5000)", "pg_cancel_backend(pid)"})
  void shouldReadAChunkAgainThatBrokeOffAndLoseNoRow(String what) throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres18(), TABLE).with("t")) {
      BrokenChunks broken =
          new BrokenChunks(
              source -> {},
              () ->
                  m.database.query(
                      "SELECT "
                          + what
                          + " FROM pg_stat_activity WHERE datname = current_database()"
                          + " AND state = 'active' AND query LIKE 'COPY (SELECT ctid%'"),
              3);
      m.through(broken::of).start();
      m.await(() -> broken.left() < 3);
      m.database.execute("UPDATE t SET s = 'b' WHERE id % 3 = 0", "DELETE FROM t WHERE id = 1");
      m.awaitCopied();

      Map<String, Row> published = m.history("t").rows();
      Map<String, Row> rows = m.rows("t");
      assertThat(published.keySet()).isEqualTo(rows.keySet()).hasSize(1499);
      assertThat(published.equals(rows)).as("and each as it is, too large to be shown").isTrue();
      assertThat(broken.left()).isZero();
    }
  }

  /**
   * Somebody holds the table, and one thread of two tries its only chunk. Fails where the other one
   * says that nothing is wrong, since it has nothing to do.
   */
  @Test
  void shouldSayWhatAChunkWaitsForUntilItIsRead() throws Exception {
    try (TestMigration m =
            new TestMigration(
                    SharedSandbox.postgres18(),
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "INSERT INTO t SELECT generate_series(1, 100)")
                .with("t");
        Connection holder = m.database.connect()) {
      holder.setAutoCommit(false);
      BrokenChunks held = new BrokenChunks(source -> lock(holder), () -> {}, 1);
      m.through(held::of).start();
      m.await(() -> m.status().detail().contains("55P03"));
      long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      m.await(
          () -> {
            assertThat(m.status().detail()).contains("reading a chunk of public.t", "55P03");
            return System.nanoTime() > until;
          });
      holder.commit();
      m.awaitCopied();

      assertThat(m.status().detail()).isEmpty();
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(100);
    }
  }

  private static void lock(Connection holder) {
    try (Statement statement = holder.createStatement()) {
      statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    } catch (SQLException e) {
      throw new IllegalStateException("cannot lock the table", e);
    }
  }
}
