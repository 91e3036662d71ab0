package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A table is copied again into the raw topic that has its rows. */
@Timeout(180)
@Tag("slow")
class ResyncTest {

  private static final int KEYS = 10_000;

  private static TestMigration migration(PostgresServer server) {
    TestMigration m = new TestMigration(server, Writers.DDL).with("item");
    m.database.execute(
        "INSERT INTO item SELECT i, 0, 'row ' || i, CASE WHEN i % 10 = 0 THEN"
            + " (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 200) j) END"
            + " FROM generate_series(1, "
            + KEYS
            + ") i",
        "ANALYZE item",
        // An event that a resync drops may be a delete; so a key that comes again must not begin at
        // 0.
        "CREATE SEQUENCE revisions",
        "CREATE FUNCTION next_revision() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN NEW.rev := nextval(''revisions''); RETURN NEW; END'",
        "CREATE TRIGGER revise BEFORE INSERT OR UPDATE ON item"
            + " FOR EACH ROW EXECUTE FUNCTION next_revision()");
    return m;
  }

  /** Fails where a resync is a first copy, which leaves what was deleted meanwhile. */
  @Test
  void shouldEndWithWhatTheTableHoldsWhileClientsWriteAndItIsStopped() throws Exception {
    try (TestMigration m = migration(SharedSandbox.postgres18())) {
      try (Writers writers = new Writers(m.database, 4, KEYS, 5)) {
        m.start().awaitCopied();
        m.resync("item");
        for (int i = 0; i < 4; i++) {
          long before = writers.commits();
          m.await(() -> writers.commits() > before + 200);
          m.stop();
          m.start(OptionalLong.of(6_000));
        }
        m.stop();
        m.start();
      }
      // Clients that write as fast as they can may well be faster than what shares their cores.
      m.awaitCopied();
      RawHistory history = m.history("item");
      assertThat(history.rows()).isEqualTo(m.rows("item"));
      assertThat(history.stepsBack(1)).isEmpty();
      assertThat(history.duplicates()).isEmpty();
    }
  }

