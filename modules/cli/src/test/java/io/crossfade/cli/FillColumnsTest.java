package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classic steps: a column is added, filled, kept filled, and made NOT NULL. */
class FillColumnsTest {

  private static final int ROWS = 2_000;

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter said = new StringWriter();
  private String select =
      "SELECT id, CAST(amount * 100 AS BIGINT) AS amount_cents FROM public.customers";
  private String more = "";
  private String sourceUrl;
  private Database database;

  @BeforeEach
  void prepare() {
    database = SharedSandbox.postgres18().createDatabase();
    sourceUrl = database.jdbcUrl();
    database.execute(
        "CREATE TABLE customers (id bigint PRIMARY KEY, amount numeric(12,2), note text)",
        "INSERT INTO customers SELECT g, g * 1.25, 'n' || g FROM generate_series(1, %d) g"
            .formatted(ROWS));
  }

  @AfterEach
  void drop() {
    database.close();
  }

  /**
   * Fails where the column is not filled, or not kept so; where what we write makes us write again,
   * or more is written than has to be; where there could be a cutover; where the end comes before
   * all is filled, or leaves something of ours, or takes the table away.
   */
  @Test
  void shouldWalkTheClassicSteps() throws Exception {
    assertThat(run(0, "validate")).as(said.toString()).isZero();
    assertThat(run(0, "plan")).as(said.toString()).isZero();
    assertThat(said.toString()).contains("project → fill, in rows of others");
    assertThat(run(0, "plan", "--ddl")).as(said.toString()).isZero();
    assertThat(said.toString()).doesNotContain("CREATE TABLE");
    int port = freePort();
    try (Job job = start(port)) {
      job.awaitCaughtUp();
      try (OldCode code = new OldCode(3)) {
        code.awaitMore(300);
        job.awaitBarrier();
        code.awaitMore(300);
      }
      job.awaitBarrier();
      assertFilled();
      assertThat(run(port, "verify")).as(said.toString()).isZero();
      assertThat(run(port, "status")).as(said.toString()).isZero();
      assertThat(run(port, "explain", "public.customers", "7")).as(said.toString()).isZero();
      assertThat(run(port, "cutover", "--yes")).isEqualTo(3);
      assertThat(said.toString()).contains("there is nothing to switch to", "crossfade complete");
      assertEachWriteIsNeeded(job);

      // What somebody damages comes by the log as well.
      database.execute(
          "UPDATE customers SET amount_cents = -1 WHERE id % 10 = 0",
          "UPDATE customers SET amount_cents = NULL WHERE id % 10 = 1");
      job.awaitBarrier();
      assertFilled();

      // A row with nothing to be filled with cannot be NOT NULL; and the job goes on.
      database.execute("INSERT INTO customers VALUES (0, NULL)");
      assertThat(run(port, "verify")).as(said.toString()).isZero();
      assertThat(run(port, "complete", "--dry-run")).as(said.toString()).isZero();
      assertThat(said.toString()).contains("while the columns are still filled");
      assertThat(run(port, "complete", "--yes")).as(said.toString()).isEqualTo(5);
      assertThat(said.toString()).contains("the columns are filled as before", "amount_cents");
      database.execute(
          "UPDATE customers SET amount = 3, amount_cents = 0 WHERE id = 0",
          "UPDATE customers SET amount = 4 WHERE id = 1");
      job.awaitBarrier();
      assertFilled();

      assertThat(run(port, "complete", "--yes")).as(said.toString()).isZero();
      job.awaitEnd();
    }
    assertThat(
            database.query(
                "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'customers'::regclass AND"
                    + " attname = 'amount_cents'"))
        .containsExactly("t");
    assertFilled();
    assertThat(
            database.query(
                "SELECT count(*) FROM pg_replication_slots WHERE database ="
                    + " current_database()"))
        .containsExactly("0");
    assertThat(database.query("SELECT count(*) FROM pg_publication")).containsExactly("0");
    assertThat(database.query("SELECT to_regnamespace('crossfade') IS NULL")).containsExactly("t");
    assertThat(
            database.query(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid =" + " 'customers'::regclass"))
        .containsExactly("0");
  }

  /** Counts what apply writes; each change is followed by its echo, and that by nothing. */
  private void assertEachWriteIsNeeded(Job job) throws Exception {
    database.execute(
        "CREATE TABLE writes (n bigint)",
        """
        CREATE FUNCTION count_writes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF current_setting('application_name') LIKE 'crossfade apply%' THEN
            INSERT INTO public.writes VALUES (NEW.id);
          END IF;
          RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER counted AFTER INSERT OR UPDATE ON customers FOR EACH ROW"
            + " EXECUTE FUNCTION count_writes()",
        "ALTER TABLE customers ENABLE ALWAYS TRIGGER counted",
        "INSERT INTO customers SELECT g, g FROM generate_series(100001, 100200) g");
    assertWrites(job, 200);
    database.execute("UPDATE customers SET amount = amount + 1 WHERE id BETWEEN 100001 AND 100050");
    assertWrites(job, 250);
    database.execute(
        "UPDATE customers SET note = 'x' WHERE id BETWEEN 100001 AND 100100",
        "UPDATE customers SET amount = amount + 0.000 WHERE id BETWEEN 100001 AND 100100",
        "UPDATE customers SET id = id + 1000 WHERE id BETWEEN 100001 AND 100010",
        "DELETE FROM customers WHERE id BETWEEN 100100 AND 100120");
    assertWrites(job, 250);
    database.execute("DROP TRIGGER counted ON customers", "DROP TABLE writes");
  }

  /** All that was written before the first barrier has come back before the second. */
  private void assertWrites(Job job, int writes) throws Exception {
    for (int i = 0; i < 3; i++) {
      job.awaitBarrier();
    }
    assertThat(database.query("SELECT count(*) FROM writes")).containsExactly("" + writes);
    assertFilled();
  }

  /** Fails where a SELECT may read what is filled, or where the two databases are told by URLs. */
  @Test
  void shouldRefuseWhatWouldNeverEnd() throws Exception {
    database.execute("ALTER TABLE customers ADD COLUMN amount_cents bigint");
    select = "SELECT id, amount_cents + 1 AS amount_cents FROM public.customers";
    assertThat(run(0, "validate")).isEqualTo(2);
    assertThat(said.toString())
        .contains(
            "m.yaml:11:13: ",
            "reads amount_cents of public.customers, which this migration writes");
    select = "SELECT id, 1 AS amount_cents FROM public.customers WHERE amount_cents IS NULL";
    assertThat(run(0, "validate")).isEqualTo(2);
    assertThat(said.toString())
        .contains("reads amount_cents of public.customers, which this migration writes");
    sourceUrl = database.jdbcUrl().replace("127.0.0.1", "localhost");
    assertThat(sourceUrl).isNotEqualTo(database.jdbcUrl());
    assertThat(run(0, "validate")).isEqualTo(2);
    assertThat(said.toString())
        .contains("reads amount_cents of public.customers, which this migration writes");
  }

  /** Fails where a migration that also has tables of its own says nothing of its end. */
  @Test
  void shouldWarnOfWhatCannotBeSwitched() throws Exception {
    database.execute("CREATE TABLE copied (id bigint PRIMARY KEY, note text)");
    more = "  - { into: public.copied, select: \"SELECT id, note FROM public.customers\" }";
    assertThat(run(0, "validate")).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains("public.customers is filled, beside tables that can be switched to");
  }

  /**
   * Fails where what was written before a crash is not written again after it, or something is
   * skipped that was not.
   */
  @Test
  @Tag("slow")
  void shouldFillAllWhateverIsKilledWhen() throws Exception {
    int port = freePort();
    try (OldCode code = new OldCode(2)) {
      for (String fault :
          List.of(
              "inside-target-transaction:2",
              "between-target-and-kafka:3",
              "between-target-and-kafka:9",
              "after-send-before-commit:5")) {
        try (JavaProcess job = process(port, fault)) {
          long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
          while (job.isRunning()) {
            code.awaitMore(1);
            assertThat(System.nanoTime()).as(Files.readString(job.log())).isLessThan(end);
          }
          assertThat(job.exitCode()).as(fault).hasValue(FaultPoint.EXIT_CODE);
        }
      }
      try (Job job = start(port)) {
        job.awaitCaughtUp();
        code.awaitMore(200);
        code.close();
        job.awaitBarrier();
        assertFilled();
        assertThat(run(port, "verify")).as(said.toString()).isZero();
      }
    }
    assertThat(run(0, "replay", "--from", "start")).as(said.toString()).isZero();
    try (Job job = start(port)) {
      job.awaitCaughtUp();
      assertFilled();
      assertThat(run(port, "verify")).as(said.toString()).isZero();
    }
  }

  private void assertFilled() {
    assertThat(
            database.query(
                "SELECT id, amount, amount_cents FROM customers WHERE amount_cents IS DISTINCT FROM"
                    + " CAST(amount * 100 AS bigint) ORDER BY id LIMIT 5"))
        .isEmpty();
    assertThat(database.query("SELECT count(*) > %d FROM customers".formatted(ROWS / 2)))
        .containsExactly("t");
  }

  private JavaProcess process(int port, String fault) throws Exception {
    return JavaProcess.start(
        new JavaProcess.Plan(
            "io.crossfade.cli.Main",
            List.of("run", "-f", spec(port).toString()),
            List.of(
                "-Xmx400m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dcrossfade.fault=" + fault),
            directory,
            directory.resolve("job-" + System.nanoTime() + ".log"),
            Map.of()));
  }

  private Job start(int port) throws Exception {
    return Job.start(SpecReader.read(spec(port), Map.of()).orThrow(), warning -> {});
  }

  private int run(int port, String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-f", spec(port).toString()));
    said.getBuffer().setLength(0);
    PrintWriter out = new PrintWriter(said, true);
    return Main.run(out, out, arguments.toArray(String[]::new));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Path spec(int port) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: %d }
        expand: [ "ALTER TABLE public.customers ADD COLUMN amount_cents bigint" ]
        contract: [ "ALTER TABLE public.customers ALTER COLUMN amount_cents SET NOT NULL" ]
        tables:
          - into: public.customers
            columns: fill
            select: %s
        %s
        """
            .formatted(
                migration,
                sourceUrl,
                database.user(),
                database.password(),
                database.jdbcUrl(),
                database.user(),
                database.password(),
                SharedSandbox.kafka().bootstrapServers(),
                port,
                select,
                more));
  }

  /** The application as it was before: it does not know the column. */
  private final class OldCode implements AutoCloseable {

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong next = new AtomicLong(1_000_000);
    private final ExecutorService threads;
    private final List<CompletableFuture<Void>> clients = new ArrayList<>();
    private volatile boolean ends;

    OldCode(int clients) {
      threads = Executors.newFixedThreadPool(clients);
      for (int i = 0; i < clients; i++) {
        int number = i;
        this.clients.add(CompletableFuture.runAsync(() -> write(number), threads));
      }
    }

    private void write(int number) {
      Random random = new Random(number);
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        while (!ends) {
          for (int i = random.nextInt(4); i >= 0; i--) {
            statement.execute(one(random));
          }
          connection.commit();
          done.incrementAndGet();
        }
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Of several rows a client takes those of one remainder, in order, as an application does. */
    private String one(Random random) {
      int id = 1 + random.nextInt(ROWS);
      return switch (random.nextInt(8)) {
        case 0, 1 ->
            "INSERT INTO customers VALUES (%d, %d.5)"
                .formatted(next.incrementAndGet(), random.nextInt(1000));
        case 2 ->
            "DELETE FROM customers WHERE id = (SELECT id FROM customers WHERE id > %d"
                    .formatted(1_000_000 + random.nextInt(500))
                + " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)";
        case 3 ->
            "UPDATE customers SET id = %d WHERE id = (SELECT id FROM customers WHERE id > %d"
                    .formatted(next.incrementAndGet(), 1_000_000 + random.nextInt(500))
                + " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)";
        default ->
            "UPDATE customers SET amount = amount + 1 WHERE id = (SELECT id FROM customers"
                + " WHERE id >= %d ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)".formatted(id);
      };
    }

    void awaitMore(long transactions) throws Exception {
      long until = done.get() + transactions;
      while (done.get() < until) {
        assertThat(clients).noneMatch(CompletableFuture::isDone);
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }

    @Override
    public void close() {
      ends = true;
      clients.forEach(CompletableFuture::join);
      threads.shutdown();
    }
  }
}
