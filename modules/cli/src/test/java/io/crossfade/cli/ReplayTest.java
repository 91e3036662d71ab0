package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay} on real servers: the job runs, is down, is set back, and runs again. */
@Timeout(180)
@Tag("slow")
class ReplayTest {

  private static final String PLAIN = "SELECT id, s FROM public.a";
  private static final String OTHER = "SELECT id, UPPER(s) AS s FROM public.a WHERE n < 3";

  @TempDir private Path directory;
  private final String migration = "p" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text, n int)",
        "INSERT INTO a SELECT i, 'row ' || i, i % 5 FROM generate_series(1, 1000) i");
    target.execute(
        "CREATE TABLE b (id int PRIMARY KEY, s text)",
        "CREATE TABLE c (id int PRIMARY KEY, n int)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** Fails where run takes the new SELECT up by itself, and where replay does not note it. */
  @Test
  void shouldBringTheTargetToAnotherSelectAndRemoveWhatThatNoLongerGives() throws Exception {
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    // Changed in the log, so that a key has two records, and one is deleted before the replay.
    source.execute("UPDATE a SET n = 4 WHERE id <= 5", "DELETE FROM a WHERE id = 6");
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    assertThat(target.query("SELECT count(*) FROM b")).containsExactly("999");

    assertThat(run(OTHER)).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:8:")
        .contains("`crossfade replay -f FILE --table public.b --from start`");
    assertThat(target.query("SELECT s FROM b WHERE id = 7")).containsExactly("row 7");

    assertThat(replay(OTHER, "--from", "start", "--dry-run", "-o", "json"))
        .as(err.toString())
        .isZero();
    JsonNode counted = new ObjectMapper().readTree(out.toString());
    assertThat(counted.at("/tables/0/into").asText()).isEqualTo("public.b");
    assertThat(counted.at("/tables/0/records").asLong()).isEqualTo(1006);
    assertThat(run(OTHER)).as("a dry run changes nothing").isEqualTo(2);

    assertThat(replay(OTHER, "--from", "start")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("public.b").contains("1,006");
    assertThat(run(PLAIN)).as("the table is on its way to the other SELECT").isEqualTo(2);
    assertThat(run(OTHER)).as(err.toString()).isZero();
    assertThat(target.query("SELECT count(*), min(s), sum(id) FROM b"))
        .isEqualTo(source.query("SELECT count(*), min(s), sum(id) FROM (" + upper() + ") x"));
  }

  private static String upper() {
    return "SELECT id, upper(s) s FROM a WHERE n < 3";
  }

  /** Fails where Kafka is not set back. */
  @Test
  void shouldWriteAgainWhatWasPublishedSinceThen() throws Exception {
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    Instant then = Instant.now();
    source.execute("UPDATE a SET s = 'late' WHERE id = 1");
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    target.execute("UPDATE b SET s = 'spoilt' WHERE id IN (1, 2)");

    assertThat(replay(PLAIN, "--from", Instant.now().plusSeconds(1).toString())).isZero();
    assertThat(out.toString()).contains("nothing to replay");
    assertThat(replay(PLAIN, "--from", then.toString())).as(err.toString()).isZero();
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    assertThat(target.query("SELECT s FROM b WHERE id <= 2 ORDER BY id"))
        .containsExactly("late", "spoilt");

    String offsets =
        "crossfade.%1$s.raw.public.a:0:0,crossfade.%1$s.raw.public.a:1:0".formatted(migration);
    assertThat(replay(PLAIN, "--from", offsets, "--table", "b")).as(err.toString()).isZero();
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    assertThat(target.query("SELECT s FROM b WHERE id <= 2 ORDER BY id"))
        .containsExactly("late", "row 2");
  }

  /** Fails where an added table is taken up without its old table's rows. */
  @Test
  void shouldFillATableThatIsAddedOverAnOldTableThatIsCapturedAlready() throws Exception {
    assertThat(run(PLAIN)).as(err.toString()).isZero();
    String added = PLAIN + "\n  - into: public.c\n    select: SELECT id, n FROM public.a";

    assertThat(run(added)).isEqualTo(2);
    assertThat(err.toString())
        .contains("public.c is new")
        .contains("`crossfade replay -f FILE --table public.c --from start`");
    assertThat(replay(added, "--from", "start", "--table", "public.c")).as(err + "").isZero();
    assertThat(run(added)).as(err.toString()).isZero();
    assertThat(target.query("SELECT count(*), sum(n) FROM c"))
        .isEqualTo(source.query("SELECT count(*), sum(n) FROM a"));
    assertThat(run(PLAIN)).isEqualTo(2);
    assertThat(err.toString()).contains("public.c is filled by this migration, and is gone");
  }

  @Test
  void shouldRefuseWhatNoReplayCanDo() throws Exception {
    source.execute("CREATE TABLE z (id int PRIMARY KEY, s text)");
    assertThat(replay(PLAIN, "--from", "start")).isEqualTo(1);
    assertThat(err.toString()).contains("has not begun");
    assertThat(run(PLAIN)).as(err.toString()).isZero();

    assertThat(replay("SELECT id, s FROM public.z", "--from", "start")).isEqualTo(2);
    assertThat(err.toString()).contains("another old table");
    assertThat(replay(OTHER, "--from", Instant.EPOCH.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("takes a replay --from start");
    assertThat(replay(PLAIN, "--from", "yesterday")).isEqualTo(2);
    assertThat(replay(PLAIN, "--from", "other:0:1")).isEqualTo(2);
    assertThat(replay(PLAIN, "--from", "start", "--table", "public.d")).isEqualTo(2);
    assertThat(err.toString()).contains("the spec has no table public.d; it has public.b");
  }

  /** Fails where the offsets are moved under a job that runs. */
  @Test
  void shouldRefuseWhileTheJobRuns() throws Exception {
    try (Job job = Job.start(SpecReader.read(write(PLAIN), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();

      assertThat(replay(PLAIN, "--from", "start")).isEqualTo(1);
      assertThat(err.toString()).contains("the job runs: stop all its instances");
    }
  }

  private int run(String select) throws Exception {
    return crossfade("run", "-f", write(select).toString(), "--exit-when", "caught-up");
  }

  private int replay(String select, String... options) throws Exception {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "replay";
    arguments[1] = "-f";
    arguments[2] = write(select).toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return crossfade(arguments);
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Path write(String select) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: 0 }
        tables:
          - into: public.b
            select: %s
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
                select));
  }
}
