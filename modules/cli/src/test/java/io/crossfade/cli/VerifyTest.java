package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.JobClient;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Verification of a migration that runs and is written to, as a user asks for it. */
@Timeout(240)
@Tag("slow")
class VerifyTest {

  private static final int ROWS = 20_000;

  /** Rows from here on are written all the time; those below stand still. */
  private static final int LIVE = 10_000;

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path directory;
  private final String migration = "v" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;
  private String check = "SELECT 1";

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text, t text, n numeric(12,3), gone bool NOT NULL"
            + " DEFAULT false)",
        "INSERT INTO a SELECT i, 's' || i, 't' || i, i / 8.0 FROM generate_series(1, "
            + ROWS
            + ") i",
        "CREATE TABLE w (k text COLLATE \"und-x-icu\" PRIMARY KEY, v int, f float8)",
        "INSERT INTO w SELECT chr(65 + i % 50) || chr(200 + i % 300) || i, i, '-0' FROM"
            + " generate_series(1, 2000) i",
        "CREATE TABLE e (id int PRIMARY KEY)",
        "ANALYZE");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text, t text, n numeric)",
        "CREATE TABLE x (k text COLLATE \"C\" PRIMARY KEY, v int, f float8)",
        "CREATE TABLE e (id int PRIMARY KEY)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a difference is reported without a barrier, where a value that is the same before
   * and after counts as unchanged, where hashes leave out what was corrupted or where a column
   * ends, and where what the SELECT gave before is not looked up.
   */
  @Test
  void shouldFindWhatWasPlantedDuringLiveWritesAndNothingElse() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      source.execute("UPDATE a SET s = 'newer' WHERE id = 8");
      job.awaitBarrier();
      try (Writers writers = new Writers()) {
        assertThat(verify(job, "--table", "b", "--table", "public.x", "--keys"))
            .as("%s%n%s", out, err)
            .isIn(0, 1);
        assertThat(classes()).as("no false alarm").isSubsetOf("hot");

        target.execute(
            "DELETE FROM b WHERE id = 1",
            "INSERT INTO b VALUES (-5, 's', 't', 0)",
            "UPDATE b SET s = 'S2' WHERE id = 2",
            "UPDATE b SET s = CASE id WHEN 3 THEN 's4' ELSE 's3' END WHERE id IN (3, 4)",
            "UPDATE b SET s = t, t = s WHERE id = 5",
            "UPDATE b SET s = '', t = s || t WHERE id = 6",
            "UPDATE b SET n = round(n, 1) WHERE id = 7",
            "UPDATE b SET s = 's8' WHERE id = 8",
            "DELETE FROM x WHERE v = 11",
            "UPDATE x SET f = 1e-9 WHERE v = 12");
        assertThat(verify(job, "--keys")).as("%s%n%s", out, err).isEqualTo(3);
        assertThat(found())
            .containsExactlyInAnyOrder(
                "public.b 1 missing []",
                "public.b -5 extra []",
                "public.b 2 value [s]",
                "public.b 3 value [s]",
                "public.b 4 value [s]",
                "public.b 5 value [s, t]",
                "public.b 6 value [s, t]",
                "public.b 7 precision [n]",
                "public.b 8 stale [s]",
                "public.x " + key(11) + " missing []",
                "public.x " + key(12) + " value [f]");
        awaitVerified(job, "different");
        writers.check();
      }
      // Written again at the source, all is as it should be; what it never had is deleted by hand.
      source.execute("UPDATE a SET s = s WHERE id < 10", "UPDATE w SET v = v WHERE v IN (11, 12)");
      target.execute("DELETE FROM b WHERE id = -5");
      job.awaitBarrier();
      assertThat(verify(job)).as("%s%n%s", out, err).isZero();
      assertThat(out.toString()).contains("public.e").contains("no row on either side");
      awaitVerified(job, "equal");
    }
  }

  /** Fails where a page or a report leaves something out, or shows what is to be hidden. */
  @Test
  void shouldWriteReportsAndHideValues() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      target.execute("UPDATE b SET s = 'sec<ret' WHERE id = 2");
      Path page = directory.resolve("r.html");
      assertThat(verify(job, "--report", page.toString())).as("%s%n%s", out, err).isEqualTo(3);
      assertThat(Files.readString(page))
          .contains("different", "sec&lt;ret", "public.b", job.status().migration(), "SHA-256")
          .doesNotContain("sec<ret");
      Path json = directory.resolve("r.json");
      assertThat(verify(job, "--report", json.toString(), "--mask", "-o", "json")).isEqualTo(3);
      JsonNode report = JSON.readTree(json.toFile());
      assertThat(report.at("/outcome").asText()).isEqualTo("different");
      assertThat(report.at("/spec").asText()).matches("[0-9a-f]{64}");
      assertThat(report.at("/tables/0/fromPosition").asText()).matches("[0-9A-F]+/[0-9A-F]+");
      assertThat(report.at("/found").size()).isEqualTo(1);
      assertThat(report.at("/found/0/key/id").asText()).isEqualTo("2");
      assertThat(Files.readString(json)).doesNotContain("ret");
      assertThat(JSON.readTree(out.toString()).at("/tables/0/differences/value").asInt())
          .isEqualTo(1);
      assertThat(verify(job, "--report", "r.pdf")).isEqualTo(2);
      assertThat(verify(job, "--table", "nosuch")).isEqualTo(2);
      assertThat(err.toString()).contains("the job has no table nosuch; it has public.b");
    }
    assertThat(crossfade("verify", "-f", write("c.yaml", 1).toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no job answers");
  }

  /** Fails where a check is not asked, or its texts are compared and not its values. */
  @Test
  void shouldAskTheChecks() throws Exception {
    check = "SELECT 2";
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(verify(job)).as("%s%n%s", out, err).isEqualTo(3);
      assertThat(out.toString())
          .contains("check total: equal")
          .contains("check wrong: different: source [2], target [1.0]");
      assertThat(verify(job, "--table", "b")).as("checks go with all tables").isZero();
    }
    check = "SELECT nosuch";
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(verify(job)).as("%s%n%s", out, err).isEqualTo(1);
      assertThat(out.toString()).contains("check wrong: incomplete").contains("nosuch");
    }
  }

  /**
   * Fails where whatever the source shows is taken for all that it has committed: a commit that
   * waits for a standby is in the target before the source shows it.
   */
  @Test
  void shouldNotReportACommitThatTheSourceDoesNotShowYet() throws Exception {
    source.close();
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      source = server.createDatabase();
      source.execute(
          "CREATE TABLE a (id int PRIMARY KEY, s text, t text, n numeric, gone bool NOT NULL)",
          "INSERT INTO a SELECT i, 's', 't', i, false FROM generate_series(1, 100) i",
          "CREATE TABLE w (k text PRIMARY KEY, v int, f float8)",
          "CREATE TABLE e (id int PRIMARY KEY)");
      try (Job job = Job.start(spec(), warning -> {})) {
        job.awaitCaughtUp();
        server.set(Map.of("synchronous_standby_names", "ghost"));
        Thread writer =
            new Thread(
                () ->
                    source.execute(
                        "UPDATE a SET s = 'hidden' WHERE id <= 5; DELETE FROM a WHERE id = 6;"
                            + " INSERT INTO a VALUES (1000, 's', 't', 1, false)"));
        writer.start();
        // Partitions do not wait for each other: one row there does not mean all.
        while (!target
            .query(
                "SELECT count(*) FILTER (WHERE s = 'hidden'), count(*) FILTER (WHERE id IN (6,"
                    + " 1000)), max(id) FROM b")
            .equals(List.of("5|1|1000"))) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(source.query("SELECT s FROM a WHERE id = 1")).containsExactly("s");

        assertThat(verify(job, "--table", "b")).as("%s%n%s", out, err).isEqualTo(1);
        assertThat(out.toString()).contains("7 hot").contains("a transaction that is open");

        server.set(Map.of("synchronous_standby_names", ""));
        writer.join();
        assertThat(verify(job, "--table", "b")).as("%s%n%s", out, err).isZero();
      }
      source.close();
      source = SharedSandbox.postgres18().createDatabase();
    }
  }

  /** Fails where a table that cannot be read, or is not copied yet, is taken for an equal one. */
  @Test
  void shouldBeIncompleteWhereNotAllCouldBeCompared() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      target.execute("ALTER TABLE e RENAME TO f");
      assertThat(verify(job)).as("%s%n%s", out, err).isEqualTo(1);
      assertThat(out.toString()).contains("incomplete").contains("does not exist");
      target.execute("ALTER TABLE f RENAME TO e");
      assertThat(verify(job)).as("%s%n%s", out, err).isZero();
    }
  }

  /** Fails where a comparison that was not ended, because its job was, counts for anything. */
  @Test
  void shouldNotEndBeforeTheComparisonWhenTheJobDoes() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      // So it stands still behind the first table.
      new JobClient("127.0.0.1", job.api().getPort(), Optional.empty())
          .command("throttle", "a test", OptionalLong.of(1));
      FutureTask<Integer> code = new FutureTask<>(() -> verify(job));
      new Thread(code, "verify").start();
      awaitVerified(job, "equal");
      job.close();
      // VerifyResumeTest has it come back, AbsenceTest has it gone for good.
      while (!err.toString().contains("verify: the job does not answer")) {
        assertThat(code.isDone()).as("%s%n%s", out, err).isFalse();
        TimeUnit.MILLISECONDS.sleep(20);
      }
      code.cancel(true);
      assertThat(out.toString()).doesNotContain("equal");
    }
  }

  private static void awaitVerified(Job job, String result) throws Exception {
    while (!job.status()
        .tables()
        .get(0)
        .verified()
        .map(v -> v.result())
        .orElse("")
        .equals(result)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private String key(int i) {
    return new StringBuilder()
        .appendCodePoint(65 + i % 50)
        .appendCodePoint(200 + i % 300)
        .append(i)
        .toString();
  }

  private List<JsonNode> lines() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private List<String> classes() throws Exception {
    return lines().stream().map(line -> line.get("class").asText()).distinct().toList();
  }

  /** Without what is hot: that is no difference. */
  private List<String> found() throws Exception {
    return lines().stream()
        .filter(line -> !line.get("class").asText().equals("hot"))
        .map(
            line -> {
              List<String> columns = new ArrayList<>();
              line.get("columns").forEach(column -> columns.add(column.get("column").asText()));
              return line.get("table").asText()
                  + " "
                  + line.get("key").elements().next().asText()
                  + " "
                  + line.get("class").asText()
                  + " "
                  + columns;
            })
        .toList();
  }

  private int verify(Job job, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("verify", "-f"));
    all.add(write("client.yaml", job.api().getPort()).toString());
    all.addAll(List.of(arguments));
    return crossfade(all.toArray(new String[0]));
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Spec spec() throws Exception {
    return SpecReader.read(write("m.yaml", 0), Map.of()).orThrow();
  }

  private Path write(String name, int port) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables:
          - into: public.b
            select: SELECT id, s, t, n FROM public.a WHERE NOT gone
          - into: public.x
            from: public.w
          - into: public.e
            from: public.e
        checks:
          - name: total
            source: SELECT count(*), sum(n) * 100 FROM a WHERE NOT gone AND id < 10000;
            target: SELECT count(*), sum(n * 100.0) FROM b WHERE id < 10000
          - { name: wrong, source: "%s", target: "SELECT 1.0" }
        server: { port: %d }
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
                check,
                port));
    return file;
  }

  /** Clients that insert, update, delete and filter rows, some of them again and again. */
  private final class Writers implements AutoCloseable {
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    Writers() {
      for (int i = 0; i < 2; i++) {
        int seed = i;
        Thread thread = new Thread(() -> write(new Random(seed)), "writer-" + i);
        threads.add(thread);
        thread.start();
      }
    }

    private void write(Random random) {
      try (Connection connection = source.connect();
          Statement statement = connection.createStatement()) {
        while (!closed) {
          // Every second change goes to one of ten rows, between two values.
          int id = random.nextBoolean() ? LIVE + random.nextInt(10) : LIVE + random.nextInt(LIVE);
          switch (random.nextInt(5)) {
            case 0 -> statement.execute("DELETE FROM a WHERE id = " + id);
            case 1 -> statement.execute("UPDATE a SET gone = NOT gone WHERE id = " + id);
            case 2 ->
                statement.execute(
                    "UPDATE w SET f = 1 - f WHERE v = " + (1000 + random.nextInt(1000)));
            default ->
                statement.execute(
                    "INSERT INTO a VALUES ("
                        + id
                        + ", 's"
                        + random.nextInt(2)
                        + "', 't', 1) ON CONFLICT (id) DO UPDATE SET s = excluded.s");
          }
        }
      } catch (SQLException e) {
        failure.set(e);
      }
    }

    void check() throws Exception {
      if (failure.get() != null) {
        throw failure.get();
      }
    }

    @Override
    public void close() throws Exception {
      closed = true;
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      check();
    }
  }
}
