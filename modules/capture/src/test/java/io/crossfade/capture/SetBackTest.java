package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresServer.StopMode;
import io.crossfade.sandbox.PostgresVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The source's past is another one than the one that was read. */
@Timeout(180)
@Tag("slow")
class SetBackTest {

  private static final String[] TABLE = {
    "CREATE TABLE t (id int PRIMARY KEY, s text)",
    "INSERT INTO t SELECT i, 'old' FROM generate_series(1, 100) i"
  };

  /**
   * A standby that is promoted keeps its slots since PostgreSQL 17. Fails where {@code
   * ReplicationLog} does not compare timelines: then it goes on, and what the former primary had
   * beyond the standby stays in the new tables.
   */
  @Test
  void shouldBlockWhenTheServerWritesAnotherTimelineAndGoOnByAResync() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      TestMigration m = new TestMigration(server, TABLE).with("t");
      try {
        m.start().awaitCopied();
        m.history("t");
        // While it runs: it has to wait for the server first, then to look at it anew.
        server.stop(StopMode.FAST);
        server.write("standby.signal", List.of());
        server.start();
        assertThat(server.database().query("SELECT pg_promote()")).containsExactly("t");
        m.database.execute("UPDATE t SET s = 'promoted' WHERE id = 1");

        CaptureStatus blocked = m.awaitBlocked();
        assertThat(blocked.detail())
            .contains("writes timeline 00000002, it was 00000001", "a standby was promoted");
        assertThat(blocked.next()).contains("`crossfade resync`");
        m.resync();
        m.awaitFollowing();
        m.awaitCopied();
        assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
      } finally {
        m.stop();
        m.source.close();
      }
    }
  }

  /**
   * Fails where {@code ReplicationLog} does not hold the log's end against what was read: the new
   * tables keep rows that the source has not, and the log's next part is taken for known.
   */
  @Test
  void shouldBlockWhenTheServerWasSetBackAndGoOnByAResync() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      String data = server.data().toString();
      String backup = data + ".backup";
      TestMigration m = new TestMigration(server, TABLE).with("t");
      try {
        m.start().awaitCopied();
        m.history("t");
        m.stop();
        server.stop(StopMode.FAST);
        run("cp", "-a", data, backup);
        server.start();
        m.awaitSource();
        m.start();
        m.database.execute(
            "DELETE FROM t WHERE id <= 50",
            "INSERT INTO t SELECT i, 'lost' FROM generate_series(101, 9999) i");
        assertThat(m.history("t").rows()).hasSize(9949);
        m.stop();
        server.stop(StopMode.FAST);
        run("rm", "-r", data);
        run("mv", backup, data);
        server.start();
        m.awaitSource();

        m.start();
        CaptureStatus blocked = m.awaitBlocked();
        assertThat(blocked.detail())
            .contains("the source's log ends at", "before what was read", "was set back");
        assertThat(blocked.next()).contains("`crossfade resync`");
        m.resync();
        m.awaitFollowing();
        m.awaitCopied();
        assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(100);
      } finally {
        m.stop();
        m.source.close();
      }
    }
  }

  /** With its owner, who need not be ours. */
  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
