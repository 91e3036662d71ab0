package io.crossfade.postgres.switching;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.FencePass;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fences among clients that write all the time. */
@Timeout(180)
@Tag("slow")
class FenceUnderLoadTest {

  private static final Set<TableId> TABLES =
      Set.of(new TableId("public", "t"), new TableId("public", "u"));
  private static final FencePass PASS = new FencePass("00000000-pass-of-this-fence");
  private static final int WRITERS = 4;

  private Database database;
  private Sessions sessions;
  private Fence fence;
  private volatile boolean stop;

  @BeforeEach
  void open() {
    open(SharedSandbox.postgres18());
  }

  private void open(PostgresServer server) {
    database = server.createDatabase();
    sessions = new Sessions(database);
    fence =
        new PostgresSwitching(
                new PostgresAddress(database.jdbcUrl(), database.user(), database.password()), "m")
            .fence();
    database.execute("CREATE TABLE t (id bigint PRIMARY KEY)", "CREATE TABLE u (LIKE t)");
  }

  @AfterEach
  void close() throws SQLException {
    sessions.close();
    database.close();
  }

  /**
   * A client that writes both tables in one transaction, in this or the other order, until it is
   * stopped or told that they are fenced.
   */
  private final class Writer {
    final Set<Long> acknowledged = Collections.synchronizedSet(new TreeSet<>());
    final List<String> errors = new ArrayList<>();
    final CompletableFuture<Void> end;
    volatile long longestNanos;

    Writer(int number) {
      end = CompletableFuture.runAsync(() -> write(number), task -> new Thread(task).start());
    }

    private void write(int number) {
      try (Connection connection = database.connect()) {
        connection.setAutoCommit(false);
        for (long id = number; !stop && errors.isEmpty(); id += WRITERS) {
          boolean first = id / WRITERS % 2 == 0;
          try {
            timed(connection, "INSERT INTO " + (first ? "t" : "u") + " VALUES (" + id + ")");
            timed(connection, "INSERT INTO " + (first ? "u" : "t") + " VALUES (" + id + ")");
            connection.commit();
            acknowledged.add(id);
          } catch (SQLException e) {
            errors.add(e.getSQLState());
            connection.rollback();
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private void timed(Connection connection, String sql) throws SQLException {
      long start = System.nanoTime();
      try {
        Sessions.run(connection, sql);
      } finally {
        longestNanos = Math.max(longestNanos, System.nanoTime() - start);
      }
    }
  }

  private List<Writer> writers() {
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i));
    }
    for (Writer writer : writers) {
      until(() -> writer.acknowledged.size() > 20);
    }
    return writers;
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("a minute is over").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  private List<String> rows(String table) {
    return database.query("SELECT id FROM " + table + " ORDER BY id");
  }

  /**
   * Whether what is acknowledged and what is there are one, from the moment on at which the fence
   * is up. Fails where one of the tables is left out, and where triggers are made without the lock.
   */
  @Test
  void shouldHaveAllThatWasAcknowledgedAndNothingAfterwards() throws Exception {
    List<Writer> writers = writers();
    LockOutcome outcome =
        fence.raise(TABLES, PASS, "go on elsewhere", Patience.within(Duration.ofSeconds(60)));
    List<String> then = rows("t");
    assertThat(outcome).isInstanceOf(LockOutcome.Done.class);
    Set<Long> acknowledged = new TreeSet<>();
    for (Writer writer : writers) {
      writer.end.get(60, TimeUnit.SECONDS);
      assertThat(writer.errors).containsExactly("XF001");
      acknowledged.addAll(writer.acknowledged);
    }
    assertThat(then).isEqualTo(acknowledged.stream().map(String::valueOf).toList());
    assertThat(rows("t")).isEqualTo(then);
    assertThat(rows("u")).isEqualTo(then);
  }

  /**
   * A fence that is tried for five seconds against a transaction that does not end. Fails where an
   * attempt waits until the deadline: so do all who come after it.
   */
  @Test
  void shouldMakeNobodyWaitWhileItIsTriedAgainAndAgain() throws Exception {
    List<Writer> writers = writers();
    sessions.within("long", "INSERT INTO u VALUES (-1)");
    LockOutcome outcome =
        fence.raise(
            TABLES,
            PASS,
            "go on elsewhere",
            new Patience(Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(5)));
    int before = writers.stream().mapToInt(writer -> writer.acknowledged.size()).sum();
    until(
        () -> writers.stream().mapToInt(writer -> writer.acknowledged.size()).sum() > before + 20);
    stop = true;
    assertThat(outcome)
        .isInstanceOfSatisfying(
            LockOutcome.TimedOut.class,
            timedOut -> {
              assertThat(timedOut.attempts()).isGreaterThan(5);
              assertThat(timedOut.blocking()).extracting(one -> one.application()).contains("long");
            });
    for (Writer writer : writers) {
      writer.end.get(60, TimeUnit.SECONDS);
      // Neither a deadlock, though they take the tables in the other order, nor a fence.
      assertThat(writer.errors).isEmpty();
      assertThat(Duration.ofNanos(writer.longestNanos)).isLessThan(Duration.ofSeconds(2));
    }
  }

  /**
   * A vacuum that would take half a minute. Fails where locks are waited for in attempts that are
   * shorter than {@code deadlock_timeout}: nobody ever cancels it then.
   */
  @Test
  void shouldNotWaitForAnAutovacuum() {
    PostgresOptions options =
        PostgresOptions.of(PostgresVersion.V18)
            .fastAndUnsafe()
            .with("autovacuum_naptime", "1s")
            .with("autovacuum_vacuum_cost_delay", "100ms")
            .with("autovacuum_vacuum_cost_limit", "1");
    database.close();
    try (PostgresServer server = PostgresServer.start(options)) {
      open(server);
      database.execute(
          "ALTER TABLE t SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)",
          "INSERT INTO t SELECT generate_series(1, 40000)",
          "DELETE FROM t WHERE id % 3 = 0");
      until(
          () ->
              !database
                  .query(
                      "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
                          + " WHERE relation = 't'::regclass AND backend_type = 'autovacuum worker'"
                          + " AND mode = 'ShareUpdateExclusiveLock'")
                  .isEmpty());
      LockOutcome outcome =
          fence.raise(
              TABLES,
              PASS,
              "go on elsewhere",
              new Patience(Duration.ofMillis(200), Duration.ofMillis(100), Duration.ofSeconds(3)));
      assertThat(outcome).isInstanceOf(LockOutcome.Done.class);
      database.close();
      open();
    }
  }
}
