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
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.Origins;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.core.target.TopicIdentity;
import io.crossfade.core.target.Writing;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns of rows that others insert, write and delete. */
class FillTest {

  private static final String GROUP = "crossfade.m.apply";
  private static final InputPartition P0 = new InputPartition("raw", 0);

  private Database database;
  private PostgresTarget target;
  private TargetSession session;
  private long offset;

  @BeforeEach
  void open() {
    database = SharedSandbox.postgres18().createDatabase();
    target = PostgresTarget.of(database.jdbcUrl(), database.user(), database.password());
    target.prepare();
    session = target.open(GROUP, "producer-1");
    session.claim(P0, new TopicIdentity("id", 1), "token");
  }

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  /**
   * Fails where values are compared as their types compare them, so that one is not written that
   * prints as another; where they are compared without the column's modifier, so that one is
   * written again and again; where a row is inserted; and where what is not filled is touched.
   */
  @Test
  void shouldWriteWhatIsAnotherValueAndNothingElse() {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, theirs text NOT NULL, a numeric(12,2), b char(5),"
            + " c json, d float8, e text)",
        "INSERT INTO t VALUES (1, 'x', 1, 'ab', '{\"a\":1}', 0)",
        "INSERT INTO t VALUES (2, 'y')");
    List<String> columns = List.of("id", "a", "b", "c", "d", "e");
    Row one = Row.of("1", "1.5", "ab", "{\"a\": 1}", "-0", "new");
    write(columns, Writing.OWN_COLUMNS, List.of(), List.of(one, row("9")));
    assertThat(rows()).containsExactly("1|x|1.50|ab   |{\"a\": 1}|-0|new", "2|y|||||");
    List<String> versions = database.query("SELECT xmin FROM t ORDER BY id");
    write(columns, Writing.OWN_COLUMNS, List.of(Row.of("2"), Row.of("9")), List.of(one));
    assertThat(database.query("SELECT xmin FROM t ORDER BY id")).isEqualTo(versions);
    write(columns, Writing.OWN_COLUMNS, List.of(Row.of("1")), List.of());
    assertThat(rows()).containsExactly("1|x|||||", "2|y|||||");
  }

  private static Row row(String id) {
    return Row.of(id, "1", "a", "1", "1", "a");
  }

  private List<String> rows() {
    return database.query("SELECT id, theirs, a, b, c, d, e FROM t ORDER BY id");
  }

  /**
   * As a commit that waits for a synchronous standby, which the log has and nobody sees. Fails
   * where a row that is not there is taken for one that was deleted, without a look at who can be
   * seen.
   */
  @Test
  void shouldWaitForATransactionThatIsInTheLogAndNotVisible() throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, n int)");
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (7)");
      long transaction;
      try (var id = statement.executeQuery("SELECT txid_current() & 4294967295")) {
        id.next();
        transaction = id.getLong(1);
      }
      TableBatch batch = batch(Writing.OWN_COLUMNS, Set.of(transaction), List.of("7", "70"));
      assertThatThrownBy(() -> session.flush(flush(batch)))
          .isInstanceOf(TargetUnavailableException.class)
          .hasMessageContaining("does not show its rows yet");
      reopen();
      other.commit();
      assertThat(session.flush(flush(batch))).isInstanceOf(Flushed.Done.class);
    }
    assertThat(database.query("SELECT id, n FROM t")).containsExactly("7|70");
  }

  /**
   * Fails where we wait for a row for as long as a server takes to look for deadlocks, while we
   * have others that the application wants; and where a row was written before all were locked, so
   * that it is dead when we have given up.
   */
  @Test
  void shouldGiveWayToWhoHasARow() throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        "INSERT INTO t SELECT g FROM generate_series(1, 3) g");
    TableBatch batch = batch(Writing.OWN_COLUMNS, Set.of(), List.of("1", "10"), List.of("2", "20"));
    try (Connection application = database.connect();
        Statement statement = application.createStatement()) {
      application.setAutoCommit(false);
      statement.execute("UPDATE t SET id = id WHERE id = 2");
      CompletableFuture<Flushed> ours =
          CompletableFuture.supplyAsync(() -> session.flush(flush(batch)));
      awaitWaiting();
      // It has 2 and wants 1, we have 1 and want 2.
      statement.execute("UPDATE t SET id = id WHERE id = 1");
      assertThatThrownBy(ours::join)
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("lock timeout");
      application.commit();
    }
    // Two versions are the application's; one of ours would stand between, dead.
    assertThat(database.query("SELECT id, n, ctid FROM t ORDER BY id"))
        .containsExactly("1||(0,5)", "2||(0,4)", "3||(0,3)");
    reopen();
    assertThat(session.flush(flush(batch))).isInstanceOf(Flushed.Done.class);
    assertThat(database.query("SELECT id, n FROM t ORDER BY id"))
        .containsExactly("1|10", "2|20", "3|");
  }

  private void awaitWaiting() {
    while (!database
        .query(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND datname = current_database()")
        .contains("t")) {
      Thread.onSpinWait();
    }
  }

  /**
   * Fails where a row that others have not inserted yet is forgotten, where what waits for it
   * becomes a row of ours, or where it waits on after its old row was deleted.
   */
  @Test
  void shouldWaitForARowThatOthersInsert() {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, n int)", "INSERT INTO t (id) VALUES (1)");
    TableBatch batch =
        batch(
            Writing.COLUMNS, Set.of(), List.of("1", "10"), List.of("2", "20"), List.of("3", "30"));
    assertThat(parked(session.flush(flush(batch)))).isEqualTo(2);
    assertThat(database.query("SELECT id, n FROM t")).containsExactly("1|10");
    reopen();
    assertThat(parked(retry())).isEqualTo(2);
    assertThat(target.held(GROUP).oldest().get(0).error()).contains("no row with its key");
    database.execute("INSERT INTO t (id) VALUES (2)");
    assertThat(parked(retry())).isEqualTo(1);
    assertThat(database.query("SELECT id, n FROM t ORDER BY id")).containsExactly("1|10", "2|20");
    write(List.of("id", "n"), Writing.COLUMNS, List.of(Row.of("3")), List.of());
    assertThat(target.held(GROUP).parked()).isZero();
    assertThat(database.query("SELECT id, n FROM t ORDER BY id")).containsExactly("1|10", "2|20");
  }

  /** Fails where a value that another row holds is not given up before it is taken. */
  @Test
  void shouldExchangeUniqueValues() {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE)",
        "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");
    TableBatch batch =
        batch(
            Writing.OWN_COLUMNS,
            Set.of(),
            List.of("1", "20"),
            List.of("2", "30"),
            List.of("3", "10"));
    assertThat(parked(session.flush(flush(batch)))).isZero();
    assertThat(database.query("SELECT id, n FROM t ORDER BY id"))
        .containsExactly("1|20", "2|30", "3|10");
  }

  /** Fails where a column that must not be empty makes anything but a row that is refused. */
  @Test
  void shouldRefuseARowWhoseColumnMustNotBeEmpty() {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL)", "INSERT INTO t VALUES (1, 1)");
    assertThat(session.flush(flush(batch(Writing.COLUMNS, Set.of(), Arrays.asList("1", null)))))
        .isInstanceOfSatisfying(
            Flushed.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("23502");
              assertThat(refused.key()).isEqualTo("id = 1");
            });
    assertThat(database.query("SELECT id, n FROM t")).containsExactly("1|1");
  }

  private static long parked(Flushed flushed) {
    assertThat(flushed).isInstanceOf(Flushed.Done.class);
    return ((Flushed.Done) flushed).parked();
  }

  private void reopen() {
    session.close();
    session = target.open(GROUP, "producer-1");
  }

  private Flushed retry() {
    return session.retry(
        new Flush(List.of(new Flush.Move(P0, "token", offset, offset)), List.of()));
  }

  private Flush flush(TableBatch batch) {
    offset++;
    return new Flush(List.of(new Flush.Move(P0, "token", offset - 1, offset)), List.of(batch));
  }

  private void write(List<String> columns, Writing writing, List<Row> deletes, List<Row> upserts) {
    TableBatch batch =
        new TableBatch(
            describe(), columns, deletes, upserts, List.of(), List.of(), keys(), writing, Set.of());
    assertThat(session.flush(flush(batch))).isInstanceOf(Flushed.Done.class);
  }

  @SafeVarargs
  private TableBatch batch(Writing writing, Set<Long> transactions, List<String>... rows) {
    return new TableBatch(
        describe(),
        describe().columns().stream().map(Column::name).toList(),
        List.of(),
        Arrays.stream(rows).map(r -> Row.of(r.toArray(String[]::new))).toList(),
        List.of(),
        List.of(),
        keys(),
        writing,
        transactions);
  }

  /** Each row comes from a record of its key. */
  private Origins keys() {
    return new Origins() {
      @Override
      public Optional<Origin> of(Row row) {
        return Optional.of(new Origin(P0, offset, row.get(0), Optional.of(row.toString())));
      }

      @Override
      public boolean has(InputPartition partition, String key) {
        return true;
      }
    };
  }

  private Table describe() {
    return target.describe(new TableId("public", "t")).orElseThrow();
  }
}