  /** Fails where extras get no tombstones: nobody tells of what was deleted without a slot. */
  @Test
  void shouldBlockWhenTheServerHasGivenTheSlotUpAndFindWhatWasDeletedMeanwhile() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(
            PostgresOptions.of(PostgresVersion.V18)
                .fastAndUnsafe()
                .with("max_slot_wal_keep_size", "16MB")
                .with("max_wal_size", "32MB"))) {
      TestMigration m = migration(server);
      try {
        m.start().awaitCopied();
        m.history("item");
        m.stop();
        m.database.execute(
            "DELETE FROM item WHERE id % 3 = 0",
            "UPDATE item SET id = id + 50000, rev = rev + 1 WHERE id % 7 = 0",
            "CREATE TABLE noise AS SELECT i, repeat('x', 500) FROM generate_series(1, 150000) i",
            "CHECKPOINT");
        m.database.execute("SELECT pg_switch_wal()", "CHECKPOINT");
        m.start();
        assertThat(m.awaitBlocked().detail()).contains("has lost log").contains("wal_status");

        m.resync();
        m.awaitFollowing();
        m.awaitCopied();
        RawHistory history = m.history("item");
        assertThat(history.rows()).isEqualTo(m.rows("item"));
        assertThat(m.rows("item")).isNotEmpty();
        m.database.execute("UPDATE item SET body = 'after'");
        assertThat(m.history("item").rows()).isEqualTo(m.rows("item"));
      } finally {
        m.stop();
        m.source.close();
      }
    }
  }

  /** Fails where the backfill is not held, or nobody says that there is little left. */
  @Test
  void shouldHoldTheBackfillBeforeTheServerGivesTheSlotUp() throws Exception {
    Throttle throttle = new Throttle(OptionalLong.empty());
    LogWatch watch = new LogWatch(throttle);
    watch.observe(log(40));
    assertThat(throttle.stopped()).isEmpty();
    watch.observe(log(74));
    assertThat(throttle.stopped()).isEmpty();
    watch.observe(log(76));
    assertThat(throttle.stopped().orElse(""))
        .contains("the source keeps 76 MiB of log for us, of at most 100 MiB");
    watch.observe(log(60));
    assertThat(throttle.stopped()).isPresent();
    watch.observe(log(49));
    assertThat(throttle.stopped()).isEmpty();

    try (PostgresServer server =
        PostgresServer.start(
            PostgresOptions.of(PostgresVersion.V18)
                .fastAndUnsafe()
                .with("max_slot_wal_keep_size", "64MB"))) {
      TestMigration m = migration(server);
      try (Connection open = m.database.connect();
          Statement late = open.createStatement()) {
        m.database.execute(
            "INSERT INTO item SELECT i, 0, 'more' FROM generate_series(100000, 200000) i");
        m.start(OptionalLong.of(500));
        m.await(() -> m.status().tables().stream().anyMatch(table -> table.chunks() > 0));
        // An open transaction keeps the log from being given back.
        open.setAutoCommit(false);
        late.execute("INSERT INTO item VALUES (77777, 0, 'late', NULL)");
        m.database.execute(
            "CREATE TABLE noise AS SELECT i, repeat('x', 500) FROM generate_series(1, 95000) i");
        m.await(() -> m.status().detail().contains("of log for us, of at most 64 MiB"));
        assertThat(m.throttle().stopped()).isPresent();
        open.commit();
        m.await(() -> m.throttle().stopped().isEmpty());
      } finally {
        m.stop();
        m.source.close();
      }
    }
  }

  private static io.crossfade.core.source.SourceDatabase.RetainedLog log(long mebibytes) {
    return new io.crossfade.core.source.SourceDatabase.RetainedLog(
        mebibytes << 20, OptionalLong.of(100L << 20), true);
  }

  /**
   * More rows wait to be read again than may: fails where all are remembered, or where they are
   * forgotten without the table's being copied again.
   */
  @Test
  void shouldCopyATableAgainWhenTooManyOfItsRowsWaitToBeReadAgain() throws Exception {
    try (TestMigration m = migration(SharedSandbox.postgres18()).rereads(200)) {
      m.start().awaitCopied();
      m.history("item");
      try (Writers writers = new Writers(m.database, 2, KEYS, 9)) {
        m.database.execute("UPDATE item SET rev = rev + 1, body = 'all' WHERE id % 10 = 0");
        m.await(() -> writers.commits() > 500);
      }
      RawHistory history = m.history("item");

      assertThat(history.rows()).isEqualTo(m.rows("item"));
      assertThat(history.stepsBack(1)).isEmpty();
      assertThat(m.status().tables().get(0).chunks()).isPositive();
      m.stop();
      m.start().awaitCopied();
      assertThat(m.history("item").rows()).isEqualTo(m.rows("item"));
    }
  }

  /**
   * What a transaction has done before the table was published is not in the log, though it commits
   * long after. Fails where the publication stays as it was, and where the new table's copy does
   * not wait for such a transaction, since the slot is an old one.
   */
  @Test
  void shouldTakeUpATableThatIsAddedLater() throws Exception {
    try (TestMigration m = migration(SharedSandbox.postgres18())) {
      m.database.execute(
          "CREATE TABLE added (id int PRIMARY KEY, s text)",
          "INSERT INTO added SELECT i, 'old' FROM generate_series(1, 3000) i");
      try (Writers writers = new Writers(m.database, 2, KEYS, 3);
          Connection open = m.database.connect();
          Statement late = open.createStatement()) {
        m.start().awaitCopied();
        m.database.execute("UPDATE added SET s = 'before' WHERE id % 5 = 0");
        m.stop();
        open.setAutoCommit(false);
        late.execute("INSERT INTO added VALUES (5000, 'begun before')");
        m.with("added").start();
        m.await(() -> m.status().detail().contains("open for") || m.status().backfillDone());
        open.commit();
        for (int i = 1; i <= 20; i++) {
          m.database.execute("UPDATE added SET s = 'during' WHERE id % 50 = " + i);
          TimeUnit.MILLISECONDS.sleep(10); // spread over the copy
        }
        m.awaitCopied();
        m.await(() -> writers.commits() > 200);
      }
      m.database.execute(
          "UPDATE added SET s = 'after' WHERE id % 7 = 0", "DELETE FROM added WHERE id % 11 = 0");
      assertThat(m.history("added").rows()).isEqualTo(m.rows("added"));
      assertThat(m.history("item").rows()).isEqualTo(m.rows("item"));
      assertThat(m.history("item").duplicates()).isEmpty();
    }
  }

  /** Fails where a row is refused that fits, or one is sent that Kafka would refuse. */
  @Test
  void shouldCarryARowOf31MebibytesAndBlockOnOneOf33ByChunkAndByLog() throws Exception {
    try (TestMigration m =
        new TestMigration(
                SharedSandbox.postgres18(),
                "CREATE TABLE t (id int PRIMARY KEY, s text)",
                "INSERT INTO t VALUES (1, repeat('x', 31 * 1024 * 1024))")
            .with("t")) {
      m.start().awaitCopied();
      m.database.execute("INSERT INTO t VALUES (2, repeat('y', 31 * 1024 * 1024))");
      assertThat(m.history("t").rows().keySet()).hasSize(2);

      m.database.execute("INSERT INTO t VALUES (3, repeat('z', 33 * 1024 * 1024))");
      CaptureStatus blocked = m.awaitBlocked();
      assertThat(blocked.detail())
          .contains("row public.t {\"id\":\"3\"} has 346")
          .contains("33554432");
      assertThat(blocked.next()).contains("crossfade resync --table public.t");
      // Ordered too early: the chunk meets it now.
      m.resync("t");
      m.awaitTriedAgain();
      assertThat(m.awaitBlocked().detail()).contains("{\"id\":\"3\"}");

      m.database.execute("UPDATE t SET s = 'small' WHERE id = 3");
      m.resync("t");
      m.awaitFollowing();
      m.awaitCopied();
      assertThat(m.history("t").rows().get("{\"id\":\"3\"}").get(1)).isEqualTo("small");
      assertThat(List.copyOf(Map.copyOf(m.rows("t")).keySet())).hasSize(3);
    }
  }
}
