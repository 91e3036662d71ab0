package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.SourceDatabase.RetainedLog;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody writes to the old tables, and others fill the log of their server. */
@Timeout(180)
@Tag("slow")
class QuietSourceTest {

  private static final long MEBIBYTE = 1 << 20;

  /**
   * Fails where {@link CaptureRun} writes no marker when nothing else is written, or where {@link
   * CaptureTerm} confirms only what it has published rows of.
   */
  @Test
  void shouldLetTheServerForgetTheLogOfABusyNeighbour() throws Exception {
    try (PostgresServer server =
            PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe());
        TestMigration m =
            new TestMigration(
                    server, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
                .with("t");
        Database neighbour = server.createDatabase()) {
      m.start().awaitCopied();
      try (Connection connection = neighbour.connect();
          Statement busy = connection.createStatement()) {
        // Open, so that the server has to keep all of it for a while, and the job has to say so.
        connection.setAutoCommit(false);
        busy.execute(
            "CREATE TABLE noise AS SELECT i, repeat('x', 500) FROM generate_series(1, 250000) i");
        m.await(() -> retained(m) > 100 * MEBIBYTE);
        connection.commit();
      }
      Instant ended = Instant.now();
      // A server lets go only where it has noted what runs: here, or by itself every 15 s.
      neighbour.execute("CHECKPOINT");

      m.await(() -> retained(m) < MEBIBYTE);
      assertThat(Duration.between(ended, Instant.now())).isLessThan(Duration.ofSeconds(10));
      assertThat(m.status().changes()).isZero();
      assertThat(m.history("t").rows()).hasSize(1);
    }
  }

  /** As the job says. */
  private static long retained(TestMigration m) {
    return m.status().retainedLog().map(RetainedLog::bytes).orElse(0L);
  }
}
