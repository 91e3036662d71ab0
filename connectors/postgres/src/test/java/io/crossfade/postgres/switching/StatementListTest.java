package io.crossfade.postgres.switching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.switching.Definitions;
import io.crossfade.core.switching.DefinitionsOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StatementListTest {

  private static final Duration ATTEMPT = Duration.ofMillis(200);
  private static final Patience SHORT =
      new Patience(ATTEMPT, Duration.ofMillis(50), Duration.ofMillis(700));
  private static final Patience LONG =
      new Patience(ATTEMPT, Duration.ofMillis(50), Duration.ofSeconds(60));

  private static final String[] BEFORE = {
    "CREATE TABLE parent (id int PRIMARY KEY)",
    "CREATE TABLE t (id int, \"A b\" int, parent int, gone int, word text)",
    "CREATE INDEX old ON t (gone)",
    "INSERT INTO parent SELECT i FROM generate_series(1, 9) i",
    "INSERT INTO t SELECT i, i, i, i, 'w' || i FROM generate_series(1, 9) i"
  };

  /** Each form that becomes something else, and some that do not. */
  private static final List<String> ALL =
      List.of(
          "CREATE TABLE fresh (id int PRIMARY KEY, t int REFERENCES parent)",
          "ALTER TABLE t ADD COLUMN cents bigint DEFAULT 7, ADD COLUMN note text",
          "ALTER TABLE t ALTER COLUMN \"A b\" SET NOT NULL",
          "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id)",
          "ALTER TABLE t ADD CONSTRAINT u UNIQUE (word, id) INCLUDE (cents) DEFERRABLE",
          "ALTER TABLE t ADD CONSTRAINT c CHECK (cents > 0)",
          "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (parent) REFERENCES parent ON DELETE CASCADE",
          "CREATE UNIQUE INDEX i ON t (lower(word)) WHERE cents > 0",
          "DROP INDEX old",
          "ALTER TABLE t DROP COLUMN gone",
          "COMMENT ON TABLE t IS 'it; is'");

  private Database database;
  private Sessions sessions;
  private final List<String> told = new CopyOnWriteArrayList<>();

  PostgresServer server() {
    return SharedSandbox.postgres18();
  }

  @BeforeEach
  void open() {
    database = server().createDatabase();
    sessions = new Sessions(database);
    database.execute(BEFORE);
  }

  @AfterEach
  void close() throws SQLException {
    sessions.close();
    database.close();
  }

  private Definitions definitions(Patience patience) {
    return new PostgresSwitching(
            new PostgresAddress(database.jdbcUrl(), database.user(), database.password()), "m-1")
        .definitions(patience);
  }

  private DefinitionsOutcome run(Patience patience, List<String> statements) {
    return definitions(patience).run("expand", statements, told::add);
  }

  private DefinitionsOutcome run(String... statements) {
    return run(LONG, List.of(statements));
  }

  private CompletableFuture<DefinitionsOutcome> later(Patience patience, String... statements) {
    return CompletableFuture.supplyAsync(() -> run(patience, List.of(statements)));
  }

  /** All that the catalogue says of the tables, as text. */
  private static List<String> shape(Database database) {
    return database.query(
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
          pg_get_expr(d.adbin, d.adrelid), obj_description(c.oid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        UNION ALL
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated,
          condeferrable::text, NULL
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), '', indisvalid, NULL, NULL
        FROM pg_index WHERE indexrelid IN (SELECT oid FROM pg_class
                                           WHERE relnamespace = 'public'::regnamespace)
        ORDER BY 1, 2, 3
        """);
  }

  private List<String> asWritten() {
    try (Database plain = server().createDatabase()) {
      plain.execute(BEFORE);
      ALL.forEach(plain::execute);
      return shape(plain);
    }
  }

  /** Fails where a form loses a part on its way, or leaves a helper behind. */
  @Test
  void shouldEndWithTheDefinitionsThatAreWritten() {
    assertThat(run(LONG, ALL)).isEqualTo(new DefinitionsOutcome.Done(ALL.size(), 0));
    assertThat(shape(database)).isEqualTo(asWritten());
  }

  /** Fails where what was done is not remembered, or not per list. */
  @Test
  void shouldRunEachStatementOnceAndThoseThatAreNew() {
    String[] two = {"CREATE TABLE a (id int)", "CREATE INDEX ia ON a (id)"};
    assertThat(definitions(LONG).done("expand", List.of(two))).isZero();
    assertThat(run(two)).isEqualTo(new DefinitionsOutcome.Done(2, 0));
    assertThat(definitions(LONG).done("expand", List.of(two))).isEqualTo(2);
    assertThat(definitions(LONG).done("contract", List.of(two))).isZero();
    told.clear();

    assertThat(run("create table A (ID int) ; -- as before", two[1]))
        .isEqualTo(new DefinitionsOutcome.Done(0, 2));
    assertThat(told).isEmpty();
    assertThat(run(two[0], two[1], "ALTER TABLE a ADD n int"))
        .isEqualTo(new DefinitionsOutcome.Done(1, 2));
    assertThat(told).containsExactly("expand: statement 3 of 3: ALTER TABLE a ADD n int");
    assertThat(run(two)).isEqualTo(new DefinitionsOutcome.Done(0, 2));
  }

  /** Fails where a statement that has changed is taken for done, or executed on top. */
  @Test
  void shouldSayWhichStatementIsAnotherOneNow() {
    run("CREATE TABLE a (id int)", "ALTER TABLE a ADD n int");

    assertThat(run("CREATE TABLE a (id int)", "ALTER TABLE a ADD n bigint", "CREATE SCHEMA s"))
        .isInstanceOfSatisfying(
            DefinitionsOutcome.Changed.class,
            changed -> {
              assertThat(changed.ordinal()).isEqualTo(2);
              assertThat(changed.before()).isEqualTo("alter table a add n int");
              database.execute("ALTER TABLE a DROP n");
              database.execute(changed.next().substring(changed.next().indexOf("DELETE")));
            });
    assertThat(database.query("SELECT to_regnamespace('s') IS NULL")).containsExactly("t");
    assertThat(run("CREATE TABLE a (id int)", "ALTER TABLE a ADD n bigint"))
        .isEqualTo(new DefinitionsOutcome.Done(1, 1));
  }

  /** Fails where a step and its mark are not one, or a step that was begun cannot be repeated. */
  @Test
  void shouldEndTheSameWhereverItIsKilled() {
    List<String> expected = asWritten();
    int kills = 0;
    DefinitionsOutcome outcome = null;
    while (outcome == null) {
      try {
        outcome = definitions(LONG).run("expand", ALL, killingAtTheSecond());
      } catch (SwitchingException e) {
        assertThat(e.mayPass()).as(e.getMessage()).isTrue();
        kills++;
      }
    }
    assertThat(outcome).isInstanceOf(DefinitionsOutcome.Done.class);
    assertThat(kills).isGreaterThan(ALL.size());
    assertThat(shape(database)).isEqualTo(expected);
  }

  /** Lets one step pass, then ends the session before the next. */
  private Consumer<String> killingAtTheSecond() {
    List<String> steps = new ArrayList<>();
    return line -> {
      steps.add(line);
      if (steps.size() == 2) {
        killOurs();
      }
    };
  }

  private void killOurs() {
    database.query(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name = 'crossfade switch' AND datname = current_database()"
            + " AND query NOT LIKE '%pg_blocking_pids%'");
  }

  /** Fails where an index is taken for built because there is one of its name. */
  @Test
  void shouldBuildAnIndexAgainOfWhichAKillHasLeftHalf() throws Exception {
    Connection writer = sessions.within("writer", "INSERT INTO t VALUES (77)");
    CompletableFuture<DefinitionsOutcome> build = later(LONG, "CREATE INDEX i ON t (id)");
    awaitTrue("SELECT count(*) > 0 FROM pg_class WHERE relname = 'i'");
    killOurs();
    assertThatThrownBy(() -> build.get(50, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SwitchingException.class);
    assertThat(valid()).containsExactly("f");
    writer.commit();

    assertThat(run("CREATE INDEX i ON t (id)")).isEqualTo(new DefinitionsOutcome.Done(1, 0));
    assertThat(valid()).containsExactly("t");
  }

  /** Fails where a statement that was begun is executed as it was: the index is there. */
  @Test
  void shouldGoOnAfterAnIndexWhoseMarkWasLost() {
    String[] both = {"CREATE INDEX i ON t (id)", "DROP INDEX old"};
    run(both);
    database.execute("UPDATE crossfade.definitions SET done = NULL");

    assertThat(run(both)).isEqualTo(new DefinitionsOutcome.Done(2, 0));
    assertThat(valid()).containsExactly("t");
  }

  /** Fails where what failed counts as begun, so that the next run is content with another's. */
  @Test
  void shouldNotTakeSomebodyElsesIndexForItsOwn() {
    database.execute("CREATE INDEX i ON t (word)");
    for (int i = 0; i < 2; i++) {
      assertThat(run("CREATE INDEX i ON t (id)"))
          .isInstanceOfSatisfying(
              DefinitionsOutcome.Failed.class,
              failed -> {
                assertThat(failed.sqlstate()).isEqualTo("42P07");
                assertThat(failed.next()).contains("choose another name");
              });
    }
  }

  private List<String> valid() {
    return database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass");
  }

  /** Fails where a lock is waited for until it is there: who comes later waits behind us. */
  @Test
  void shouldNeverKeepAWriterWaitingForLongerThanAnAttempt() throws Exception {
    Connection reader = sessions.within("report", "SELECT * FROM t");
    Connection writer = sessions.session("writer");
    CompletableFuture<DefinitionsOutcome> change = later(LONG, "ALTER TABLE t ADD n int");
    awaitTrue("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 't'::regclass");
    long slowest = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      Sessions.run(writer, "INSERT INTO t VALUES (5)");
      slowest = Math.max(slowest, System.nanoTime() - start);
    }
    assertThat(change).isNotDone();
    assertThat(Duration.ofNanos(slowest)).isLessThan(ATTEMPT.multipliedBy(4));
    reader.rollback();
    assertThat(change.get(50, TimeUnit.SECONDS)).isEqualTo(new DefinitionsOutcome.Done(1, 0));
  }

  /** Fails where a statement that was not to be had leaves something, or hides who was there. */
  @Test
  void shouldGiveUpSayWhoIsInTheWayAndGoOnThere() throws Exception {
    Connection reader = sessions.within("report", "SELECT * FROM t");
    String[] statements = {"CREATE TABLE a (id int)", "ALTER TABLE t ADD n int"};
    assertThat(run(SHORT, List.of(statements)))
        .isInstanceOfSatisfying(
            DefinitionsOutcome.TimedOut.class,
            timedOut -> {
              assertThat(timedOut.ordinal()).isEqualTo(2);
              assertThat(timedOut.locks().blocking())
                  .singleElement()
                  .satisfies(one -> assertThat(one.application()).isEqualTo("report"));
            });
    reader.rollback();
    assertThat(run(SHORT, List.of(statements))).isEqualTo(new DefinitionsOutcome.Done(1, 1));
  }

  /** Fails where what looks harmless may keep the table for as long as it takes. */
  @Test
  void shouldGiveUpWhatRewritesTheTableAfterAll() {
    database.execute(
        "CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            + " 'SELECT pg_catalog.now() FROM pg_sleep(1)'");

    assertThat(run("ALTER TABLE t ADD at timestamptz DEFAULT public.now()"))
        .isInstanceOfSatisfying(
            DefinitionsOutcome.Failed.class,
            failed -> {
              assertThat(failed.sqlstate()).isEqualTo("XF003");
              assertThat(failed.message()).contains("others wait for its lock");
            });
    assertThat(shape(database)).noneMatch(line -> line.startsWith("t|at|"));
    assertThat(run("CREATE SCHEMA s")).isEqualTo(new DefinitionsOutcome.Done(1, 0));
  }

  /** Fails where rows that do not fit are told as something else, or the way on is not one. */
  @Test
  void shouldSayWhichRowsDoNotFitAndGoOnWhenTheyDo() {
    database.execute("INSERT INTO t (id) VALUES (10)");
    String statement = "ALTER TABLE t ALTER COLUMN word SET NOT NULL";
    assertThat(run(statement))
        .isInstanceOfSatisfying(
            DefinitionsOutcome.Failed.class,
            failed -> {
              assertThat(failed.step()).contains("VALIDATE CONSTRAINT");
              assertThat(failed.sqlstate()).isEqualTo("23514");
              assertThat(failed.next())
                  .contains("correct the rows", "undo what it has done", "DELETE FROM");
            });
    database.execute("UPDATE t SET word = '' WHERE word IS NULL");
    assertThat(run(statement)).isEqualTo(new DefinitionsOutcome.Done(1, 0));
    assertThat(shape(database)).contains("t|word|text|t||");
  }

  /**
   * Fails where two run at once; and where the second waits in the server: an index that the first
   * builds would wait for it.
   */
  @Test
  void shouldLetTheSecondWaitForTheFirstAndSayForWhom() throws Exception {
    String[] statements = {"ALTER TABLE t ADD n int", "CREATE INDEX i ON t (n)"};
    Connection reader = sessions.within("report", "SELECT * FROM t");
    CompletableFuture<DefinitionsOutcome> first = later(LONG, statements);
    awaitTrue(
        "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            + " WHERE l.locktype = 'advisory' AND d.datname = current_database()");
    CompletableFuture<DefinitionsOutcome> second = later(LONG, statements);
    while (told.stream().noneMatch(line -> line.contains("waiting for another instance"))) {
      assertThat(second).isNotDone();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(told)
        .anySatisfy(line -> assertThat(line).matches("expand: waiting .*: pid \\d+, from .*"));
    reader.rollback();
    assertThat(first.get(50, TimeUnit.SECONDS)).isEqualTo(new DefinitionsOutcome.Done(2, 0));
    assertThat(second.get(50, TimeUnit.SECONDS)).isEqualTo(new DefinitionsOutcome.Done(0, 2));
  }

  private void awaitTrue(String query) throws InterruptedException {
    while (!database.query(query).equals(List.of("t"))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
