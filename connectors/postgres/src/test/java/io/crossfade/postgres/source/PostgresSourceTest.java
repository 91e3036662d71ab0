package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.BlockedException;
import io.crossfade.core.Check;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase.ChunkRead;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PostgresSourceTest {

  private static final TableId T = new TableId("public", "t");

  private final String migration = "s" + UUID.randomUUID().toString().substring(0, 8);
  private Database database;
  private PostgresSource source;

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
    if (database != null) {
      database.close();
    }
  }

  private void open(PostgresServer server, String... sql) {
    database = server.createDatabase();
    database.execute(sql);
    source =
        new PostgresSource(
            new PostgresAddress(database.jdbcUrl(), database.user(), database.password()),
            migration);
  }

  @Test
  void shouldTellThatAnUnchangedLargeValueIsNotInTheLog() throws Exception {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY, small text, large text)",
        "INSERT INTO t SELECT 1, 'a', string_agg(md5(i::text), '') FROM generate_series(1, 500) i");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    LogRecorder recorder = new LogRecorder();
    try (LogStream stream = source.stream(List.of(table), recorder)) {
      database.execute("UPDATE t SET small = 'b'", "UPDATE t SET small = 'c', large = 'short'");
      recorder.awaitMarker(source);
    }

    assertThat(recorder.changes).extracting(Change::whole).containsExactly(false, true);
    assertThat(recorder.changes.get(0).row().get(0)).isEqualTo("1");

    List<Row> read = new ArrayList<>();
    Snapshot snapshot =
        source.readKeys(
            table,
            List.of(Row.of("1", null, null), Row.of("2", null, null)),
            (row, since) -> read.add(row));
    assertThat(read).containsExactly(Row.of("1", "c", "short"));
    assertThat(snapshot.includes(recorder.changes.get(1).transaction())).isTrue();
    assertThat(beginning.before()).isNotEmpty();
  }

  /** Fails where the delete of the former key is passed over. */
  @Test
  void shouldTellAKeyChangeAsADeleteAndAnInsert() throws Exception {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY, s text NOT NULL DEFAULT 'd')",
        "INSERT INTO t VALUES (1, 'a')");
    Table table = source.describe(T).orElseThrow();
    source.prepareLog(Set.of(T), Optional.empty());
    LogRecorder recorder = new LogRecorder();
    try (LogStream stream = source.stream(List.of(table), recorder)) {
      database.execute("UPDATE t SET id = 2");
      recorder.awaitMarker(source);
    }

    assertThat(recorder.changes)
        .extracting(Change::operation)
        .containsExactly(Operation.DELETE, Operation.INSERT);
    assertThat(recorder.changes.get(0).row()).isEqualTo(Row.of("1", null));
    assertThat(recorder.changes.get(1).row()).isEqualTo(Row.of("2", "a"));
  }

  @Test
  void shouldSendWholeTransactionsAgainThatWereNotConfirmed() throws Exception {
    open(SharedSandbox.postgres18(), "CREATE TABLE t (id int PRIMARY KEY)");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    LogRecorder first = new LogRecorder();
    try (LogStream stream = source.stream(List.of(table), first)) {
      database.execute("INSERT INTO t SELECT generate_series(1, 5)");
      first.awaitMarker(source);
    }
    LogRecorder second = new LogRecorder().confirming();
    source.prepareLog(Set.of(T), Optional.of(beginning));
    try (LogStream stream = source.stream(List.of(table), second)) {
      second.awaitMarker(source);
    }
    source.prepareLog(Set.of(T), Optional.of(beginning));
    LogRecorder third = new LogRecorder();
    try (LogStream stream = source.stream(List.of(table), third)) {
      third.awaitMarker(source);
    }

    assertThat(first.changes).hasSize(5);
    assertThat(second.changes).hasSize(5);
    assertThat(third.changes).isEmpty();
  }

  /**
   * Whenever it is closed: Debezium refuses it while it connects. Fails where that is taken for its
   * having ended.
   */
  @Test
  void shouldEndThoughItIsClosedWhileItStarts() throws Exception {
    open(SharedSandbox.postgres18(), "CREATE TABLE t (id int PRIMARY KEY)");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    for (int millis = 0; millis <= 600; millis += 40) {
      LogStream stream = source.stream(List.of(table), new LogRecorder());
      TimeUnit.MILLISECONDS.sleep(millis); // no condition: each place of its start
      stream.close();
      source.prepareLog(Set.of(T), Optional.of(beginning));
      LogRecorder next = new LogRecorder();
      try (LogStream again = source.stream(List.of(table), next)) {
        next.awaitMarker(source);
      }
    }
  }

  @Test
  void shouldNotSettleWhileACommitWaitsForAStandbyThatNeverAnswers() throws Exception {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      open(server, "CREATE TABLE t (id int PRIMARY KEY)");
      server.set(Map.of("synchronous_standby_names", "ghost"));
      Thread writer = new Thread(() -> database.execute("INSERT INTO t VALUES (1)"));
      writer.start();
      awaitSyncWait(server);

      String line = source.line();

      assertThat(source.settled(line).done()).isFalse();
      assertThat(source.settled(line).waitingFor()).contains("SyncRep");
      assertThat(source.snapshot().toString()).isNotEmpty();

      server.set(Map.of("synchronous_standby_names", ""));
      writer.join();
      assertThat(source.settled(line).done()).isTrue();
      source.close();
      database = null;
    }
  }

  private static void awaitSyncWait(PostgresServer server) throws Exception {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      boolean waits = false;
      while (!waits) {
        try (var rows =
            statement.executeQuery(
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")) {
          rows.next();
          waits = rows.getBoolean(1);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /**
   * Fails where a slot that is there, but is gone when who makes it is ended, has to be dropped.
   */
  @Test
  void shouldRemoveALogThatIsStillBeingMade() throws Exception {
    open(SharedSandbox.postgres18(), "CREATE TABLE t (id int PRIMARY KEY)");
    try (Connection writer = database.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      // A slot waits for each transaction that has an id.
      statement.execute("INSERT INTO t VALUES (1)");
      CompletableFuture<Void> making =
          CompletableFuture.runAsync(() -> source.prepareLog(Set.of(T), Optional.empty()));
      String slots = "SELECT FROM pg_replication_slots WHERE slot_name = '" + source.slot() + "'";
      while (database.query(slots).isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      source.removeLog();
      assertThat(database.query(slots)).isEmpty();
      assertThatThrownBy(making::join).hasCauseInstanceOf(SourceException.class);
      writer.rollback();
    }
  }

  @Test
  void shouldEndAChunkWhereTheSinkIsFullAndGoOnBehindIt() {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t SELECT generate_series(1, 1000)");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    Extent extent = source.extents(T).get(0);
    List<String> ids = new ArrayList<>();
    long from = 0;
    while (from < extent.size()) {
      List<String> chunk = new ArrayList<>();
      ChunkRead read =
          source.readChunk(
              table,
              extent,
              from,
              extent.size(),
              beginning,
              (row, since) -> {
                chunk.add(row.get(0));
                return chunk.size() < 70;
              });
      assertThat(read.moved()).isFalse();
      from = read.end();
      ids.addAll(chunk);
    }

    assertThat(ids).hasSize(1000).doesNotHaveDuplicates();
  }

  /** Fails where files are not compared. */
  @Test
  void shouldSayThatRowsWereMovedWhenTheTableWasRewritten() {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t SELECT generate_series(1, 1000)");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    Extent extent = source.extents(T).get(0);
    database.execute("VACUUM FULL t");

    ChunkRead read =
        source.readChunk(table, extent, 0, extent.size(), beginning, (row, since) -> true);

    assertThat(read.moved()).isTrue();
  }

  @Test
  void shouldBlockWhenAColumnHasChangedItsType() {
    open(SharedSandbox.postgres18(), "CREATE TABLE t (id int PRIMARY KEY, s varchar(10))");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    database.execute("ALTER TABLE t ALTER s TYPE varchar(20)");
    Extent extent = source.extents(T).get(0);

    assertThatThrownBy(() -> source.readChunk(table, extent, 0, 1, beginning, (row, since) -> true))
        .isInstanceOf(BlockedException.class)
        .hasMessageContaining(
            "column s is now character varying(20), it was character varying(10)");
  }

  @Test
  void shouldKnowWhichRowsNoEventOfTheLogCanSpeakOf() {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t SELECT generate_series(1, 3)");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    database.execute("INSERT INTO t VALUES (4)", "UPDATE t SET id = 5 WHERE id = 2");
    List<String> old = new ArrayList<>();
    List<String> recent = new ArrayList<>();
    Extent extent = source.extents(T).get(0);
    source.readChunk(
        table,
        extent,
        0,
        extent.size(),
        beginning,
        (row, since) -> (since ? recent : old).add(row.get(0)));

    assertThat(old).containsExactlyInAnyOrder("1", "3");
    assertThat(recent).containsExactlyInAnyOrder("4", "5");
  }

  @Test
  void shouldLetOnlyOneLead() {
    open(SharedSandbox.postgres18());
    try (var first = source.lead().orElseThrow()) {
      assertThat(source.lead()).isEmpty();
      assertThat(first.holds()).isTrue();
    }
    source.lead().orElseThrow().close();
  }

  @Test
  void shouldBlockWhenTheSlotIsGone() {
    open(SharedSandbox.postgres18(), "CREATE TABLE t (id int PRIMARY KEY)");
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    database.execute("SELECT pg_drop_replication_slot('" + source.slot() + "')");

    assertThatThrownBy(() -> source.prepareLog(Set.of(T), Optional.of(beginning)))
        .isInstanceOf(BlockedException.class)
        .hasMessageContaining("is gone");
  }

  @Test
  void shouldSayWhatTablesLack() {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE no_key (id int)",
        "CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)",
        "CREATE TABLE by_index (id int PRIMARY KEY, u int NOT NULL UNIQUE)",
        "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_u_key",
        "CREATE TABLE nothing (id int PRIMARY KEY)",
        "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
        "CREATE TABLE good (id int PRIMARY KEY)");

    assertThat(fails("no_key")).contains("has no primary key");
    assertThat(fails("unlogged")).contains("is unlogged");
    assertThat(fails("by_index")).contains("USING INDEX");
    assertThat(fails("nothing")).contains("NOTHING");
    assertThat(fails("absent")).contains("is not there");
    assertThat(source.check(List.of(new TableId("public", "good"))))
        .allMatch(check -> check.level() == Check.Level.OK);
  }

  private String fails(String table) {
    return source.check(List.of(new TableId("public", table))).stream()
        .filter(check -> check.level() == Check.Level.FAIL)
        .map(Check::found)
        .findFirst()
        .orElse("");
  }

  @Test
  void shouldSayWhatTheServerLacks() {
    try (PostgresServer server =
        PostgresServer.start(
            PostgresOptions.of(PostgresVersion.V18)
                .fastAndUnsafe()
                .with("wal_level", "replica")
                .with("max_replication_slots", "0"))) {
      open(server);

      assertThat(source.check(List.of()))
          .filteredOn(check -> check.level() == Check.Level.FAIL)
          .extracting(Check::id)
          .containsExactlyInAnyOrder("source.wal-level", "source.slots");
      source.close();
      database = null;
    }
  }

  @Test
  void shouldSayHowMuchLogIsKeptAndAtWhatItIsGivenUp() {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      open(server, "CREATE TABLE t (id int PRIMARY KEY)");
      source.prepareLog(Set.of(T), Optional.empty());
      long before = source.retainedLog().bytes();
      database.execute("INSERT INTO t SELECT generate_series(1, 10000)");

      assertThat(source.retainedLog().bytes()).isGreaterThan(before + 100_000);
      assertThat(source.retainedLog().limit()).isEmpty();

      server.set(Map.of("max_slot_wal_keep_size", "3GB"));
      assertThat(source.retainedLog().limit()).hasValue(3L << 30);
      source.close();
      database = null;
    }
  }

  @Test
  void shouldSayThatThePasswordIsWrong() {
    open(SharedSandbox.postgres18());
    try (PostgresSource other =
        new PostgresSource(new PostgresAddress(database.jdbcUrl(), "postgres", "wrong"), "other")) {
      assertThatThrownBy(() -> other.check(List.of()))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("password authentication failed");
    }
  }
}
