package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
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

/** What an operator does at night, when the target refuses a row. */
@Timeout(180)
@Tag("slow")
class RowsTest {

  @TempDir private Path directory;
  private final String migration = "b" + UUID.randomUUID().toString().substring(0, 8);
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
        "INSERT INTO a SELECT i, 'n' || i FROM generate_series(1, 500) i",
        "UPDATE a SET s = 'much too long' WHERE id IN (7, 300)",
        "ANALYZE a");
    target.execute(
        "CREATE TABLE b (id int PRIMARY KEY, s text CONSTRAINT short CHECK (length(s) < 9))");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** Fails where the wait for the barrier is all that is asked. */
  @Test
  void shouldNotSayCaughtUpWhileRowsAreMissing() throws Exception {
    assertThat(crossfade("run", "-f", write("park", 0).toString(), "--exit-when", "caught-up"))
        .as(err.toString())
        .isEqualTo(3);
    assertThat(err.toString()).contains("2 rows are missing", "crossfade rows list");
    assertThat(out.toString()).doesNotContain("caught up");
    assertThat(target.query("SELECT count(*) FROM b")).containsExactly("498");
  }

  /** Fails where the count, the list or the retry is of this process's memory. */
  @Test
  void shouldListRetryAndSkipParkedRows() throws Exception {
    try (Job job = Job.start(spec("park"), warning -> {})) {
      job.awaitCaughtUp();
      await(() -> job.status().deadRows() == 2);
    }
    try (Job job = Job.start(spec("park"), warning -> {})) {
      await(() -> job.status().deadRows() == 2);
      assertThat(crossfade(job, "rows", "list")).isZero();
      assertThat(out.toString())
          .contains("parked  public.b  id = 7", "parked  public.b  id = 300", "23514", "short");
      assertThat(crossfade(job, "rows", "retry")).isEqualTo(3);
      assertThat(out.toString()).contains("2 rows are still refused");
      assertThat(crossfade(job, "rows", "skip", "--all")).isEqualTo(2);
      assertThat(crossfade(job, "rows", "skip", "--reason", "x")).isEqualTo(2);
      assertThat(crossfade(job, "rows", "skip", "--key", "8", "--reason", "x")).isEqualTo(1);
      assertThat(err.toString()).contains("there is no such row");
      assertThat(crossfade(job, "rows", "skip", "--key", "7", "--reason", "a test row")).isZero();
      assertThat(out.toString()).contains("1 rows are still refused");
      target.execute("ALTER TABLE b DROP CONSTRAINT short");
      assertThat(crossfade(job, "rows", "retry")).isZero();
      assertThat(target.query("SELECT s FROM b WHERE id = 300")).containsExactly("much too long");
      assertThat(crossfade(job, "rows", "list", "-o", "json")).isZero();
      assertThat(out.toString()).contains("\"state\" : \"skipped\"", "a test row", "id = 7");
      assertThat(job.status().deadRows()).isZero();
      job.awaitCaughtUp();
    }
  }

  /** Fails where the job has to be started again by hand. */
  @Test
  void shouldGoOnAfterAStopWhenTheRowIsSkippedOrTheCauseIsMended() throws Exception {
    try (Job job = Job.start(spec("stop"), warning -> {})) {
      await(() -> job.status().blockedBy().isPresent());
      assertThat(job.status().blockedBy().orElseThrow().next())
          .contains("crossfade rows retry", "crossfade rows skip");
      await(() -> job.status().deadRows() == 2);
      assertThat(crossfade(job, "rows", "skip", "--all", "--reason", "known")).isZero();
      await(() -> job.status().blockedBy().isEmpty());
      job.awaitCaughtUp();
      assertThat(target.query("SELECT count(*) FROM b")).containsExactly("498");

      source.execute("UPDATE a SET s = 'again too long' WHERE id = 9");
      await(() -> job.status().blockedBy().isPresent());
      target.execute("ALTER TABLE b DROP CONSTRAINT short");
      assertThat(crossfade(job, "rows", "retry")).isZero();
      await(() -> job.status().blockedBy().isEmpty());
      job.awaitBarrier();
      assertThat(target.query("SELECT s FROM b WHERE id = 9")).containsExactly("again too long");
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("within a minute").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private int crossfade(Job job, String... arguments) throws Exception {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-f";
    all[arguments.length + 1] = write("stop", job.api().getPort()).toString();
    return crossfade(all);
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Spec spec(String onBadRow) throws Exception {
    return SpecReader.read(write(onBadRow, 0), Map.of()).orThrow();
  }

  private Path write(String onBadRow, int port) throws Exception {
    Path file = directory.resolve("m-" + port + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables:
          - into: public.b
            from: public.a
        on-bad-row: %s
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
                onBadRow,
                port));
    return file;
  }
}
