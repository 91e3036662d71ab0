package io.crossfade.postgres.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.core.target.TopicIdentity;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTargetTest {

  private static final String GROUP = "crossfade.m.apply";
  private static final InputPartition P0 = new InputPartition("raw", 0);
  private static final InputPartition P1 = new InputPartition("raw", 1);
  private static final TopicIdentity TOPIC = new TopicIdentity("id", 2);

  private Database database;
  private PostgresTarget target;
  private TargetSession session;

  @BeforeEach
  void open() {
    database = SharedSandbox.postgres18().createDatabase();
    target = target();
    target.prepare();
    session = target.open(GROUP, "producer-1");
  }

  private PostgresTarget target() {
    return PostgresTarget.of(database.jdbcUrl(), database.user(), database.password());
  }

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  // Rows

  /** Values that are hard to quote, at the edges, or printed in more than one way. */
  @ParameterizedTest
  @ValueSource(strings = {"upsert", "copy"})
  void shouldWriteEveryValueAsItWasPrinted(String way) {
    database.execute(
        "CREATE TYPE mood AS ENUM ('so, so', 'it''s \"ok\"')",
        "CREATE DOMAIN short AS varchar(5)",
        """
        CREATE TABLE t (
          id bigint PRIMARY KEY, a boolean, b smallint, c integer, d bigint, e numeric,
          f numeric(12,2), g real, h double precision, i text, j varchar(30), k char(5), l bytea,
          m date, n time, o timestamp, p timestamptz, q uuid, r json, s jsonb, t interval,
          u integer[], v mood, w short, x bit(3), y varbit(5), z int4range, aa inet, bb text[])
        """);
    List<Row> rows =
        List.of(
            Row.of(
                "1",
                "t",
                "-32768",
                "2147483647",
                "-9223372036854775808",
                "NaN",
                "12.30",
                "-0",
                "5e-324",
                "a\tb\nc\\d\"e'{},NULL \\N\r",
                "é𝄞",
                "ab   ",
                "\\x00ff5c",
                "infinity",
                "24:00:00",
                "0044-03-15 00:00:00 BC",
                "2024-01-01 00:00:00.000001+00",
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                "{ \"a\" :  1 }",
                "{\"a\": 1000}",
                "-1 mons +2 days -00:00:01.5",
                "[0:1]={1,NULL}",
                "it's \"ok\"",
                "abc",
                "101",
                "10",
                "[1,5)",
                "10.0.0.0/8",
                "{\"a,b\",\"NULL\",NULL}"),
            Row.of(
                "2", null, null, null, null, null, null, null, null, "", "", null, "\\x", null,
                null, null, null, null, "null", "null", null, "{}", null, "", null, "", "empty",
                null, "{}"),
            Row.of(
                "3",
                "f",
                "0",
                "0",
                "0",
                "1.000",
                "0.00",
                "1e-45",
                "Infinity",
                "NULL",
                "\\N",
                "     ",
                "\\x",
                "-infinity",
                "00:00:00",
                "infinity",
                "-infinity",
                null,
                null,
                null,
                "00:00:00",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    Table table = describe("t");
    List<Row> all = new ArrayList<>(rows);
    for (int i = 100; i < 300; i++) {
      String[] values = new String[table.columns().size()];
      values[0] = "" + i;
      all.add(Row.of(values));
    }
    Flushed flushed =
        way.equals("copy")
            ? write(batch(table, List.of(), List.of(), all))
            : write(batch(table, List.of(), all, List.of()));
    assertThat(flushed)
        .isEqualTo(new Flushed.Done(way.equals("copy") ? Set.of(table.id()) : Set.of(), Set.of()));
    assertThat(read(table, "WHERE id < 100 ORDER BY id")).isEqualTo(rows);
    assertThat(database.query("SELECT count(*) FROM t")).containsExactly("203");
  }

  @Test
  void shouldReplaceRowsAndDeleteThem() {
    database.execute(
        "CREATE TABLE t (a text, n integer, b char(3), PRIMARY KEY (b, a))",
        "INSERT INTO t VALUES ('x', 1, 'k'), ('y', 2, 'k'), ('z', 3, 'k')");
    Table table = describe("t");
    write(
        batch(
            table,
            List.of(Row.of("k", "x"), Row.of("k", "none")),
            List.of(Row.of("y", "20", "k"), Row.of("new", null, "l")),
            List.of()));
    assertThat(
            database.query(
                "SELECT a || coalesce(n, -1) || '[' || format('%s', b) || ']' FROM t ORDER BY b, a"))
        .containsExactly("y20[k  ]", "z3[k  ]", "new-1[l  ]");
  }

  @Test
  void shouldLeaveColumnsAloneThatTheSelectDoesNotFill() {
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, a text, b text DEFAULT 'd')",
        "INSERT INTO t VALUES (1, 'old', 'kept')");
    Table table = describe("t");
    write(
        new TableBatch(
            table,
            List.of("a", "id"),
            List.of(),
            List.of(Row.of("new", "1"), Row.of("other", "2")),
            List.of()));
    assertThat(database.query("SELECT id || a || b FROM t ORDER BY id"))
        .containsExactly("1newkept", "2otherd");
  }

  /** Fails where an identity is inserted as any other column. */
  @Test
  void shouldWriteIdentitiesAndTablesOfKeysAlone() {
    database.execute("CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
    Table table = describe("t");
    write(batch(table, List.of(), List.of(Row.of("7")), List.of()));
    write(batch(table, List.of(), List.of(Row.of("7"), Row.of("8")), List.of()));
    assertThat(database.query("SELECT id FROM t ORDER BY id")).containsExactly("7", "8");
  }

  @Test
  void shouldUpsertWhatItCannotCopyBecauseARowIsThere() {
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, a text)", "INSERT INTO t VALUES (150, 'old')");
    Table table = describe("t");
    List<Row> rows = numbered(0, 200, "new");
    assertThat(write(batch(table, List.of(), List.of(), rows)))
        .isEqualTo(new Flushed.Done(Set.of(), Set.of(table.id())));
    assertThat(database.query("SELECT count(*) FROM t WHERE a = 'new'")).containsExactly("200");
  }

  @Test
  void shouldWriteARowOf32MegabytesAndMoreRowsThanOneStatementTakes() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    List<Row> rows = numbered(0, 12_000, "x");
    rows.add(Row.of("-1", "y".repeat(32 * 1024 * 1024)));
    write(batch(table, List.of(), rows, List.of()));
    assertThat(database.query("SELECT count(*) || '/' || max(length(a)) FROM t"))
        .containsExactly("12001/33554432");
    write(
        batch(
            table,
            numbered(0, 12_000, "x").stream().map(row -> Row.of(row.get(0))).toList(),
            List.of(),
            List.of()));
    assertThat(database.query("SELECT count(*) FROM t")).containsExactly("1");
  }

  // What the target refuses

  @ParameterizedTest
  @ValueSource(strings = {"upsert", "copy"})
  void shouldNameTheRowThatIsRefusedAndWriteNothing(String way) {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a varchar(3) CHECK (a <> 'bad'))");
    Table table = describe("t");
    List<Row> rows = numbered(0, 6_000, "ok");
    rows.set(5_555, Row.of("5555", "bad"));
    Flushed.Refused refused = refused(table, rows, way);
    assertThat(refused.table()).isEqualTo(table.id());
    assertThat(refused.key()).isEqualTo("id = 5555");
    assertThat(refused.code()).isEqualTo("23514");
    assertThat(refused.error()).contains("t_a_check");
    assertThat(database.query("SELECT count(*) FROM t")).containsExactly("0");

    rows.set(5_555, Row.of("5555", "long"));
    assertThat(refused(table, rows, way).code()).isEqualTo("22001");
    rows.set(5_555, Row.of("5555", "ok"));
    assertThat(write(batch(table, List.of(), rows, List.of()))).isInstanceOf(Flushed.Done.class);
  }

  private Flushed.Refused refused(Table table, List<Row> rows, String way) {
    return (Flushed.Refused)
        write(
            way.equals("copy")
                ? batch(table, List.of(), List.of(), rows)
                : batch(table, List.of(), rows, List.of()));
  }

  @Test
  void shouldNameTheKeyThatCannotBeDeleted() {
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY)",
        "CREATE TABLE child (id integer PRIMARY KEY, t integer REFERENCES t)",
        "INSERT INTO t SELECT generate_series(1, 50)",
        "INSERT INTO child VALUES (1, 33)");
    database.enableTriggersAlways();
    Table table = describe("t");
    Flushed.Refused refused =
        (Flushed.Refused)
            write(
                batch(
                    table,
                    numbered(1, 50, "").stream().map(row -> Row.of(row.get(0))).toList(),
                    List.of(),
                    List.of()));
    assertThat(refused.key()).isEqualTo("id = 33");
    assertThat(refused.code()).isEqualTo("23503");
  }

  @Test
  void shouldReportAConstraintThatIsCheckedAtTheCommit() {
    database.execute(
        "CREATE TABLE parent (id integer PRIMARY KEY)",
        "CREATE TABLE t (id integer PRIMARY KEY,"
            + " a integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
    database.enableTriggersAlways();
    Flushed.Refused refused =
        (Flushed.Refused)
            write(batch(describe("t"), List.of(), List.of(Row.of("1", "7")), List.of()));
    assertThat(refused.code()).isEqualTo("23503");
    assertThat(refused.error()).contains("(a)=(7)");
  }

  /** Fails where such an error counts as one that passes. */
  @Test
  void shouldReportAColumnThatIsGone() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    write(batch(table, List.of(), List.of(Row.of("1", "x")), List.of()));
    database.execute("ALTER TABLE t DROP COLUMN a");
    Flushed.Refused refused =
        (Flushed.Refused) write(batch(table, List.of(), List.of(Row.of("1", "x")), List.of()));
    assertThat(refused.code()).isEqualTo("42703");
    assertThat(refused.key()).isEmpty();
  }

  // Ownership and offsets

  @Test
  void shouldFenceTheFormerOwner() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    assertThat(session.claim(P0, TOPIC, "a")).isEqualTo(Progress.none(TOPIC));
    assertThat(flush(session, table, new Flush.Move(P0, "a", 0, 10), Row.of("1", "a")))
        .isInstanceOf(Flushed.Done.class);
    try (TargetSession other = target.open(GROUP, "producer-2")) {
      assertThat(other.claim(P0, TOPIC, "b"))
          .isEqualTo(new Progress(TOPIC, 0, 10, 10, Set.of("producer-1")));
      assertThat(flush(session, table, new Flush.Move(P0, "a", 10, 20), Row.of("1", "zombie")))
          .isInstanceOf(Flushed.Fenced.class);
      assertThat(database.query("SELECT a FROM t")).containsExactly("a");
      assertThat(flush(other, table, new Flush.Move(P0, "b", 10, 20), Row.of("1", "b")))
          .isInstanceOf(Flushed.Done.class);
    }
    assertThat(target.progress(GROUP).get(P0))
        .isEqualTo(new Progress(TOPIC, 10, 20, 20, Set.of("producer-2")));
  }

  @Test
  void shouldWriteNothingWhenOneOfSeveralPartitionsIsLost() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    session.claim(P0, TOPIC, "a0");
    session.claim(P1, TOPIC, "a1");
    try (TargetSession other = target.open(GROUP, "producer-2")) {
      other.claim(P1, TOPIC, "b");
    }
    assertThat(
            session.flush(
                new Flush(
                    List.of(new Flush.Move(P0, "a0", 0, 5), new Flush.Move(P1, "a1", 0, 5)),
                    List.of(
                        batch(describe("t"), List.of(), List.of(Row.of("1", "x")), List.of())))))
        .isInstanceOf(Flushed.Fenced.class);
    assertThat(database.query("SELECT count(*) FROM t")).containsExactly("0");
    assertThat(target.progress(GROUP).get(P0).cur()).isZero();
  }

  @Test
  void shouldWriteAFlushOnceAndNoneThatWasOvertaken() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    session.claim(P0, TOPIC, "a");
    Flush.Move first = new Flush.Move(P0, "a", 0, 10);
    flush(session, table, first, Row.of("1", "first"));
    database.execute("UPDATE t SET a = 'seen'");
    assertThat(flush(session, table, first, Row.of("1", "first"))).isInstanceOf(Flushed.Done.class);
    assertThat(database.query("SELECT a FROM t")).containsExactly("seen");
    flush(session, table, new Flush.Move(P0, "a", 10, 20), Row.of("1", "second"));
    assertThat(flush(session, table, first, Row.of("1", "first")))
        .isInstanceOf(Flushed.Fenced.class);
    assertThat(database.query("SELECT a FROM t")).containsExactly("second");
  }

  @Test
  void shouldKeepProducersThatAreNotKnownToBeFencedUntilTheNextFlush() {
    session.claim(P0, TOPIC, "a");
    try (TargetSession second = target.open(GROUP, "producer-2");
        TargetSession third = target.open(GROUP, "producer-3")) {
      second.claim(P0, TOPIC, "b");
      assertThat(third.claim(P0, TOPIC, "c").producers())
          .containsExactlyInAnyOrder("producer-1", "producer-2");
      third.flush(new Flush(List.of(new Flush.Move(P0, "c", 0, 1)), List.of()));
    }
    assertThat(target.progress(GROUP).get(P0).producers()).containsExactly("producer-3");
  }

  @Test
  void shouldCloseTheGapWhenAPartitionIsGivenBack() {
    session.claim(P0, TOPIC, "a");
    session.flush(new Flush(List.of(new Flush.Move(P0, "a", 0, 10)), List.of()));
    session.release(P0, "not the owner");
    assertThat(target.progress(GROUP).get(P0).prev()).isZero();
    session.release(P0, "a");
    assertThat(target.progress(GROUP).get(P0)).isEqualTo(new Progress(TOPIC, 10, 10, 10, Set.of()));
  }

  @Test
  void shouldRewindOnlyWhatIsAsItWasSeen() {
    session.claim(P0, TOPIC, "a");
    Progress before = target.progress(GROUP).get(P0);
    session.flush(new Flush(List.of(new Flush.Move(P0, "a", 5, 10)), List.of()));
    assertThat(target.rewind(GROUP, P0, before, 0)).isFalse();
    assertThat(target.rewind(GROUP, P0, target.progress(GROUP).get(P0), 3)).isTrue();
    Progress after = target.progress(GROUP).get(P0);
    assertThat(after.prev()).isEqualTo(3);
    assertThat(after.cur()).isEqualTo(3);
    assertThat(after.highest()).isEqualTo(10);
    assertThat(session.flush(new Flush(List.of(new Flush.Move(P0, "a", 5, 20)), List.of())))
        .isInstanceOf(Flushed.Fenced.class);
  }

  // What passes

  @Test
  void shouldSayUnavailableWhenTheConnectionIsCutAndGoOnWithAnother() throws Exception {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    session.claim(P0, TOPIC, "a");
    terminateOthers();
    Flush.Move move = new Flush.Move(P0, "a", 0, 10);
    assertThatThrownBy(() -> flush(session, table, move, Row.of("1", "x")))
        .isInstanceOf(TargetUnavailableException.class);
    session.close();
    session = target.open(GROUP, "producer-1");
    assertThat(flush(session, table, move, Row.of("1", "x"))).isInstanceOf(Flushed.Done.class);
  }

  private void terminateOthers() throws SQLException {
    try (Connection connection = database.connect();
        var statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
  }

  @Test
  void shouldSayUnavailableWhenALockIsHeld() throws Exception {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    Table table = describe("t");
    session.claim(P0, TOPIC, "a");
    try (Connection other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      assertThatThrownBy(
              () -> flush(session, table, new Flush.Move(P0, "a", 0, 10), Row.of("1", "x")))
          .isInstanceOf(TargetUnavailableException.class)
          .hasMessageContaining("lock timeout");
    }
  }

  @Test
  void shouldEndACallThatIsAborted() throws Exception {
    session.claim(P0, TOPIC, "a");
    try (Connection other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT FROM crossfade.progress FOR UPDATE");
      CompletableFuture<Flushed> blocked =
          CompletableFuture.supplyAsync(
              () -> session.flush(new Flush(List.of(new Flush.Move(P0, "a", 0, 10)), List.of())));
      session.abort();
      assertThatThrownBy(() -> blocked.get(4, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TargetUnavailableException.class);
    }
  }

  @Test
  void shouldRefuseAWrongPasswordAndAMissingPrivilege() {
    assertThatThrownBy(
            () -> PostgresTarget.of(database.jdbcUrl(), database.user(), "wrong").prepare())
        .isInstanceOf(TargetRefusedException.class)
        .hasMessageContaining("password");
  }

  @Test
  void shouldMakeItsSchemaOnceThoughManyTry() {
    database.execute("DROP SCHEMA crossfade CASCADE");
    List<CompletableFuture<Void>> tries = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tries.add(CompletableFuture.runAsync(() -> target().prepare()));
    }
    tries.forEach(CompletableFuture::join);
    assertThat(target.progress(GROUP)).isEmpty();
  }

  @Test
  void shouldKnowAnEmptyTable() {
    database.execute("CREATE TABLE t (id integer PRIMARY KEY)");
    assertThat(target.isEmpty(new TableId("public", "t"))).isTrue();
    database.execute("INSERT INTO t VALUES (1)");
    assertThat(target.isEmpty(new TableId("public", "t"))).isFalse();
  }

  private Table describe(String name) {
    return target.describe(new TableId("public", name)).orElseThrow();
  }

  private Flushed write(TableBatch batch) {
    return session.flush(new Flush(List.of(), List.of(batch)));
  }

  private static Flushed flush(TargetSession session, Table table, Flush.Move move, Row row) {
    return session.flush(
        new Flush(List.of(move), List.of(batch(table, List.of(), List.of(row), List.of()))));
  }

  private static TableBatch batch(
      Table table, List<Row> deletes, List<Row> upserts, List<Row> inserts) {
    List<String> columns = table.columns().stream().map(Column::name).toList();
    return new TableBatch(table, columns, deletes, upserts, inserts);
  }

  private static List<Row> numbered(int from, int to, String value) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      rows.add(Row.of("" + i, value));
    }
    return rows;
  }

  private List<Row> read(Table table, String where) {
    try (Connection connection = database.connect()) {
      io.crossfade.postgres.CanonicalSession.pin(connection);
      List<Row> rows = new ArrayList<>();
      String columns =
          String.join(
              ", ",
              table.columns().stream()
                  .map(
                      c ->
                          "CASE WHEN "
                              + c.name()
                              + " IS NOT NULL THEN format('%s', "
                              + c.name()
                              + ") END")
                  .toList());
      try (var statement = connection.createStatement();
          var result = statement.executeQuery("SELECT " + columns + " FROM public.t " + where)) {
        while (result.next()) {
          String[] values = new String[table.columns().size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = result.getString(i + 1);
          }
          rows.add(Row.of(values));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
