package io.crossfade.postgres.switching;

import static io.crossfade.postgres.switching.Sessions.DONE;
import static io.crossfade.postgres.switching.Sessions.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.FencePass;
import io.crossfade.core.switching.FenceState;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;

/** On PostgreSQL 18; on 15 by a class of its own. */
@Timeout(120)
class FenceTest {

  private static final String FENCED = "XF001";
  private static final TableId T = new TableId("public", "t");
  private static final TableId U = new TableId("public", "u");
  private static final FencePass PASS = new FencePass("00000000-pass-of-this-fence");
  private static final FencePass OTHER = new FencePass("11111111-pass-of-another-one");
  private static final String MESSAGE = "write to the new tables: say \"retry\", don't wait";
  private static final Patience SHORT =
      new Patience(Duration.ofMillis(100), Duration.ofMillis(50), Duration.ofMillis(400));
  private static final Patience LONG = Patience.within(Duration.ofSeconds(60));

  private Database database;
  private Sessions sessions;
  private Fence fence;

  PostgresServer server() {
    return SharedSandbox.postgres18();
  }

  @BeforeEach
  void open() {
    database = server().createDatabase();
    sessions = new Sessions(database);
    fence = fence("m-1");
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, s text)",
        "CREATE TABLE u (id int PRIMARY KEY, s text)",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  }

  private Fence fence(String migration) {
    return new PostgresSwitching(
            new PostgresAddress(database.jdbcUrl(), database.user(), database.password()),
            migration)
        .fence();
  }

  @AfterEach
  void close() throws SQLException {
    sessions.close();
    database.close();
  }

  private void raise(TableId... tables) {
    assertThat(fence.raise(Set.of(tables), PASS, MESSAGE, LONG))
        .isInstanceOf(LockOutcome.Done.class);
  }

  /** Fails where a kind of write has no trigger. */
  @Test
  void shouldRefuseEveryKindOfWriteAndLetReadersRead() throws SQLException {
    raise(T);
    for (String write :
        List.of(
            "INSERT INTO t VALUES (3, 'c')",
            "INSERT INTO t VALUES (1, 'c') ON CONFLICT (id) DO UPDATE SET s = 'c'",
            "INSERT INTO t VALUES (1, 'c') ON CONFLICT DO NOTHING",
            "UPDATE t SET s = 'c'",
            "UPDATE t SET s = 'c' WHERE false",
            "DELETE FROM t",
            "TRUNCATE t",
            "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
            "MERGE INTO t USING (VALUES (1)) v(id) ON t.id = v.id WHEN MATCHED THEN DELETE",
            "DO $$ BEGIN INSERT INTO t VALUES (4, 'd'); END $$")) {
      assertThat(sessions.outcome(write)).as(write).isEqualTo(FENCED);
    }
    assertThat(database.query("SELECT * FROM t ORDER BY id")).containsExactly("1|a", "2|b");
    assertThat(sessions.outcome("SELECT * FROM t FOR UPDATE")).isEqualTo(DONE);
    assertThat(sessions.outcome("INSERT INTO u VALUES (1, 'a')")).isEqualTo(DONE);
  }

  /** Fails where the hint is left out. */
  @Test
  void shouldSayWhatToDo() throws SQLException {
    raise(T);
    Connection app = sessions.session();
    assertThatThrownBy(() -> Sessions.run(app, "DELETE FROM t"))
        .isInstanceOfSatisfying(
            PSQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo(FENCED);
              assertThat(e.getServerErrorMessage().getMessage())
                  .startsWith("table public.t takes no writes since 20")
                  .endsWith("Z: migration m-1 has fenced it");
              assertThat(e.getServerErrorMessage().getHint()).isEqualTo(MESSAGE);
              assertThat(e.getServerErrorMessage().getTable()).isEqualTo("t");
            });
  }

  /** Fails where any pass will do. */
  @Test
  void shouldLetThroughWhoHasThePassOfThisFence() throws SQLException {
    raise(T);
    Connection ours = sessions.withPass(PASS);
    Connection another = sessions.withPass(OTHER);
    for (String write :
        List.of(
            "INSERT INTO t VALUES (3, 'c')",
            "UPDATE t SET s = 'd' WHERE id = 1",
            "DELETE FROM t WHERE id = 2")) {
      assertThat(outcome(another, write)).isEqualTo(FENCED);
      assertThat(outcome(ours, write)).isEqualTo(DONE);
    }
    assertThat(database.query("SELECT * FROM t ORDER BY id")).containsExactly("1|d", "3|c");
    assertThat(outcome(ours, "TRUNCATE t")).isEqualTo(DONE);
  }

  /**
   * Fails where the sessions that apply do not show the pass, or where a fence is taken for a row
   * that the table refuses.
   */
  @Test
  void shouldLetApplyWriteThroughIt() {
    raise(T);
    PostgresTarget target =
        PostgresTarget.of(database.jdbcUrl(), database.user(), database.password());
    target.prepare();
    assertThatThrownBy(() -> apply(target, "3"))
        .isInstanceOf(TargetUnavailableException.class)
        .hasMessageContaining("takes no writes");
    assertThat(apply(target.passing(() -> PASS), "4")).isInstanceOf(Flushed.Done.class);
    assertThat(database.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "4");
  }

  private static Flushed apply(PostgresTarget target, String key) {
    Table table = target.describe(T).orElseThrow();
    TableBatch batch =
        new TableBatch(
            table, List.of("id", "s"), List.of(), List.of(Row.of(key, "applied")), List.of());
    try (TargetSession session = target.open("crossfade.m-1.apply", "producer")) {
      return session.flush(new Flush(List.of(), List.of(batch)));
    }
  }

  /** Who was one of us an age ago. Fails where a fence that stands keeps its old pass. */
  @Test
  void shouldShutOutWhoHasThePassOfAnOlderFence() throws SQLException {
    raise(T);
    Connection zombie = sessions.withPass(PASS);
    assertThat(fence.raise(Set.of(T), OTHER, MESSAGE, LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(outcome(zombie, "DELETE FROM t")).isEqualTo(FENCED);
    assertThat(outcome(sessions.withPass(OTHER), "DELETE FROM t")).isEqualTo(DONE);
  }

  /** Fails where the trigger is not ENABLE ALWAYS. */
  @Test
  void shouldStandAlsoForASessionInTheRoleOfAReplica() throws SQLException {
    raise(T);
    Connection replica = sessions.session();
    Sessions.run(replica, "SET session_replication_role = replica");
    assertThat(outcome(replica, "INSERT INTO t VALUES (3, 'c')")).isEqualTo(FENCED);
    PostgresSwitching.show(replica, PASS);
    assertThat(outcome(replica, "INSERT INTO t VALUES (3, 'c')")).isEqualTo(DONE);
  }

  /** Fails where only the tables themselves are fenced. */
  @Test
  void shouldFenceEachPartOfATable() throws SQLException {
    database.execute(
        "CREATE TABLE p (id int, d int, PRIMARY KEY (id, d)) PARTITION BY RANGE (d)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id)",
        "CREATE TABLE p21 PARTITION OF p2 DEFAULT",
        "CREATE TABLE mother (id int)",
        "CREATE TABLE child () INHERITS (mother)");
    TableId p = new TableId("public", "p");
    TableId mother = new TableId("public", "mother");
    raise(p, mother);
    for (String table : List.of("p", "p1", "p2", "p21")) {
      int d = table.equals("p1") ? 1 : 11;
      String write = "INSERT INTO " + table + " VALUES (1, " + d + ")";
      assertThat(sessions.outcome(write)).as(write).isEqualTo(FENCED);
      assertThat(sessions.outcome("TRUNCATE " + table)).as(table).isEqualTo(FENCED);
    }
    assertThat(sessions.outcome("INSERT INTO child VALUES (1)")).isEqualTo(FENCED);
    assertThat(fence.state(p)).isInstanceOf(FenceState.Up.class);

    database.execute("CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)");
    TableId p3 = new TableId("public", "p3");
    assertThat(fence.state(p)).isEqualTo(new FenceState.Partly(List.of(p3)));
    raise(p, mother);
    assertThat(fence.state(p)).isInstanceOf(FenceState.Up.class);
    assertThat(sessions.outcome("INSERT INTO p3 VALUES (1, 21)")).isEqualTo(FENCED);

    // What has left the table meanwhile is opened with it.
    database.execute("ALTER TABLE p DETACH PARTITION p3");
    assertThat(fence.remove(Set.of(p, mother), LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(sessions.outcome("INSERT INTO p VALUES (1, 11)")).isEqualTo(DONE);
    assertThat(sessions.outcome("INSERT INTO p3 VALUES (1, 21)")).isEqualTo(DONE);
    assertThat(database.query("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).isEmpty();
  }

  /** Fails where there are triggers for statements only. */
  @Test
  void shouldFenceAPartAgainstWritesThatComeThroughTheWhole() throws SQLException {
    database.execute(
        "CREATE TABLE p (id int, d int) PARTITION BY RANGE (d)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "INSERT INTO p VALUES (1, 1), (2, 2)");
    TableId p1 = new TableId("public", "p1");
    raise(p1);
    assertThat(fence.state(p1)).isInstanceOf(FenceState.Up.class);
    for (String write :
        List.of(
            "INSERT INTO p VALUES (1, 1)",
            "UPDATE p SET id = 7 WHERE d = 1",
            "UPDATE p SET d = 11 WHERE d = 1",
            "DELETE FROM p",
            "TRUNCATE p")) {
      assertThat(sessions.outcome(write)).as(write).isEqualTo(FENCED);
    }
    assertThat(sessions.outcome("INSERT INTO p VALUES (1, 11)")).isEqualTo(DONE);
    Connection ours = sessions.withPass(PASS);
    assertThat(outcome(ours, "UPDATE p SET id = 7 WHERE d = 1")).isEqualTo(DONE);
    assertThat(outcome(ours, "INSERT INTO p VALUES (3, 3)")).isEqualTo(DONE);
    assertThat(outcome(ours, "DELETE FROM p WHERE d = 2")).isEqualTo(DONE);
    assertThat(database.query("SELECT * FROM p1 ORDER BY d")).containsExactly("7|1", "3|3");
    assertThat(fence.lower(Set.of(p1), LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(sessions.outcome("UPDATE p SET id = 7")).isEqualTo(DONE);
  }

  /** What a foreign key does is a statement of its own. Fails without triggers at the child. */
  @Test
  void shouldRefuseWhatAForeignKeyWouldDoToAFencedTable() throws SQLException {
    database.execute(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE cascade (id int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE nulls (id int REFERENCES parent ON DELETE SET NULL)",
        "INSERT INTO parent VALUES (1), (2)",
        "INSERT INTO cascade VALUES (1)",
        "INSERT INTO nulls VALUES (2)");
    raise(new TableId("public", "cascade"), new TableId("public", "nulls"));
    for (String write :
        List.of(
            "DELETE FROM parent WHERE id = 1",
            "UPDATE parent SET id = 3 WHERE id = 1",
            "DELETE FROM parent WHERE id = 2",
            "TRUNCATE parent CASCADE")) {
      assertThat(sessions.outcome(write)).as(write).isEqualTo(FENCED);
    }
    assertThat(database.query("SELECT id FROM parent ORDER BY id")).containsExactly("1", "2");
  }

  /**
   * Plans, snapshots and routines from before. Fails where nothing is fenced; that PostgreSQL reads
   * triggers after it has the lock is what it rests on.
   */
  @Test
  void shouldMeetWhoHasBegunBeforeAndNotWrittenYet() throws SQLException {
    database.execute(
        "CREATE FUNCTION put(i int) RETURNS void LANGUAGE plpgsql AS"
            + " $$ BEGIN INSERT INTO public.t VALUES (i, 'f'); END $$");
    Connection planned = sessions.session();
    Sessions.run(planned, "PREPARE p(int) AS INSERT INTO t VALUES ($1, 'p')");
    Sessions.run(planned, "SET plan_cache_mode = force_generic_plan");
    Sessions.run(planned, "EXECUTE p(10)");
    Connection driver = sessions.session();
    PreparedStatement named = driver.prepareStatement("INSERT INTO t VALUES (?, 'd')");
    named.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(1);
    named.setInt(1, 11);
    named.execute();
    Connection routine = sessions.session();
    Sessions.run(routine, "SELECT put(12)");
    Connection serializable =
        sessions.within("app", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "TABLE t");
    Connection repeatable =
        sessions.within("app", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "TABLE t");
    Connection committed = sessions.within("app", "INSERT INTO u VALUES (1, 'a')");
    // Written and taken back: the lock is gone, and so is the row.
    Connection undone =
        sessions.within(
            "app", "SAVEPOINT s", "INSERT INTO t VALUES (13, 'a')", "ROLLBACK TO SAVEPOINT s");
    raise(T);

    assertThat(outcome(planned, "EXECUTE p(20)")).isEqualTo(FENCED);
    named.setInt(1, 21);
    assertThatThrownBy(named::execute)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(FENCED));
    assertThat(outcome(routine, "SELECT put(22)")).isEqualTo(FENCED);
    assertThat(outcome(serializable, "INSERT INTO t VALUES (23, 'a')")).isEqualTo(FENCED);
    assertThat(outcome(repeatable, "UPDATE t SET s = 'z'")).isEqualTo(FENCED);
    assertThat(outcome(committed, "DELETE FROM t")).isEqualTo(FENCED);
    assertThat(outcome(undone, "INSERT INTO t VALUES (24, 'a')")).isEqualTo(FENCED);
    assertThat(database.query("SELECT id FROM t ORDER BY id"))
        .containsExactly("1", "2", "10", "11", "12");
  }

  /** A write that is deferred to the commit. Fails where nothing is fenced. */
  @Test
  void shouldMeetAWriteThatIsDeferredToTheCommit() throws SQLException {
    database.execute(
        "CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN INSERT INTO public.t VALUES (NEW.id, 'deferred'); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON u DEFERRABLE INITIALLY DEFERRED"
            + " FOR EACH ROW EXECUTE FUNCTION put()");
    Connection app = sessions.within("app", "INSERT INTO u VALUES (5, 'a')");
    raise(T);
    assertThatThrownBy(app::commit)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(FENCED));
    assertThat(database.query("SELECT count(*) FROM u")).containsExactly("0");
  }

  private LockOutcome.TimedOut timedOut(TableId... tables) {
    LockOutcome outcome = fence.raise(Set.of(tables), PASS, MESSAGE, SHORT);
    assertThat(outcome).isInstanceOf(LockOutcome.TimedOut.class);
    return (LockOutcome.TimedOut) outcome;
  }

  /** Fails where tables are closed one after the other, and those stay closed that could be. */
  @Test
  void shouldChangeNothingWhileATransactionThatHasWrittenIsOpen() throws SQLException {
    Instant before = Instant.now();
    Connection app = sessions.within("billing", "INSERT INTO u VALUES (1, 'a')", "SELECT 1");
    LockOutcome.TimedOut timedOut = timedOut(T, U);

    assertThat(timedOut.attempts()).isGreaterThan(1);
    assertThat(timedOut.blocking())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.user()).isEqualTo("postgres");
              assertThat(one.application()).isEqualTo("billing");
              assertThat(one.state()).startsWith("idle in transaction");
              assertThat(one.holds()).containsExactly(U);
              assertThat(one.began().orElseThrow())
                  .isCloseTo(before, within(30, ChronoUnit.SECONDS));
              assertThat(one.statementBegan()).isPresent();
            });
    assertThat(timedOut.toString())
        .contains("nothing changed", "application billing", "pg_terminate_backend(");
    assertThat(fence.state(T)).isEqualTo(new FenceState.Down());
    assertThat(sessions.outcome("INSERT INTO t VALUES (3, 'c')")).isEqualTo(DONE);
    assertThat(outcome(app, "INSERT INTO u VALUES (2, 'a')")).isEqualTo(DONE);

    app.commit();
    raise(T, U);
    assertThat(outcome(app, "INSERT INTO u VALUES (3, 'a')")).isEqualTo(FENCED);
    assertThat(database.query("SELECT id FROM u ORDER BY id")).containsExactly("1", "2");
  }

  /**
   * Who holds one table goes while the fence waits for it, and who holds the other one came
   * meanwhile: as if they waited for us, so that the tables are closed one by one. Fails where what
   * was closed stays closed though the rest is not to be had.
   */
  @Test
  void shouldOpenAgainWhatItHasClosedWhereTheRestIsNotToBeHad() throws Exception {
    Connection goes = sessions.within("goes", "INSERT INTO t VALUES (3, 'c')");
    Patience patience =
        new Patience(Duration.ofSeconds(3), Duration.ofMillis(50), Duration.ofSeconds(8));
    CompletableFuture<LockOutcome> raised =
        CompletableFuture.supplyAsync(() -> fence.raise(Set.of(T, U), PASS, MESSAGE, patience));
    while (database
        .query("SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted")
        .isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    Connection stays = sessions.within("stays", "INSERT INTO u VALUES (1, 'a')");
    goes.commit();

    assertThat(raised.get(1, TimeUnit.MINUTES)).isInstanceOf(LockOutcome.TimedOut.class);
    assertThat(
            database.query(
                "SELECT tgenabled FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT tgisinternal"))
        .as("it was closed, and is open")
        .containsExactly("D");
    assertThat(fence.state(T)).isEqualTo(new FenceState.Down());
    assertThat(sessions.outcome("INSERT INTO t VALUES (4, 'd')")).isEqualTo(DONE);
    assertThat(outcome(stays, "INSERT INTO u VALUES (2, 'a')")).isEqualTo(DONE);
  }

  /** Fails where only sessions are named. */
  @Test
  void shouldWaitForAPreparedTransactionAndNameIt() throws SQLException {
    Connection app = sessions.session();
    Sessions.run(app, "BEGIN; INSERT INTO t VALUES (3, 'c'); PREPARE TRANSACTION 'two''phase'");
    try {
      assertThat(timedOut(T).blocking())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.name()).isEqualTo("prepared transaction 'two''phase'");
                assertThat(one.holds()).containsExactly(T);
                assertThat(one.end()).isEqualTo("ROLLBACK PREPARED 'two''phase'");
              });
    } finally {
      Sessions.run(app, "COMMIT PREPARED 'two''phase'");
    }
    raise(T);
    assertThat(database.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3");
  }

  /** Fails where a writer's lock is not among those that are looked for. */
  @Test
  void shouldWaitForACopyThatIsUnderWay() throws SQLException {
    Connection app = sessions.session("loader");
    CopyIn copy = app.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY t FROM STDIN");
    byte[] line = "3\tc\n".getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(line, 0, line.length);
    assertThat(timedOut(T).blocking())
        .singleElement()
        .satisfies(one -> assertThat(one.application()).isEqualTo("loader"));
    copy.endCopy();
    raise(T);
    InputStream more = new ByteArrayInputStream("4\td\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () -> app.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY t FROM STDIN", more))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(FENCED));
    assertThat(database.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3");
  }

  /** Fails where lowering drops the trigger: that waits for readers, and they for us. */
  @Test
  void shouldLetWritersInAgainThoughSomebodyReads() throws SQLException {
    raise(T, U);
    sessions.within("report", "SELECT * FROM t");
    assertThat(fence.lower(Set.of(T, U), SHORT)).isInstanceOf(LockOutcome.Done.class);
    assertThat(fence.state(T)).isEqualTo(new FenceState.Down());
    assertThat(sessions.outcome("INSERT INTO t VALUES (3, 'c')")).isEqualTo(DONE);

    LockOutcome removed = fence.remove(Set.of(T, U), SHORT);
    assertThat(removed)
        .isInstanceOfSatisfying(
            LockOutcome.TimedOut.class,
            timedOut ->
                assertThat(timedOut.blocking())
                    .singleElement()
                    .satisfies(one -> assertThat(one.application()).isEqualTo("report")));
  }

  /** Fails where what stands is made again: it would ask for locks, and wait for our own writes. */
  @Test
  void shouldDoEachThingOnce() throws SQLException {
    raise(T);
    FenceState first = fence.state(T);
    assertThat(first).isInstanceOf(FenceState.Up.class);
    Connection ours = sessions.withPass(PASS);
    ours.setAutoCommit(false);
    Sessions.run(ours, "DELETE FROM t");
    assertThat(fence.raise(Set.of(T), PASS, MESSAGE, SHORT))
        .isEqualTo(new LockOutcome.Done(0, Duration.ZERO));
    ours.rollback();
    assertThat(fence.state(T)).isEqualTo(first);

    assertThat(fence.raise(Set.of(T), PASS, "another message", LONG))
        .isInstanceOf(LockOutcome.Done.class);
    Connection app = sessions.session();
    assertThatThrownBy(() -> Sessions.run(app, "DELETE FROM t"))
        .hasMessageContaining("another message");

    for (int i = 0; i < 2; i++) {
      assertThat(fence.lower(Set.of(T), LONG)).isInstanceOf(LockOutcome.Done.class);
      assertThat(sessions.outcome("DELETE FROM t")).isEqualTo(DONE);
    }
    raise(T);
    assertThat(sessions.outcome("DELETE FROM t")).isEqualTo(FENCED);
    for (int i = 0; i < 2; i++) {
      assertThat(fence.remove(Set.of(T), LONG)).isInstanceOf(LockOutcome.Done.class);
    }
    assertThat(database.query("SELECT tgname FROM pg_trigger")).isEmpty();
  }

  /** Fails where two migrations share a trigger. */
  @Test
  void shouldLeaveTheFenceOfAnotherMigrationAlone() throws SQLException {
    raise(T);
    Fence other = fence("m-2");
    assertThat(other.state(T)).isEqualTo(new FenceState.Down());
    assertThat(other.remove(Set.of(T), LONG)).isEqualTo(new LockOutcome.Done(0, Duration.ZERO));
    assertThat(other.raise(Set.of(T), OTHER, "other", LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(fence.lower(Set.of(T), LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(sessions.outcome("DELETE FROM t")).isEqualTo(FENCED);
  }

  /** Fails where a disabled trigger counts as a fence. */
  @Test
  void shouldTellThatSomebodyHasOpenedIt() {
    raise(T);
    database.execute("ALTER TABLE t DISABLE TRIGGER ALL");
    assertThat(fence.state(T)).isEqualTo(new FenceState.Down());
    database.execute("ALTER TABLE t ENABLE TRIGGER crossfade_m_1");
    assertThat(fence.state(T)).isEqualTo(new FenceState.Partly(List.of(T)));
    raise(T);
    assertThat(fence.state(T)).isInstanceOf(FenceState.Up.class);
  }

  /** Fails where names are not quoted. */
  @Test
  void shouldFenceTablesWithOddNames() throws SQLException {
    database.execute("CREATE SCHEMA \"S.\"\"x'\"", "CREATE TABLE \"S.\"\"x'\".\"T able\" (id int)");
    TableId odd = new TableId("S.\"x'", "T able");
    raise(odd);
    assertThat(fence.state(odd)).isInstanceOf(FenceState.Up.class);
    assertThat(sessions.outcome("INSERT INTO \"S.\"\"x'\".\"T able\" VALUES (1)"))
        .isEqualTo(FENCED);
    assertThat(fence.remove(Set.of(odd), LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(sessions.outcome("INSERT INTO \"S.\"\"x'\".\"T able\" VALUES (1)")).isEqualTo(DONE);
  }

  /**
   * The application need not see schema crossfade. Fails where the function reads a table there.
   */
  @Test
  void shouldStandForARoleWithoutPrivilegesOfOurs() throws SQLException {
    String role = "app_" + database.name();
    database.execute(
        "CREATE ROLE " + role + " LOGIN PASSWORD 'x'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON t TO " + role);
    try (Connection app = server().connect(database.name(), role, "x")) {
      assertThat(outcome(app, "UPDATE t SET s = 'x' WHERE id = 1")).isEqualTo(DONE);
      raise(T);
      assertThat(outcome(app, "UPDATE t SET s = 'y' WHERE id = 1")).isEqualTo(FENCED);
      Fence theirs =
          new PostgresSwitching(new PostgresAddress(database.jdbcUrl(), role, "x"), "m-3").fence();
      assertThatThrownBy(() -> theirs.raise(Set.of(T), OTHER, "x", SHORT))
          .isInstanceOfSatisfying(SwitchingException.class, e -> assertThat(e.mayPass()).isFalse())
          .hasMessageContaining("a member of the role that owns the table");
    } finally {
      database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
    }
  }

  /** Fails where the fence is raised around what is there. */
  @Test
  void shouldRefuseWhatIsNoTable() {
    database.execute("CREATE VIEW v AS TABLE t");
    assertThatThrownBy(
            () -> fence.raise(Set.of(T, new TableId("public", "x")), PASS, MESSAGE, SHORT))
        .isInstanceOf(SwitchingException.class)
        .hasMessageContaining("there is no table public.x");
    assertThatThrownBy(() -> fence.raise(Set.of(new TableId("public", "v")), PASS, "x", SHORT))
        .isInstanceOf(SwitchingException.class)
        .hasMessageContaining("public.v is no table");
    assertThat(fence.state(T)).isEqualTo(new FenceState.Down());
  }
}
