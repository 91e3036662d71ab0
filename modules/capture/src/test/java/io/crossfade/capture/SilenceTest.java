package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.TcpProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Connections to the source that are cut without a word. The server hears nothing from us and gives
 * up; our side of the connection never hears of it.
 */
@Timeout(180)
@Tag("slow")
class SilenceTest {

  /** When the server gives up. */
  private static final Duration NOTICED = Duration.ofSeconds(1);

  private PostgresServer server;
  private TcpProxy proxy;

  @BeforeEach
  void open() {
    server = PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe());
    proxy = TcpProxy.open();
    proxy.forwardTo(server.port());
  }

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  /** Fails where {@link CaptureRun} does not ask the server whether somebody reads the log. */
  @Test
  void shouldNoticeThatOnlyTheConnectionThatReadsTheLogIsCut() throws Exception {
    try (TestMigration m =
        new TestMigration(server, proxy.port(), "CREATE TABLE t (id int PRIMARY KEY)").with("t")) {
      m.start().awaitCopied();
      m.history("t");
      long terms = m.status().terms();
      Instant cut = Instant.now();
      List<String> ports =
          m.database.query("SELECT client_port FROM pg_stat_replication WHERE state <> 'backup'");
      assertThat(ports).hasSize(1);
      proxy.cut(NOTICED, port -> port == Integer.parseInt(ports.get(0)));
      m.database.execute("INSERT INTO t VALUES (1)");

      m.await(() -> m.status().terms() > terms && m.status().changes() > 0);
      assertThat(Duration.between(cut, Instant.now())).isLessThan(Duration.ofSeconds(50));
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(1);
      assertThat(m.history("t").duplicates()).isEmpty();
    }
  }

  /**
   * Fails where sessions of the source have no socket time-out: the chunks that are being read
   * never end, and the term waits for them.
   */
  @Test
  void shouldGoOnWhenAllIsCutWhileChunksAreRead() throws Exception {
    try (TestMigration m =
        new TestMigration(
                server,
                proxy.port(),
                "CREATE TABLE t (id int PRIMARY KEY, s text)",
                "INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 200000) i",
                "ANALYZE t")
            .with("t")
            .patience(Duration.ofSeconds(120))) {
      m.start();
      m.await(() -> m.status().tables().stream().anyMatch(table -> table.rows() > 0));
      stallWithinAChunk(m.database);
      proxy.cut(NOTICED);
      TimeUnit.MILLISECONDS.sleep(NOTICED.toMillis() + 500); // till the server has heard of it
      proxy.pass();
      m.database.execute("INSERT INTO t VALUES (-1, 'meanwhile')");

      m.awaitCopied();
      assertThat(m.history("t").rows()).hasSize(200_001);
      assertThat(m.history("t").duplicates()).isEmpty();
    }
  }

  /** A chunk is under way, and its rows do not come through. */
  private void stallWithinAChunk(Database database) throws InterruptedException {
    for (boolean within = false; !within; ) {
      proxy.pass();
      TimeUnit.MILLISECONDS.sleep(20); // so that it gets on to another place
      proxy.stall();
      TimeUnit.MILLISECONDS.sleep(200); // what has left the server arrives
      within = !database.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%'").isEmpty();
    }
  }
}
