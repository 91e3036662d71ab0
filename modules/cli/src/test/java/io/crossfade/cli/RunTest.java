package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} on servers that exist: TPC-B on PostgreSQL 15, migrated live into PostgreSQL 18. */
@Timeout(240)
class RunTest {

  private static final int ACCOUNTS = 50_000;

  private static final String SELECT_ACCOUNTS =
      "SELECT aid AS account_id, 'B' || CAST(bid AS VARCHAR) AS branch, CAST(abalance AS BIGINT) * 100 AS balance_cents,"
          + " TRIM(filler) AS note FROM public.pgbench_accounts";
  private static final String SELECT_HISTORY =
      "SELECT id, aid AS account_id, delta, mtime AS at, delta > 0 AS big FROM public.pgbench_history WHERE delta <> 0";

  @TempDir private Path directory;
  private final String migration = "r" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres15().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88))",
        "CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84))",
        "CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84))",
        "CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22),"
            + " id bigserial PRIMARY KEY)",
        "INSERT INTO pgbench_branches SELECT 1, 0",
        "INSERT INTO pgbench_tellers SELECT i, 1, 0 FROM generate_series(1, 10) i",
        "INSERT INTO pgbench_accounts SELECT i, 1, 0, '' FROM generate_series(1, "
            + ACCOUNTS
            + ") i",
        "ANALYZE");
    target.execute(
        "CREATE TABLE accounts (account_id int PRIMARY KEY, branch text, balance_cents bigint, note text)",
        "CREATE TABLE history (id bigint PRIMARY KEY, account_id int, delta int, at timestamp, big boolean)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldKeepTheNewTablesEqualWhileClientsWriteAndTheJobIsStoppedInTheMiddle()
      throws Exception {
    Spec spec = spec(8_000);
    List<String> warnings = new ArrayList<>();
    try (TpcB clients = new TpcB(source, 4)) {
      try (Job job = Job.start(spec, warnings::add)) {
        while (job.status().tables().get(0).rowsRead() == 0) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(job.status().phase()).isEqualTo("BACKFILLING");
      }
      long before = clients.transactions();
      try (Job job = Job.start(spec(1_000_000), warnings::add)) {
        job.awaitCaughtUp();
        assertThat(job.status().resumed()).isEqualTo(1);
        while (clients.transactions() < before + 500) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        clients.stop();
        job.awaitBarrier();
        assertEqual();
        assertThat(job.statistics().recordsApplied()).isPositive();
        assertThat(job.statistics().lagP99()).isPresent();
      }
    }
    assertThat(warnings).isEmpty();
  }

  private void assertEqual() {
    assertThat(digest(target, "SELECT * FROM accounts")).isEqualTo(digest(source, SELECT_ACCOUNTS));
    assertThat(digest(target, "SELECT * FROM history")).isEqualTo(digest(source, SELECT_HISTORY));
  }

  private static List<String> digest(Database database, String select) {
    return database.query(
        "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric), sum(hashtextextended(t::text, 1)::numeric) FROM ("
            + select
            + ") t");
  }

  private Spec spec(int maxRowsPerSecond) throws Exception {
    Path file = directory.resolve("m.yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        tables:
          - into: public.accounts
            select: %s
          - into: public.history
            select: %s
        backfill: { max-rows-per-second: %d }
        server: { port: 0 }
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                SELECT_ACCOUNTS,
                SELECT_HISTORY,
                maxRowsPerSecond));
    return SpecReader.read(file, Map.of()).orThrow();
  }

  /** The transactions of pgbench, over JDBC. */
  private static final class TpcB implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean stop;

    TpcB(Database database, int clients) {
      for (int i = 0; i < clients; i++) {
        Random random = new Random(i);
        Thread thread = new Thread(() -> write(database, random), "tpc-b-" + i);
        threads.add(thread);
        thread.start();
      }
    }

    private void write(Database database, Random random) {
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        while (!stop) {
          int account = 1 + random.nextInt(ACCOUNTS);
          int teller = 1 + random.nextInt(10);
          int delta = random.nextInt(11) - 5;
          statement.execute(
              "UPDATE pgbench_accounts SET abalance = abalance + "
                  + delta
                  + " WHERE aid = "
                  + account);
          statement.execute(
              "UPDATE pgbench_tellers SET tbalance = tbalance + "
                  + delta
                  + " WHERE tid = "
                  + teller);
          statement.execute("UPDATE pgbench_branches SET bbalance = bbalance + " + delta);
          statement.execute(
              "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ("
                  + teller
                  + ", 1, "
                  + account
                  + ", "
                  + delta
                  + ", CURRENT_TIMESTAMP)");
          connection.commit();
          transactions.incrementAndGet();
        }
      } catch (SQLException e) {
        failure.compareAndSet(null, e);
      }
    }

    long transactions() {
      return transactions.get();
    }

    void stop() throws Exception {
      stop = true;
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw failure.get();
      }
    }

    @Override
    public void close() throws Exception {
      stop();
    }
  }
}
