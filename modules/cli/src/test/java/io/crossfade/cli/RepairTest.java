package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
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
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The repair of new tables that somebody has spoilt, while clients write, as a user asks for it.
 */
@Timeout(300)
@Tag("slow")
class RepairTest {

  private static final int ROWS = 20_000;

  /** Rows from here on are written all the time; those below stand still. */
  private static final int LIVE = 10_000;

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path directory;
  private final String migration = "p" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;
  private String options = "";
  private String existing = "";
  private String existingOfY = "";

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text UNIQUE, t text, n numeric(12,3), gone bool NOT"
            + " NULL DEFAULT false)",
        "INSERT INTO a SELECT i, 's' || i, 't' || i, i / 8.0, i = 9 FROM generate_series(1, "
            + ROWS
            + ") i",
        "CREATE TABLE w (k text, d date, v int, PRIMARY KEY (k, d))",
        "INSERT INTO w SELECT chr(200 + i % 300) || i, date '2024-01-01' + i, i FROM"
            + " generate_series(1, 2000) i",
        "CREATE TABLE e (id int PRIMARY KEY, s text)",
        "INSERT INTO e SELECT i, 's' || i FROM generate_series(1, 100) i",
        "ANALYZE");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text UNIQUE, t text, n numeric)",
        "CREATE TABLE x (k text COLLATE \"C\", d timestamp, v int, PRIMARY KEY (d, k))",
        "CREATE TABLE y (id text PRIMARY KEY, s text CHECK (length(s) < 6))");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a class of corruption is not sent, where what is sent is not written since the
   * target has its offset, where extras stay, and where a repair of nothing writes something.
   */
  @Test
  void shouldRepairWhatWasPlantedDuringLiveWrites() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      source.execute("UPDATE a SET t = 'newer' WHERE id = 8");
      job.awaitBarrier();
      try (Writers writers = new Writers()) {
        target.execute(
            "DELETE FROM b WHERE id = 1",
            "INSERT INTO b VALUES (-5, 's1', 't', 0), (9, 'filtered', 't', 0)",
            "UPDATE b SET s = 'S2' WHERE id = 2",
            // Two rows exchange the values of a unique column.
            "UPDATE b SET s = 'x' WHERE id = 3",
            "UPDATE b SET s = 's3' WHERE id = 4",
            "UPDATE b SET s = 's4' WHERE id = 3",
            "UPDATE b SET t = s, s = t WHERE id = 5",
            "UPDATE b SET n = n + 0.001 WHERE id = 7",
            "UPDATE b SET t = 't8' WHERE id = 8",
            "DELETE FROM x WHERE v = 11",
            "UPDATE x SET d = d + interval '10 years' WHERE v = 12",
            "UPDATE b SET t = 'by hand' WHERE id BETWEEN 15000 AND 15100");
        assertThat(crossfade(job, "verify", "--table", "x", "--table", "b", "--keys"))
            .as("%s%n%s", out, err)
            .isEqualTo(3);
        assertThat(still())
            .contains(
                "public.b 1 missing",
                "public.b -5 extra",
                "public.b 9 extra",
                "public.b 2 value",
                "public.b 3 value",
                "public.b 4 value",
                "public.b 5 value",
                "public.b 7 value",
                "public.b 8 stale",
                "public.x 2024-01-12 00:00:00 missing",
                "public.x 2024-01-13 00:00:00 missing",
                "public.x 2034-01-13 00:00:00 extra");

        assertThat(crossfade(job, "repair", "--reason", "a test", "-o", "json"))
            .as("%s%n%s", out, err)
            .isZero();
        JsonNode report = JSON.readTree(out.toString());
        assertThat(report.at("/reason").asText()).isEqualTo("a test");
        assertThat(report.at("/tables/0/differing").asLong()).isGreaterThanOrEqualTo(9);
        assertThat(report.at("/tables/0/deleted").asLong()).isPositive();
        assertThat(report.at("/tables/1/sent").asLong()).isEqualTo(2);
        assertThat(report.at("/tables/1/deleted").asLong()).isEqualTo(1);
        assertThat(target.query("SELECT s FROM b WHERE id IN (1, 2, 3, 4, 5) ORDER BY id"))
            .containsExactly("s1", "s2", "s3", "s4", "s5");
        await(() -> verified(job).equals("equal"));
        writers.check();
      }
      job.awaitBarrier();
      assertThat(crossfade(job, "verify")).as("%s%n%s", out, err).isZero();

      List<String> versions = target.query("SELECT id, xmin FROM b ORDER BY id");
      assertThat(crossfade(job, "repair")).as("%s%n%s", out, err).isZero();
      assertThat(out.toString()).contains("nothing differed, nothing was sent");
      assertThat(target.query("SELECT id, xmin FROM b ORDER BY id")).isEqualTo(versions);
      assertThat(crossfade(job, "repair", "--table", "nosuch")).isEqualTo(2);
    }
  }

  /** Fails where rows that were sent before a kill are lost, or hold back what comes after it. */
  @Test
  void shouldGoOnAfterItWasKilledInTheMiddle() throws Exception {
    int port = freePort();
    Path file = write("killed.yaml", port);
    try (JavaProcess job = start(file, 1)) {
      await(() -> crossfade("status", "-f", file.toString()) == 0 && phase(file));
      await(() -> target.query("SELECT count(*) FROM b").equals(List.of(ROWS - 1 + "")));
      target.execute("UPDATE b SET t = 'spoilt'", "DELETE FROM x");
      assertThat(crossfade("throttle", "--max-rows-per-second", "3000", "-f", file.toString()))
          .isZero();
      Thread client = new Thread(() -> quietly("repair", "-f", file.toString()));
      client.start();
      await(() -> sent(port) > 3_000);
      job.kill();
      client.join();
    }
    List<String> mended = target.query("SELECT count(*) FROM b WHERE t <> 'spoilt'");
    assertThat(Integer.parseInt(mended.get(0))).isLessThan(ROWS - 1);
    try (JavaProcess job = start(file, 2)) {
      await(() -> crossfade("status", "-f", file.toString()) == 0 && phase(file));
      assertThat(crossfade("throttle", "--max-rows-per-second", "100000", "-f", file.toString()))
          .isZero();
      assertThat(crossfade("repair", "-f", file.toString())).as("%s%n%s", out, err).isZero();
      assertThat(crossfade("verify", "-f", file.toString())).as("%s%n%s", out, err).isZero();
      assertThat(target.query("SELECT count(*) FROM b WHERE t = 'spoilt'")).containsExactly("0");
    }
  }

  /**
   * Fails where a row that the target has refused is sent again, where a row goes that was to be
   * kept, and where it is not said what stays.
   */
  @Test
  void shouldSayWhatItCannotRepair() throws Exception {
    options = "on-bad-row: park";
    existing = ", existing: keep";
    target.execute("INSERT INTO x VALUES ('mine', '2000-01-01', 1)");
    source.execute("UPDATE e SET s = 'too long' WHERE id = 50");
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      target.execute("UPDATE y SET s = 'bad' WHERE id = '7'");
      assertThat(crossfade(job, "repair", "--table", "public.y", "--keys"))
          .as("%s%n%s", out, err)
          .isEqualTo(3);
      assertThat(still()).containsExactly("public.y 50 missing");
      assertThat(err.toString()).contains("rows list");
      assertThat(target.query("SELECT s FROM y WHERE id = '7'")).containsExactly("s7");
      assertThat(job.status().blockedBy()).isEmpty();

      source.execute("UPDATE e SET s = 'short' WHERE id = 50");
      target.execute("DELETE FROM x WHERE v = 5");
      job.awaitBarrier();
      assertThat(crossfade(job, "repair", "--keys")).as("%s%n%s", out, err).isEqualTo(3);
      assertThat(still()).containsExactly("public.x 2000-01-01 00:00:00 extra");
      assertThat(err.toString()).contains("1 extra rows stay: the spec says `existing: keep`");
      target.execute("DELETE FROM x WHERE k = 'mine'");
      assertThat(crossfade(job, "repair")).as("%s%n%s", out, err).isZero();
    }
    assertThat(crossfade("repair", "-f", write("c.yaml", 1).toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no job answers");
  }

  /**
   * Fails where a row stays whose key no old row can have, where one goes of which that is not
   * known, where a row that is to be kept goes that way, and where a replay stumbles over such a
   * delete.
   */
  @Test
  void shouldDeleteRowsThatNoOldRowCanMake() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      plantOrphans();
      target.execute("INSERT INTO x VALUES ('bc', '0044-03-15 00:00:00 BC', 1)");
      assertThat(crossfade(job, "repair", "--keys")).as("%s%n%s", out, err).isEqualTo(3);
      assertThat(still()).containsExactly("public.x 0044-03-15 00:00:00 BC extra");
      assertThat(err.toString())
          .containsPattern("public.y +equal +3 +0 +3 +0")
          .contains("1 rows have a key of which the old one is not found");
      target.execute("DELETE FROM x WHERE k = 'bc'");
      // The same deletes once more: they have the same keys, and other offsets.
      plantOrphans();
      assertThat(crossfade(job, "repair")).as("%s%n%s", out, err).isZero();
    }
    Path file = write("replayed.yaml", freePort());
    assertThat(crossfade("replay", "-f", file.toString(), "--from", "start"))
        .as("%s%n%s", out, err)
        .isZero();
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(crossfade(job, "verify")).as("%s%n%s", out, err).isZero();
    }
    existingOfY = "existing: keep";
    try (Job job = Job.start(spec(), warning -> {})) {
      plantOrphans();
      assertThat(crossfade(job, "repair", "--table", "y", "--keys")).isEqualTo(3);
      assertThat(still()).hasSize(3);
      assertThat(err.toString()).contains("3 extra rows stay: the spec says `existing: keep`");
    }
  }

  /** A text, a number that the old type has not, and one that is written in another way. */
  private void plantOrphans() {
    target.execute("INSERT INTO y VALUES ('seven', 's'), ('99999999999', 's'), ('017', 's')");
  }

  private static String verified(Job job) {
    return job.status().tables().get(0).verified().map(v -> v.result()).orElse("");
  }

  private JavaProcess start(Path file, int number) {
    return JavaProcess.start(
        new JavaProcess.Plan(
            "io.crossfade.cli.Main",
            List.of("run", "-f", file.toString()),
            List.of("-Xmx400m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory),
            directory,
            directory.resolve("job-" + number + ".log"),
            Map.of("CROSSFADE_LOG", "INFO")));
  }

  private boolean phase(Path file) throws Exception {
    crossfade("status", "-f", file.toString(), "-o", "json");
    JsonNode status = JSON.readTree(out.toString());
    return status.at("/phase").asText().equals("FOLLOWING");
  }

  private static long sent(int port) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + "/api/repair");
    try (InputStream in = uri.toURL().openStream()) {
      JsonNode tables = JSON.readTree(in.readAllBytes()).at("/tables");
      long sent = 0;
      for (JsonNode table : tables) {
        sent += table.at("/sent").asLong();
      }
      return sent;
    } catch (java.io.FileNotFoundException e) {
      return 0; // There is none yet.
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Class of what differs, by table and the first column of the key; what is hot is left out. */
  private List<String> still() throws Exception {
    List<String> rows = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      JsonNode row = JSON.readTree(line);
      if (!row.get("class").asText().equals("hot")) {
        rows.add(
            row.get("table").asText()
                + " "
                + row.get("key").elements().next().asText()
                + " "
                + row.get("class").asText());
      }
    }
    return rows;
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static void quietly(String... arguments) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    Main.run(nowhere, nowhere, arguments);
  }

  private int crossfade(Job job, String command, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(command, "-f"));
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
          - { into: public.x, from: public.w%s }
          - into: public.y
            select: SELECT CAST(id AS text) AS id, s FROM public.e
            %s
        server: { port: %d }
        %s
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
                existing,
                existingOfY,
                port,
                options));
    return file;
  }

  /** Clients that write, each row now and then: hot rows are a matter of verify's own test. */
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
          int id = LIVE + random.nextInt(LIVE);
          switch (random.nextInt(5)) {
            case 0 -> statement.execute("DELETE FROM a WHERE id = " + id);
            case 1 -> statement.execute("UPDATE a SET gone = NOT gone WHERE id = " + id);
            case 2 ->
                statement.execute(
                    "UPDATE w SET v = -v WHERE abs(v) = " + (1000 + random.nextInt(1000)));
            default ->
                statement.execute(
                    "INSERT INTO a VALUES ("
                        + id
                        + ", 's"
                        + id
                        + "', 't"
                        + random.nextInt(2)
                        + "', 1) ON CONFLICT (id) DO UPDATE SET t = excluded.t");
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
