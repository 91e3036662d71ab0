package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Capture between a real PostgreSQL and a real Kafka: what a reader of the raw topics sees is what
 * the table holds.
 */
@Timeout(180)
class CaptureTest {

  private static final TableId ITEM = new TableId("public", "item");
  private static final int REV = 1;

  private final String migration = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final Names names = new Names(migration);
  private Database database;
  private PostgresSource source;
  private Capture capture;

  @AfterEach
  void close() {
    if (capture != null) {
      capture.close();
      capture = null;
    }
    if (source != null) {
      source.close();
      source = null;
    }
    if (database != null) {
      database.close();
      database = null;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void shouldBringEveryRowAndEveryChangeWhileClientsWrite(int version) throws Exception {
    prepare(version == 15 ? SharedSandbox.postgres15() : SharedSandbox.postgres18());
    fill(20_000);

    try (Writers writers = new Writers(database, 4, 20_000, version)) {
      start(OptionalLong.of(8_000));
      await(() -> capture.status().backfillDone() && writers.commits() > 3_000);
    }

    RawHistory history = historyUpToNow();
    assertThat(history.rows()).isEqualTo(tableRows());
    assertThat(history.stepsBack(REV)).isEmpty();
    assertThat(history.duplicates()).isEmpty();
    CaptureStatus.TableProgress progress = capture.status().tables().get(0);
    assertThat(progress.gaveWay()).as("rows that gave way to newer changes").isPositive();
    assertThat(history.entries)
        .extracting(entry -> entry.provenance().operation())
        .contains(Operation.LOAD, Operation.READ, Operation.INSERT, Operation.UPDATE);
    assertThat(history.byKey().values())
        .as("a row that was loaded is the first record of its key")
        .allMatch(
            records ->
                records.stream()
                    .skip(1)
                    .noneMatch(entry -> entry.provenance().operation() == Operation.LOAD));
  }

  @Test
  void shouldGoOnWhereItWasWhenItIsStoppedAgainAndAgain() throws Exception {
    prepare(SharedSandbox.postgres18());
    fill(20_000);

    try (Writers writers = new Writers(database, 4, 20_000, 7)) {
      for (int i = 0; i < 4; i++) {
        start(OptionalLong.of(6_000));
        long before = writers.commits();
        await(() -> writers.commits() > before + 300);
        capture.close();
      }
      start(OptionalLong.empty());
      await(() -> capture.status().backfillDone());
    }

    RawHistory history = historyUpToNow();
    assertThat(history.rows()).isEqualTo(tableRows());
    assertThat(history.stepsBack(REV)).isEmpty();
    assertThat(history.duplicates()).isEmpty();
  }

  @Test
  @Tag("slow")
  void shouldReadChunksFromAStandbyWithATransactionOpenAndReadsCancelled() throws Exception {
    PostgresOptions options = PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe();
    // What the standby replays soon cancels whatever reads what it takes away.
    PostgresOptions impatient =
        options
            .with("max_standby_streaming_delay", "150ms")
            .with("wal_receiver_status_interval", "100ms");
    try (PostgresServer primary = PostgresServer.start(options);
        PostgresServer standby = PostgresServer.startStandbyOf(primary, impatient)) {
      prepare(primary, Optional.of(standby));
      fill(20_000);
      try (Writers writers = new Writers(database, 4, 20_000, 11);
          Connection late = database.connect()) {
        // Rows that the chunk's snapshot still sees are removed within it, as long as one has to
        // be.
        BooleanSupplier cancelled = () -> conflicts(standby) > 0;
        BrokenChunks cleaned =
            new BrokenChunks(
                source -> {},
                () -> {
                  if (!cancelled.getAsBoolean()) {
                    removeDeadRows(writers);
                  }
                },
                Integer.MAX_VALUE);
        start(cleaned.of(source), OptionalLong.of(6_000));
        await(cancelled);
        update(late, 1);
        await(() -> capture.status().backfillDone());
        late.commit();
      }
      RawHistory history = historyUpToNow();
      assertThat(history.rows()).isEqualTo(tableRows());
      assertThat(history.stepsBack(REV)).isEmpty();
      assertThat(history.duplicates()).isEmpty();

      assertThat(source.replicaLag()).isLessThan(Duration.ofSeconds(5));
      standby.database().query("SELECT pg_wal_replay_pause()");
      await(() -> source.replicaLag().compareTo(Duration.ofSeconds(1)) > 0);
      standby.database().query("SELECT pg_wal_replay_resume()");
      await(() -> source.replicaLag().isZero());
      close();
    }
  }

  private static void update(Connection connection, int id) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE item SET rev = rev + 1, body = 'late' WHERE id = " + id);
    }
  }

