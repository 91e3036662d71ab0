package io.crossfade.postgres.switching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.switching.Ddl;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DdlTest {

  /** Ten attempts, or two of them on a machine that has a second of work between any two steps. */
  private static final Patience SHORT =
      new Patience(Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofMillis(2_500));

  private static final Patience LONG =
      new Patience(Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofSeconds(40));

  private Database database;
  private Sessions sessions;
  private Ddl ddl;

  @BeforeEach
  void open() {
    database = SharedSandbox.postgres18().createDatabase();
    sessions = new Sessions(database);
    ddl =
        new PostgresSwitching(
                new PostgresAddress(database.jdbcUrl(), database.user(), database.password()), "m")
            .ddl();
    database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)");
  }

  @AfterEach
  void close() throws SQLException {
    sessions.close();
    database.close();
  }

  private List<String> columns() {
    return database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0");
  }

  private List<String> indexes() {
    return database.query(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            + " WHERE i.indrelid = 't'::regclass AND NOT i.indisprimary");
  }

  /** Fails where a lock is waited for until the deadline, and where nobody looks who holds it. */
  @Test
  void shouldGiveUpAndSayWhoIsInTheWayAndSucceedWhenHeIsGone() throws Exception {
    Connection reader = sessions.within("report", "SELECT * FROM t");
    assertThat(ddl.run("ALTER TABLE t ADD COLUMN n int", SHORT))
        .isInstanceOfSatisfying(
            LockOutcome.TimedOut.class,
            timedOut -> {
              assertThat(timedOut.attempts()).isGreaterThan(1);
              assertThat(timedOut.blocking())
                  .singleElement()
                  .satisfies(one -> assertThat(one.application()).isEqualTo("report"));
            });
    assertThat(columns()).containsExactly("id");
    CompletableFuture<LockOutcome> later =
        CompletableFuture.supplyAsync(() -> ddl.run("ALTER TABLE t ADD COLUMN n int", LONG));
    reader.rollback();
    assertThat(later.get(50, TimeUnit.SECONDS)).isInstanceOf(LockOutcome.Done.class);
    assertThat(columns()).containsExactly("id", "n");
  }

  /** Fails where a statement that is refused is tried until the deadline. */
  @Test
  void shouldSayAtOnceWhatIsRefused() {
    assertThatThrownBy(() -> ddl.run("ALTER TABLE t ADD COLUMN id int", LONG))
        .isInstanceOfSatisfying(SwitchingException.class, e -> assertThat(e.mayPass()).isFalse())
        .hasMessageContaining("already exists")
        .hasMessageContaining("42701");
  }

  /** Fails where CONCURRENTLY is executed in a transaction, or each attempt of it is short. */
  @Test
  void shouldBuildAnIndexThoughAWriterTakesLongerThanAnAttempt() throws Exception {
    Connection writer = sessions.within("writer", "INSERT INTO t VALUES (3)");
    CompletableFuture<LockOutcome> build =
        CompletableFuture.supplyAsync(() -> ddl.run("CREATE INDEX CONCURRENTLY i ON t (id)", LONG));
    long end = System.nanoTime() + SHORT.deadline().toNanos();
    while (System.nanoTime() < end) {
      assertThat(build).isNotDone();
      assertThat(sessions.outcome("INSERT INTO t VALUES (4) ON CONFLICT DO NOTHING"))
          .isEqualTo(Sessions.DONE);
    }
    writer.commit();
    assertThat(build.get(50, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            LockOutcome.Done.class, done -> assertThat(done.attempts()).isOne());
    assertThat(indexes()).containsExactly("i|t");
    assertThat(ddl.run("DROP INDEX CONCURRENTLY i", LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(indexes()).isEmpty();
  }

  /** Fails where IF NOT EXISTS is content with what a failed attempt has left. */
  @Test
  void shouldTakeTheRemainsOfAFailedBuildAway() throws SQLException {
    String build = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I x\" ON public.t ((id / 2))";
    database.execute("INSERT INTO t VALUES (3)");
    assertThat(sessions.outcome(build)).isEqualTo("23505");
    assertThat(indexes()).containsExactly("I x|f");

    assertThatThrownBy(() -> ddl.run(build, LONG))
        .isInstanceOf(SwitchingException.class)
        .hasMessageContaining("could not create unique index");
    assertThat(indexes()).isEmpty();

    assertThat(sessions.outcome(build)).isEqualTo("23505");
    database.execute("DELETE FROM t WHERE id = 3");
    assertThat(ddl.run(build, LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(indexes()).containsExactly("I x|t");
    assertThat(ddl.run(build, LONG)).isInstanceOf(LockOutcome.Done.class);
    assertThat(indexes()).containsExactly("I x|t");
  }

  /** Fails where the name is optional, as it is in SQL. */
  @Test
  void shouldRefuseAnIndexWithoutAName() {
    assertThatThrownBy(() -> ddl.run("create index concurrently on t (id)", LONG))
        .isInstanceOf(SwitchingException.class)
        .hasMessageContaining("give the index a name");
    assertThat(indexes()).isEmpty();
  }
}
