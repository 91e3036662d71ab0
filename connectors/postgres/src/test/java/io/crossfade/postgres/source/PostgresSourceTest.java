package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.BlockedException;
import io.crossfade.core.Check;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.LogListener;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static PostgresServer server(int version) {
    return version == 15 ? SharedSandbox.postgres15() : SharedSandbox.postgres18();
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void shouldReadEveryValueFromTheLogAsFromTheTable(int version) throws Exception {
    // Whatever the database's own settings are, text is canonical.
    open(server(version), EXTREMES);
    database.execute(
        "ALTER DATABASE " + database.name() + " SET DateStyle = 'German'",
        "ALTER DATABASE " + database.name() + " SET TimeZone = 'America/St_Johns'",
        "ALTER DATABASE " + database.name() + " SET bytea_output = 'escape'",
        "ALTER DATABASE " + database.name() + " SET extra_float_digits = -15");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    Recorder recorder = new Recorder();
    try (LogStream stream = source.stream(List.of(table), recorder)) {
      recorder.awaitMarker(source);
      database.execute("INSERT INTO t SELECT id + 1000, " + OTHERS + " FROM t");
      recorder.awaitMarker(source);
    }

    Map<String, Row> fromLog = new java.util.TreeMap<>();
    recorder.changes.forEach(change -> fromLog.put(change.row().get(0), change.row()));
    Map<String, Row> fromTable = new java.util.TreeMap<>();
    for (Row row : readAll(table, beginning)) {
      if (row.get(0).length() == 4) {
        fromTable.put(row.get(0), row);
      }
    }
    assertThat(fromTable).hasSizeGreaterThan(20);
    assertThat(recorder.changes).allMatch(Change::whole);
    assertThat(fromLog).isEqualTo(fromTable);
  }

  private static final String OTHERS =
      "b, i2, i4, i8, n, ns, f4, f8, s, v, c, y, d, tm, ts, tz, u, j, jb";

  /** A row for each extreme; what a row does not speak of is NULL. */
  private static final String[] EXTREMES = {
    "CREATE TABLE t (id int PRIMARY KEY, b boolean, i2 smallint, i4 int, i8 bigint, n numeric, ns numeric(12,2),"
        + " f4 real, f8 double precision, s text, v varchar(30), c char(8), y bytea, d date, tm time,"
        + " ts timestamp, tz timestamptz, u uuid, j json, jb jsonb)",
    "INSERT INTO t (id) VALUES (1)",
    "INSERT INTO t (id, b) VALUES (10, true), (11, false)",
    "INSERT INTO t (id, i2, i4, i8) VALUES (20, -32768, -2147483648, -9223372036854775808),"
        + " (21, 32767, 2147483647, 9223372036854775807)",
    "INSERT INTO t (id, n, ns) VALUES (30, 'NaN', 'NaN'), (31, 'Infinity', NULL), (32, '-Infinity', 0),"
        + " (33, 1.00, -0.5), (34, 0.000, 1e9), (35, 1e300, NULL), (36, 1e-300, NULL),"
        + " (37, 123456789012345678901234567890.123456789, 9999999999.99)",
    "INSERT INTO t (id, f4, f8) VALUES (40, 'NaN', 'NaN'), (41, 'Infinity', '-Infinity'), (42, '-0', '-0'),"
        + " (43, 0.1, 0.1), (44, 1e-45, 5e-324), (45, 3.4028235e38, 1.7976931348623157e308),"
        + " (46, 123456, 123456789012345), (47, 1234567, 1234567890123456), (48, 0.0001, 0.00001),"
        + " (49, 16777216, 5.684341886080802e-14), (50, 1e15, 2e23)",
    "INSERT INTO t (id, s, v, c) VALUES (60, '', '', ''), (61, 'NULL', '\\N', 'a'),"
        + " (62, E'tab\\tnew\\nline\\rback\\\\slash\\b\\f\\v', E'\\\\N', 'abc     '),"
        + " (63, '😀 Größe', 'ß', 'é'), (64, 'value not in the log', 'x', 'x')",
    "INSERT INTO t (id, y) VALUES (70, ''), (71, '\\x00ff10'), (72, 'text')",
    "INSERT INTO t (id, d, ts, tz) VALUES (80, 'infinity', 'infinity', 'infinity'),"
        + " (81, '-infinity', '-infinity', '-infinity'), (82, '0044-03-15 BC', '0044-03-15 12:00:00.5 BC', '0001-01-01 00:00:00+00 BC'),"
        + " (83, '1969-12-31', '1969-12-31 23:59:59.999999', '1900-01-01 00:00:00+00'),"
        + " (84, '12345-06-07', '294276-12-31 23:59:59.999999', '2024-03-10 02:30:00.1+05:30'),"
        + " (85, '4713-01-01 BC', '4713-01-01 00:00:00 BC', '2024-02-29 24:00:00+00')",
    "INSERT INTO t (id, tm) VALUES (90, '00:00:00'), (91, '24:00:00'), (92, '12:34:56.000001')",
    "INSERT INTO t (id, u, j, jb) VALUES"
        + " (95, '00000000-0000-0000-0000-00000000000a', ' {\"b\" : 1,\"a\":[ 1e2]} ', ' {\"b\" : 1,\"a\":[ 1e2]} ')",
  };

  @Test
  void shouldTellThatAnUnchangedLargeValueIsNotInTheLog() throws Exception {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY, small text, large text)",
        "INSERT INTO t SELECT 1, 'a', string_agg(md5(i::text), '') FROM generate_series(1, 500) i");
    Table table = source.describe(T).orElseThrow();
    LogBeginning beginning = source.prepareLog(Set.of(T), Optional.empty());
    Recorder recorder = new Recorder();
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

  @Test
  void shouldTellAKeyChangeAsADeleteAndAnInsert() throws Exception {
    open(
        SharedSandbox.postgres18(),
        "CREATE TABLE t (id int PRIMARY KEY, s text NOT NULL DEFAULT 'd')",
        "INSERT INTO t VALUES (1, 'a')");
    Table table = source.describe(T).orElseThrow();
    source.prepareLog(Set.of(T), Optional.empty());
    Recorder recorder = new Recorder();
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
    Recorder first = new Recorder();
    try (LogStream stream = source.stream(List.of(table), first)) {
      database.execute("INSERT INTO t SELECT generate_series(1, 5)");
      first.awaitMarker(source);
    }
    Recorder second = new Recorder().confirming();
    source.prepareLog(Set.of(T), Optional.of(beginning));
    try (LogStream stream = source.stream(List.of(table), second)) {
      second.awaitMarker(source);
    }
    source.prepareLog(Set.of(T), Optional.of(beginning));
    Recorder third = new Recorder();
    try (LogStream stream = source.stream(List.of(table), third)) {
      third.awaitMarker(source);
    }

    assertThat(first.changes).hasSize(5);
    assertThat(second.changes).hasSize(5);
    assertThat(third.changes).isEmpty();
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
  void shouldSayThatThePasswordIsWrong() {
    open(SharedSandbox.postgres18());
    try (PostgresSource other =
        new PostgresSource(new PostgresAddress(database.jdbcUrl(), "postgres", "wrong"), "other")) {
      assertThatThrownBy(() -> other.check(List.of()))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("password authentication failed");
    }
  }

  private List<Row> readAll(Table table, LogBeginning beginning) {
    List<Row> rows = new ArrayList<>();
    for (Extent extent : source.extents(T)) {
      source.readChunk(table, extent, 0, extent.size(), beginning, (row, since) -> rows.add(row));
    }
    return rows;
  }

  /** Keeps what a stream tells. */
  private static final class Recorder implements LogListener {
    final List<Change> changes = new ArrayList<>();
    private final BlockingQueue<String> markers = new LinkedBlockingQueue<>();
    private boolean confirms;

    Recorder confirming() {
      confirms = true;
      return this;
    }

    /** Waits until all that was committed before has been told. */
    void awaitMarker(PostgresSource source) throws InterruptedException {
      String content = UUID.randomUUID().toString();
      source.mark(content);
      String met = "";
      while (!content.equals(met)) {
        met = markers.poll(60, TimeUnit.SECONDS);
        assertThat(met).as("a marker in time").isNotNull();
      }
    }

    @Override
    public void begin(long transaction) {}

    @Override
    public synchronized void change(Change change) {
      changes.add(change);
    }

    @Override
    public void truncate(TableId table) {}

    @Override
    public void commit(long transaction) {}

    @Override
    public void marker(String content) {
      pending.add(content);
    }

    private final List<String> pending = new ArrayList<>();

    @Override
    public void endOfBatch(Checkpoint end) throws InterruptedException {
      if (confirms) {
        end.confirm();
      }
      markers.addAll(pending);
      pending.clear();
    }
  }
}
