package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.capture.CaptureSettings.OnTruncate;
import io.crossfade.core.table.Operation;
import io.crossfade.sandbox.SharedSandbox;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A TRUNCATE of an old table. */
@Timeout(180)
@Tag("slow")
class TruncateTest {

  private static final String[] TABLES = {
    "CREATE TABLE t (id int PRIMARY KEY, s text)",
    "CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t)",
    "INSERT INTO t SELECT i, 'a' FROM generate_series(1, 1000) i",
    "INSERT INTO child SELECT i, i FROM generate_series(1, 200) i"
  };

  private static TestMigration migration() {
    return new TestMigration(SharedSandbox.postgres18(), TABLES)
        .with("t")
        .with("child")
        .truncates(OnTruncate.APPLY);
  }

  /** Fails where tombstones are not written, or written for keys that a later event has brought. */
  @Test
  void shouldDeleteEachRowInTheOrderOfTheLog() throws Exception {
    try (TestMigration m = migration()) {
      m.start().awaitCopied();
      m.database.execute(
          "INSERT INTO t VALUES (2000, 'before')",
          "BEGIN; INSERT INTO t VALUES (2001, 'within, before'); TRUNCATE t CASCADE;"
              + " INSERT INTO t VALUES (1, 'within, after'); COMMIT",
          "INSERT INTO t VALUES (2, 'after')");

      RawHistory history = m.history("t");
      assertThat(history.rows()).isEqualTo(m.rows("t")).hasSize(2);
      assertThat(m.history("child").rows()).isEmpty();
      assertThat(operations(history, 2000)).containsExactly(Operation.INSERT, Operation.DELETE);
      assertThat(operations(history, 2001)).containsExactly(Operation.INSERT, Operation.DELETE);
      assertThat(operations(history, 1))
          .containsExactly(Operation.LOAD, Operation.DELETE, Operation.INSERT);
      assertThat(operations(history, 3)).containsExactly(Operation.LOAD, Operation.DELETE);

      m.stop();
      m.start().awaitCopied();
      assertThat(operations(m.history("t"), 3)).hasSize(2);
    }
  }

  private static List<Operation> operations(RawHistory history, int id) {
    return history.byKey().get("{\"id\":\"" + id + "\"}").stream()
        .map(entry -> entry.provenance().operation())
        .toList();
  }

  /**
   * The TRUNCATE waits for the locks of chunks that are being read, so they are on their way when
   * it comes: fails where the copy goes on as it was.
   */
  @Test
  void shouldNotBringRowsBackThatWereReadBeforeIt() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (TestMigration m = migration()) {
        m.database.execute("INSERT INTO t SELECT i, 'a' FROM generate_series(2001, 120000) i");
        m.start();
        long wanted = 2_000L * i;
        m.await(
            () ->
                m.status().tables().stream().mapToLong(CaptureStatus.TableProgress::rows).sum()
                    > wanted);
        m.database.execute("BEGIN; TRUNCATE t CASCADE; INSERT INTO t VALUES (7, 'after'); COMMIT");
        m.awaitCopied();

        assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(1);
      }
    }
  }

  /** Fails where the copy ends with it, and a chunk that was read before is published. */
  @Test
  void shouldDropAChunkThatWasReadBeforeItAndIsMetAfterIt() throws Exception {
    LateMarkers late = new LateMarkers();
    try (TestMigration m =
        new TestMigration(SharedSandbox.postgres18(), TABLES)
            .with("t")
            .truncates(OnTruncate.APPLY)
            .through(late::of)) {
      m.start();
      late.awaitRead();
      m.database.execute("BEGIN; TRUNCATE t CASCADE; INSERT INTO t VALUES (7, 'after'); COMMIT");
      assertThat(m.history("t").rows()).as("it has been met").hasSize(1);
      late.write();

      m.awaitCopied();
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(1);
    }
  }

  /** Fails where the event counts as published before all tombstones are. */
  @Test
  void shouldGiveEachKeyOneTombstoneWhateverIsStoppedWhen() throws Exception {
    try (TestMigration m = migration()) {
      m.database.execute("INSERT INTO t SELECT i, 'a' FROM generate_series(2001, 40000) i");
      m.start().awaitCopied();
      m.database.execute("TRUNCATE t CASCADE", "INSERT INTO t VALUES (5, 'after')");
      for (int i = 0; i < 2; i++) {
        // A part of the tombstones is committed then, and many are not.
        m.await(() -> m.status().changes() > 5_500);
        m.stop();
        m.start();
      }
      RawHistory history = m.history("t");

      assertThat(history.rows()).isEqualTo(m.rows("t")).hasSize(1);
      assertThat(history.byKey().values())
          .allMatch(records -> records.stream().filter(entry -> entry.row() == null).count() == 1);
    }
  }

  /** Fails where an order to resync does not lift it, or the event comes back after it. */
  @Test
  void shouldBlockUnlessToldOtherwiseAndGoOnByAResync() throws Exception {
    try (TestMigration m = migration().truncates(OnTruncate.FAIL)) {
      m.start().awaitCopied();
      m.database.execute(
          "INSERT INTO t VALUES (3000, 'before')",
          "TRUNCATE t CASCADE",
          "INSERT INTO t VALUES (3001, 'after')");
      CaptureStatus blocked = m.awaitBlocked();
      assertThat(blocked.detail()).contains("was truncated at the source");
      assertThat(blocked.next()).contains("crossfade resync --table public.");

      m.resync("t", "child");
      m.awaitFollowing();
      m.awaitCopied();
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(1);
      assertThat(m.history("child").rows()).isEmpty();
      m.stop();
      m.start().awaitCopied();
      m.database.execute("UPDATE t SET s = 'later'");
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
    }
  }
}
