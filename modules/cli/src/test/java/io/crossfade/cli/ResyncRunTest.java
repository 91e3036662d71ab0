package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the old tables, up to the new ones. */
@Timeout(120)
@Tag("slow")
class ResyncRunTest {

  private static final String B = "{ into: public.b, from: public.a }";

  @TempDir private Path directory;
  private final String migration = "r" + UUID.randomUUID().toString().substring(0, 8);
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
        "INSERT INTO a SELECT i, 'x' FROM generate_series(1, 1000) i",
        "CREATE TABLE c (id int PRIMARY KEY, s text)",
        "INSERT INTO c SELECT i, 'y' FROM generate_series(1, 500) i");
    target.execute(
        "CREATE TABLE b (id int PRIMARY KEY, s text)",
        "CREATE TABLE d (id int PRIMARY KEY, s text)",
        "CREATE TABLE e (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** Fails where the order does not reach capture, or extras stay in the target. */
  @Test
  void shouldGoOnByAResyncAfterItWasBlocked() throws Exception {
    try (Job job = Job.start(spec(B, "fail"), warning -> {})) {
      job.awaitCaughtUp();
      source.execute("TRUNCATE a", "INSERT INTO a VALUES (7, 'after')");
      await(() -> job.status().blockedBy().isPresent());
      assertThat(job.status().blockedBy().orElseThrow().next())
          .contains("crossfade resync --table public.a");

      assertThat(crossfade(job, "resync", "--table", "public.nothing")).isEqualTo(1);
      assertThat(err.toString()).contains("no table public.nothing; there are public.b");
      assertThat(crossfade(job, "resync", "--table", "public.b", "--reason", "a truncate"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString()).contains("public.b is copied again");
      await(() -> job.status().blockedBy().isEmpty());
      await(() -> job.status().lag().captureSeconds().isPresent());
      job.awaitCaughtUp();
      assertThat(target.query("SELECT id, s FROM b")).containsExactly("7|after");
    }
  }

  /** Fails where the spec's word does not reach capture. */
  @Test
  void shouldDeleteWhatWasTruncatedWhereTheSpecSaysSo() throws Exception {
    try (Job job = Job.start(spec(B, "apply"), warning -> {})) {
      job.awaitCaughtUp();
      source.execute("TRUNCATE a", "INSERT INTO a VALUES (7, 'after')");
      job.awaitBarrier();
      assertThat(target.query("SELECT id, s FROM b")).containsExactly("7|after");
    }
  }

  /** Fails where a new table is refused, or what is there already is copied again. */
  @Test
  void shouldTakeUpATableThatIsAddedToTheSpec() throws Exception {
    try (Job job = Job.start(spec(B, "fail"), warning -> {})) {
      job.awaitCaughtUp();
    }
    source.execute("UPDATE a SET s = 'while down' WHERE id = 1");
    target.execute("UPDATE b SET s = 'not copied again' WHERE id = 2");
    String both = B + ", { into: public.d, from: public.c }";
    try (Job job = Job.start(spec(both, "fail"), warning -> {})) {
      await(() -> job.status().lag().captureSeconds().isPresent());
      job.awaitCaughtUp();
      assertThat(target.query("SELECT count(*) FROM b")).containsExactly("1000");
      assertThat(target.query("SELECT s FROM b WHERE id < 3 ORDER BY id"))
          .containsExactly("while down", "not copied again");
      assertThat(target.query("SELECT count(*) FROM d")).containsExactly("500");
      source.execute("DELETE FROM c WHERE id > 100");
      job.awaitBarrier();
      assertThat(target.query("SELECT count(*) FROM d")).containsExactly("100");
    }
    // It counts as begun with now; one from an old table that is captured already needs a replay.
    try (Job job = Job.start(spec(both, "fail"), warning -> {})) {
      job.awaitBarrier();
    }
    String third = both + ", { into: public.e, from: public.a }";
    assertThatThrownBy(() -> Job.start(spec(third, "fail"), warning -> {}))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("crossfade replay -f FILE --table public.e --from start");
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private int crossfade(Job job, String... arguments) throws Exception {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-f";
    all[arguments.length + 1] = write("client.yaml", B, "fail", job.api().getPort()).toString();
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  private Spec spec(String tables, String onTruncate) throws Exception {
    return SpecReader.read(write("m.yaml", tables, onTruncate, 0), Map.of()).orThrow();
  }

  private Path write(String name, String tables, String onTruncate, int port) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables: [ %s ]
        on-truncate: %s
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
                tables,
                onTruncate,
                port));
    return file;
  }
}
