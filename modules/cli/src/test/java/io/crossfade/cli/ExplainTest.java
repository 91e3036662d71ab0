package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
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

/** What an operator asks at night about one row, with real servers. */
@Timeout(240)
@Tag("slow")
class ExplainTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path directory;
  private final String migration = "x" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text, u int, gone bool NOT NULL DEFAULT false)",
        "INSERT INTO a SELECT i, 's' || i, i FROM generate_series(1, 200) i",
        "UPDATE a SET gone = true WHERE id = 3",
        "UPDATE a SET s = 'much too long' WHERE id = 7",
        "CREATE TABLE o (id int, \"R 1\" text, v numeric(8,2), PRIMARY KEY (id, \"R 1\"))",
        "INSERT INTO o VALUES (1, 'e''u', 1.5), (2, 'v=1, R 1 = 2', 2)",
        "ANALYZE");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text CONSTRAINT short CHECK (length(s) < 9),"
            + " u int UNIQUE)",
        "CREATE TABLE p (\"R 1\" text, id text, v numeric, PRIMARY KEY (\"R 1\", id))");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where another partition is read, where records are taken for applied that are not, where
   * the target is not asked what it refused.
   */
  @Test
  void shouldTellWhatIsTheMatterWithARow() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      source.execute("UPDATE a SET s = 'two' WHERE id = 2", "DELETE FROM a WHERE id = 4");
      job.awaitBarrier();

      assertThat(explain(job, "public.b", "2")).as("%s%n%s", out, err).isZero();
      assertThat(out.toString())
          .startsWith("public.b  id = 2\nEqual:")
          .contains("public.a  id = 2", "s='two'", "gives id='2', s='TWO'", "applied below offset")
          .containsPattern(
              "offset \\d+  load  .*  snapshot .*  applied\n.*gives id='2', s='S2'(.|\n)*"
                  + "offset \\d+  update  .*  position [0-9A-F]+/[0-9A-F]+  transaction \\d+  applied"
                  + "\n.*gives id='2', s='TWO'");
      JsonNode row = json(job, 0, "b", "id=02");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("equal");
      assertThat(row.at("/key/id").asText()).as("007 is 7").isEqualTo("2");
      assertThat(row.at("/records/found").asLong()).isEqualTo(2);
      assertThat(row.at("/records/read").asLong()).isBetween(50L, 180L);
      assertThat(row.at("/records/last/1/operation").asText()).isEqualTo("update");
      assertThat(row.at("/records/last/1/applied").asBoolean()).isTrue();
      assertThat(row.at("/independent").asBoolean()).isTrue();
      assertThat(json(job, 0, "b", "2", "--records", "1").at("/records/last").size()).isEqualTo(1);

      row = json(job, 0, "b", "3");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("filtered");
      assertThat(row.at("/source/gone").asText()).isEqualTo("t");
      row = json(job, 0, "b", "4");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("absent");
      assertThat(row.at("/verdict/sentence").asText()).contains("it was deleted");
      assertThat(json(job, 0, "b", "id=-12345").at("/verdict/sentence").asText())
          .contains("no record of it is left");

      row = json(job, 3, "b", "7");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("refused");
      assertThat(row.at("/verdict/sentence").asText()).contains("parked since", "short", "23514");
      assertThat(row.at("/held/0/offset").asLong())
          .isEqualTo(row.at("/records/last/0/offset").asLong());

      past(job);
    }
  }

  /**
   * Fails where what is written down of a row is not looked up by its key, or where all is applied.
   */
  @Test
  void shouldTellWhatPassesAndWhatWaits() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      onItsWay(job);
      waiting(job);
    }
  }

  /** Written in the target past us. */
  private void past(Job job) throws Exception {
    target.execute(
        "UPDATE b SET s = 'S2' WHERE id = 2",
        "UPDATE b SET s = 'other' WHERE id = 5",
        "DELETE FROM b WHERE id = 6",
        "INSERT INTO b VALUES (4, 'x', -4), (9999, 'y', -9999)");
    assertThat(json(job, 3, "b", "2").at("/verdict/kind").asText()).isEqualTo("stale");
    JsonNode row = json(job, 3, "b", "5");
    assertThat(row.at("/verdict/kind").asText()).isEqualTo("changed-in-target");
    assertThat(row.at("/differing/0/column").asText()).isEqualTo("s");
    assertThat(row.at("/differing/0/expected").asText()).isEqualTo("S5");
    assertThat(row.at("/compared").isNull()).isTrue();
    assertThat(json(job, 3, "b", "6").at("/verdict/sentence").asText()).contains("deleted there");
    assertThat(json(job, 3, "b", "4").at("/verdict/sentence").asText()).contains("taken away");
    assertThat(json(job, 3, "b", "9999").at("/verdict/sentence").asText())
        .contains("no record", "before the migration");
    assertThat(crossfade(job, "verify", "--table", "b")).isEqualTo(3);
    assertThat(json(job, 3, "b", "5").at("/compared/difference").asText()).isEqualTo("value");
    assertThat(explain(job, "b", "1")).isZero();
    assertThat(out.toString()).containsPattern("different \\d+ s ago; this row was not among");
  }

  /** The unique value is held by a row that is not ours. */
  private void waiting(Job job) throws Exception {
    target.execute("INSERT INTO b VALUES (-1, 'squat', 100000)");
    source.execute("UPDATE a SET u = 100000 WHERE id = 9");
    while (job.status().parkedRows() == 0) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    JsonNode row = json(job, 3, "b", "9");
    assertThat(row.at("/verdict/kind").asText()).isEqualTo("waits");
    assertThat(row.at("/verdict/sentence").asText()).contains("held by id = -1");
    target.execute("DELETE FROM b WHERE id = -1");
    job.awaitBarrier();
    assertThat(json(job, 0, "b", "9").at("/verdict/kind").asText()).isEqualTo("equal");
  }

  private void onItsWay(Job job) throws Exception {
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("LOCK TABLE b IN EXCLUSIVE MODE");
      source.execute("UPDATE a SET s = 'ten' WHERE id = 10");
      JsonNode row = json(job, 0, "b", "10");
      while (row.at("/verdict/kind").asText().equals("not-published")) {
        row = json(job, 0, "b", "10");
      }
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("on-its-way");
      assertThat(row.at("/records/last/1/applied").asBoolean()).isFalse();
      assertThat(row.at("/target/s").asText()).isEqualTo("S10");
      assertThat(explain(job, "b", "10")).isZero();
      assertThat(out.toString()).contains("not applied", "is published and not applied");
      connection.rollback();
    }
    job.awaitBarrier();
    assertThat(json(job, 0, "b", "10").at("/verdict/kind").asText()).isEqualTo("equal");
  }

  /**
   * Fails where the new key's order or form is taken for the old one's, and where a wrong key is
   * looked up all the same.
   */
  @Test
  void shouldFindTheOldRowOfAKeyThatIsCastAndInAnotherOrder() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      JsonNode row = json(job, 0, "p", "id=1", "R 1=e'u");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("equal");
      assertThat(row.at("/sourceKey").toString()).isEqualTo("{\"id\":\"1\",\"R 1\":\"e'u\"}");
      assertThat(row.at("/independent").asBoolean()).as("it would read the table").isFalse();
      assertThat(row.at("/records/found").asLong()).isEqualTo(1);
      assertThat(json(job, 0, "p", "v=1, R 1 = 2", "2").at("/verdict/kind").asText())
          .isEqualTo("equal");
      target.execute("INSERT INTO p VALUES ('e''u', '01', 1)");
      row = json(job, 3, "p", "e'u", "01");
      assertThat(row.at("/verdict/kind").asText()).isEqualTo("unknown");
      assertThat(row.at("/target/v").asText()).isEqualTo("1");

      assertThat(explain(job, "nosuch", "1")).isEqualTo(2);
      assertThat(err.toString()).contains("no table nosuch; it has public.b, public.p");
      assertThat(explain(job, "p", "1")).isEqualTo(2);
      assertThat(err.toString()).contains("the key is R 1, id");
      assertThat(explain(job, "b", "ten")).isEqualTo(2);
      assertThat(err.toString()).contains("id of public.b is bigint", "ten");
      assertThat(explain(job, "b", "1", "--records", "0")).isEqualTo(2);
    }
    assertThat(crossfade("explain", "b", "1", "-f", write("c.yaml", 1).toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no job answers");
  }

  private JsonNode json(Job job, int code, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-o", "json"));
    assertThat(explain(job, all.toArray(new String[0]))).as("%s%n%s", out, err).isEqualTo(code);
    return JSON.readTree(out.toString());
  }

  private int explain(Job job, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("explain"));
    all.addAll(List.of(arguments));
    return crossfade(job, all.toArray(new String[0]));
  }

  private int crossfade(Job job, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("-f", write("client.yaml", job.api().getPort()).toString()));
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
            select: SELECT id, UPPER(s) AS s, u FROM public.a WHERE NOT gone
          - into: public.p
            select: SELECT CAST(id AS text) AS id, "R 1", v FROM public.o
        on-bad-row: park
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
                port));
    return file;
  }
}
