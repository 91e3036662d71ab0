package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who serves reads: marked, told to applications, kept over restarts. */
@Timeout(180)
@Tag("slow")
class ReadsTest {

  private static final String ROW = "SELECT migration, reads, writes, why FROM crossfade.serving";

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 's' || i FROM generate_series(1, 100) i");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where reads are marked before anybody has compared, where a replay shows former rows to
   * who reads the new side, where a restart forgets the mark or leaves a database without it.
   */
  @Test
  void shouldMarkReadsOnceTheNewTablesAreProvenAndRefuseAReplayThen() throws Exception {
    try (Job job = start()) {
      job.awaitCaughtUp();
      assertThat(to(job, "reads", "new")).isEqualTo(3);
      assertThat(err.toString())
          .contains("nothing was changed", "verified: public.b never compared; needed: equal")
          .contains("`crossfade verify`");
      assertThat(source.query("SELECT to_regclass('crossfade.serving') IS NULL"))
          .as("nothing is made before it is needed")
          .containsExactly("t");
      assertThat(serving(job)).contains("\"reads\":\"old\"", "\"writes\":\"old\"");

      assertThat(to(job, "verify")).as(err.toString()).isZero();
      assertThat(to(job, "reads", "new", "--reason", "first step")).as(err.toString()).isZero();
      assertThat(out.toString()).contains("reads NEW, writes OLD");
      for (Database database : List.of(source, target)) {
        assertThat(database.query(ROW)).containsExactly(migration + "|new|old|first step");
        assertThat(
                database.query(
                    "SELECT count(*) FROM information_schema.role_table_grants"
                        + " WHERE grantee = 'PUBLIC' AND table_name = 'serving'"))
            .as("applications may read it")
            .containsExactly("1");
      }
      assertThat(serving(job)).contains("\"reads\":\"new\"", "\"why\":\"first step\"");
    }
    assertThat(crossfade("replay", "-f", spec(0).toString(), "--from", "start")).isEqualTo(3);
    assertThat(err.toString()).contains("reads NEW, writes OLD", "`crossfade reads old`");

    target.execute("UPDATE crossfade.serving SET reads = 'old'");
    try (Job job = start()) {
      assertThat(serving(job)).doesNotContain("\"reads\":\"old\"");
      await(target, migration + "|new|old|first step");
      job.awaitCaughtUp();
      assertThat(job.status().serving()).isEqualTo("reads NEW, writes OLD");
      target.execute("UPDATE b SET s = 'spoilt' WHERE id = 7");
      assertThat(to(job, "verify")).isEqualTo(3);
      assertThat(to(job, "reads", "new")).as("again").isEqualTo(3);
      assertThat(err.toString()).contains("public.b different", "`crossfade repair`");

      assertThat(to(job, "reads", "old")).as("back goes always").isZero();
      assertThat(source.query(ROW)).containsExactly(migration + "|old|old|");
    }
    assertThat(crossfade("replay", "-f", spec(0).toString(), "--from", "start"))
        .as(err.toString())
        .isZero();
  }

  /** Fails where a database that does not take the mark is forgotten, or nobody is told. */
  @Test
  void shouldSayThatADatabaseIsNotToldYetAndGoOnTrying() throws Exception {
    try (Job job = start()) {
      job.awaitCaughtUp();
      assertThat(to(job, "reads", "old")).as(err.toString()).isZero();
      target.execute(
          "ALTER TABLE crossfade.serving ADD CONSTRAINT full_moon CHECK (why <> 'wane')");

      assertThat(to(job, "reads", "old", "--reason", "wane")).isEqualTo(6);
      assertThat(err.toString()).contains("reads are marked", "full_moon", "goes on trying");
      assertThat(source.query(ROW)).containsExactly(migration + "|old|old|wane");
      assertThat(to(job, "events")).isZero();
      assertThat(out.toString()).as("it counts").contains("wane");
      target.execute("ALTER TABLE crossfade.serving DROP CONSTRAINT full_moon");
      await(target, migration + "|old|old|wane");
      assertThat(to(job, "reads", "sideways")).isEqualTo(2);
      assertThat(err.toString()).contains("expected old or new but was 'sideways'");
    }
  }

  private static void await(Database database, String row) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!database.query(ROW).equals(List.of(row))) {
      assertThat(System.nanoTime()).as(database.query(ROW).toString()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private Job start() throws Exception {
    return Job.start(SpecReader.read(spec(0), Map.of()).orThrow(), warning -> {});
  }

  private static String serving(Job job) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(job.api().resolve("/api/serving")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** A command to a running job. */
  private int to(Job job, String command, String... more) throws Exception {
    String[] arguments = new String[more.length + 3];
    arguments[0] = command;
    System.arraycopy(more, 0, arguments, 1, more.length);
    arguments[more.length + 1] = "-f";
    arguments[more.length + 2] = spec(job.api().getPort()).toString();
    return crossfade(arguments);
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Path spec(int port) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: %d }
        tables:
          - { into: public.b, from: public.a }
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
                port));
  }
}
