package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Operation;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows that are published again because somebody asks for it. */
@Timeout(180)
@Tag("slow")
class SendAgainTest {

  private static final int REV = 1;
  private static final int KEYS = 60;

  /** Fails where a row, or its delete, is published although a newer change has been. */
  @Test
  void shouldNeverHideANewerChangeWhileClientsWriteTheVeryRows() throws Exception {
    try (TestMigration m =
        new TestMigration(SharedSandbox.postgres18(), Writers.DDL).with("item")) {
      m.start().awaitCopied();
      List<String> keys =
          LongStream.concat(
                  LongStream.rangeClosed(1, KEYS), LongStream.rangeClosed(1_000_001, 1_000_064))
              .mapToObj(Long::toString)
              .toList();
      long rows = 0;
      long deletes = 0;
      long gaveWay = 0;
      int interrupted = 0;
      try (Writers writers = new Writers(m.database, 4, KEYS, 3)) {
        for (int round = 0; round < 60; round++) {
          if (round % 20 == 19) {
            m.stop();
            m.start().awaitCopied();
          }
          try {
            SentAgain sent = m.sendAgain("item", keys).get(60, TimeUnit.SECONDS);
            assertThat(sent.left()).isEmpty();
            rows += sent.rows();
            deletes += sent.deletes();
            gaveWay += sent.gaveWay();
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(SourceException.class);
            interrupted++;
            TimeUnit.MILLISECONDS.sleep(200);
          }
        }
        m.sendAgain("item", keys).get(60, TimeUnit.SECONDS);
      }
      assertThat(interrupted).isLessThan(50);
      RawHistory history = m.history("item");
      assertThat(history.rows()).isEqualTo(m.rows("item"));
      assertThat(history.stepsBack(REV)).isEmpty();
      assertThat(history.duplicates()).isEmpty();
      assertThat(rows).isPositive();
      assertThat(deletes).isPositive();
      assertThat(gaveWay).as("that gave way to newer changes").isPositive();
    }
  }

  /** Fails where it suffices that the read comes later than what was streamed. */
  @Test
  void shouldNotTakeARowFromBeforeACommitThatTheSourceDoesNotShowYet() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      try (TestMigration m =
          new TestMigration(
                  server,
                  "CREATE TABLE t (id int PRIMARY KEY, s text)",
                  "INSERT INTO t SELECT i, 'old' FROM generate_series(1, 10) i")
              .with("t")) {
        m.start().awaitCopied();
        server.set(Map.of("synchronous_standby_names", "ghost"));
        Thread writer =
            new Thread(() -> m.database.execute("UPDATE t SET s = 'new' WHERE id <= 5"));
        writer.start();
        try {
          m.await(() -> m.status().changes() >= 5);
          assertThat(m.database.query("SELECT s FROM t WHERE id = 1")).containsExactly("old");

          var answer = m.sendAgain("t", List.of("1", "7", "11"));
          assertThat(answer)
              .failsWithin(60, TimeUnit.SECONDS)
              .withThrowableOfType(ExecutionException.class)
              .withMessageContaining("does not show");
        } finally {
          // Nothing could be dropped while it waits.
          server.set(Map.of("synchronous_standby_names", ""));
          writer.join();
        }
        assertThat(m.sendAgain("t", List.of("1", "7", "11")).get(60, TimeUnit.SECONDS))
            .isEqualTo(new SentAgain(2, 1, 0, List.of()));
        RawHistory history = m.history("t");
        assertThat(history.rows()).isEqualTo(m.rows("t"));
        assertThat(history.byKey().get("{\"id\":\"1\"}"))
            .extracting(entry -> entry.row().get(1))
            .containsExactly("old", "new", "new");
        assertThat(history.byKey().get("{\"id\":\"11\"}"))
            .extracting(entry -> entry.provenance().operation())
            .containsExactly(Operation.DELETE);
      }
    }
  }

  /** Fails where what a read that ended early has not found counts as deleted. */
  @Test
  void shouldSayWhatIsLeftWhereRowsAreLarge() throws Exception {
    try (TestMigration m =
        new TestMigration(
                SharedSandbox.postgres18(),
                "CREATE TABLE t (id int PRIMARY KEY, s text)",
                "INSERT INTO t SELECT i, repeat('x', 3000000) FROM generate_series(1, 8) i")
            .with("t")) {
      m.start().awaitCopied();
      List<String> keys = IntStream.rangeClosed(1, 8).mapToObj(Integer::toString).toList();
      SentAgain sent = m.sendAgain("t", keys).get(60, TimeUnit.SECONDS);
      assertThat(sent.rows()).isBetween(1L, 7L);
      assertThat(sent.deletes()).isZero();
      assertThat(sent.left()).hasSize((int) (8 - sent.rows()));
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
    }
  }
}