  /** Returns when the standby has had the time to cancel what reads them. */
  private void removeDeadRows(Writers writers) {
    try {
      long until = writers.commits() + 200;
      await(() -> writers.commits() > until);
      database.execute("VACUUM item");
      TimeUnit.MILLISECONDS.sleep(400);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long conflicts(PostgresServer standby) {
    return Long.parseLong(
        standby
            .database()
            .query(
                "SELECT confl_snapshot + confl_lock FROM pg_stat_database_conflicts WHERE datname = '"
                    + database.name()
                    + "'")
            .get(0));
  }

  private void prepare(PostgresServer server) {
    prepare(server, Optional.empty());
  }

  private void prepare(PostgresServer server, Optional<PostgresServer> standby) {
    database = server.createDatabase();
    database.execute(Writers.DDL);
    source =
        new PostgresSource(
            new PostgresAddress(database.jdbcUrl(), database.user(), database.password()),
            standby.map(
                s ->
                    new PostgresAddress(
                        s.jdbcUrl(database.name()), database.user(), database.password())),
            migration);
  }

  private void fill(int rows) {
    database.execute(
        "INSERT INTO item SELECT i, 0, 'row ' || i, CASE WHEN i % 10 = 0 THEN"
            + " (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 200) j) END"
            + " FROM generate_series(1, "
            + rows
            + ") i",
        "ANALYZE item");
  }

  private void start(OptionalLong maxRowsPerSecond) {
    start(source, maxRowsPerSecond);
  }

  private void start(SourceDatabase read, OptionalLong maxRowsPerSecond) {
    Table table = source.describe(ITEM).orElseThrow();
    capture =
        new Capture(
            read,
            names,
            List.of(CapturedTable.whole(table)),
            new CaptureSettings(
                Map.of("bootstrap.servers", SharedSandbox.kafka().bootstrapServers()),
                3,
                OptionalInt.of(1),
                2,
                Map.of(),
                CaptureSettings.OnTruncate.FAIL),
            new Throttle(maxRowsPerSecond),
            Clock.systemUTC());
    capture.start();
  }

  private RawHistory historyUpToNow() throws Exception {
    Map<TopicPartition, Long> barrier = capture.barrier().get(60, TimeUnit.SECONDS);
    RowCodec codec = new RowCodec(source.describe(ITEM).orElseThrow());
    return RawHistory.read(
        SharedSandbox.kafka().bootstrapServers(), codec, names.rawTopic(ITEM), barrier);
  }

  private Map<String, Row> tableRows() throws Exception {
    RowCodec codec = new RowCodec(source.describe(ITEM).orElseThrow());
    Map<String, Row> rows = new HashMap<>();
    try (var connection = database.connect();
        var statement = connection.createStatement();
        var found = statement.executeQuery("SELECT id::text, rev::text, body, big FROM item")) {
      while (found.next()) {
        Row row =
            Row.of(found.getString(1), found.getString(2), found.getString(3), found.getString(4));
        rows.put(new String(codec.key(row), StandardCharsets.UTF_8), row);
      }
    }
    return rows;
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    Instant until = Instant.now().plus(Duration.ofSeconds(60));
    while (!condition.getAsBoolean()) {
      CaptureStatus status = capture.status();
      assertThat(status.state()).as(status.toString()).isNotEqualTo(CaptureStatus.State.BLOCKED);
      assertThat(Instant.now()).as("in time; capture says %s", status).isBefore(until);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
