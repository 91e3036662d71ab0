package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.Operator;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to a job that runs. */
@Timeout(120)
class OperateTest {

  private static final int ROWS = 60_000;

  @TempDir private Path directory;
  private final String migration = "o" + UUID.randomUUID().toString().substring(0, 8);
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
        "INSERT INTO a SELECT i, repeat('x', 100) FROM generate_series(1, " + ROWS + ") i",
        "ANALYZE a");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldStandStillWhilePausedAlsoAfterARestartAndGoOnWhenResumed() throws Exception {
    long read;
    try (Job job = Job.start(spec("max-rows-per-second: 5000"), warning -> {})) {
      await(() -> job.status().tables().get(0).rowsRead() > 0);
      assertThat(crossfade(job, "pause", "--reason", "a deploy")).isZero();
      assertThat(out.toString()).startsWith("paused: ");
      assertThat(job.status().paused()).isTrue();
      assertThat(job.status().waitingFor()).contains("paused: a deploy");
      assertThat(job.status().next()).contains("crossfade resume");

      // Chunks that are under way still come; changes always do.
      source.execute("INSERT INTO a VALUES (0, 'while paused')");
      job.awaitBarrier();
      assertThat(target.query("SELECT s FROM b WHERE id = 0")).containsExactly("while paused");
      job.awaitBarrier();
      read = job.status().tables().get(0).rowsRead();
      assertThat(read).isLessThan(ROWS);
    }
    try (Job job = Job.start(spec("max-rows-per-second: 5000"), warning -> {})) {
      await(() -> job.status().lag().captureSeconds().isPresent());
      job.awaitBarrier();
      await(() -> job.status().waitingFor().equals(java.util.Optional.of("paused: a deploy")));
      assertThat(job.status().tables().get(0).rowsRead()).isEqualTo(read);

      assertThat(crossfade(job, "throttle", "--max-rows-per-second", "unlimited", "-o", "json"))
          .isZero();
      Status after = StatusJson.read(out.toString());
      assertThat(after.paused()).isTrue();
      assertThat(after.maxRowsPerSecond()).isEmpty();
      assertThat(crossfade(job, "resume")).isZero();
      job.awaitCaughtUp();
      assertThat(job.status().paused()).isFalse();
      assertThat(target.query("SELECT count(*) FROM b"))
          .containsExactly(Integer.toString(ROWS + 1));
    }
  }

  @Test
  void shouldReadAsFastAsTheLastWordSays() throws Exception {
    try (Job job = Job.start(spec("max-rows-per-second: 100"), warning -> {})) {
      await(() -> job.status().tables().get(0).rowsRead() > 0);
      assertThat(crossfade(job, "throttle", "--max-rows-per-second", "20000")).isZero();
      assertThat(job.status().maxRowsPerSecond()).hasValue(20_000);
      long begin = System.nanoTime();
      long before = job.status().tables().get(0).rowsRead();
      job.awaitCaughtUp();
      double seconds = (System.nanoTime() - begin) / 1e9;

      // At 100 rows/s it would have taken ten minutes.
      assertThat((ROWS - before) / seconds).isLessThan(25_000);
    }
    // What was ordered outlives the job, unless the spec has been changed since.
    try (Job job = Job.start(spec("max-rows-per-second: 100"), warning -> {})) {
      await(() -> job.status().maxRowsPerSecond().orElse(0) == 20_000);
    }
    try (Job job = Job.start(spec("max-rows-per-second: 300"), warning -> {})) {
      await(() -> job.status().maxRowsPerSecond().orElse(0) == 300);
    }
  }

  @Test
  void shouldGiveWayToTheLoadAndSayWhy() throws Exception {
    String never = "max-rows-per-second: 2000, pause-when: { capture-lag: 0ms }";
    try (Job job = Job.start(spec(never), warning -> {})) {
      await(() -> job.status().waitingFor().orElse("").matches("capture-lag is .*, above 0 ms"));
      assertThat(job.status().paused()).isFalse();
      job.awaitBarrier();
      assertThat(job.status().phase()).isNotEqualTo("FOLLOWING");
    }
    String enough = "pause-when: { capture-lag: 1h, target-commit-p95: 1h }";
    try (Job job = Job.start(spec(enough), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(target.query("SELECT count(*) FROM b")).containsExactly(Integer.toString(ROWS));
    }
  }

  /** Fails where a command is not written down, or a restart forgets. */
  @Test
  void shouldTellWhoDidWhatWhenAndWhyAlsoAfterARestart() throws Exception {
    try (Job job = Job.start(spec("parallelism: 1"), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(crossfade(job, "pause", "--reason", "a deploy")).isZero();
      assertThat(crossfade(job, "throttle", "--max-rows-per-second", "7")).isZero();
      assertThat(crossfade(job, "resync", "--table", "public.none")).isEqualTo(1);
    }
    try (Job job = Job.start(spec("parallelism: 1"), warning -> {})) {
      await(
          () -> {
            assertThat(crossfade(job, "events")).isZero();
            return out.toString().split("an instance started", -1).length == 3;
          });
      assertThat(out.toString().lines().filter(line -> !line.contains("an instance started")))
          .as("in their order; what was refused was not done")
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .matches(
                          "20\\S+Z  " + Pattern.quote(Operator.here()) + "  pause  \\(a deploy\\)"),
              line -> assertThat(line).endsWith("  throttle maxRowsPerSecond=7"));
      assertThat(crossfade(job, "events", "-o", "json")).isZero();
      assertThat(out.toString()).startsWith("[").contains("\"why\" : \"a deploy\"");
    }
  }

  /** Fails where nobody is told later why the line stood. */
  @Test
  void shouldTellWhenTheJobWasBlockedAndWhenItWentOn() throws Exception {
    try (Job job = Job.start(spec("parallelism: 1"), warning -> {})) {
      job.awaitCaughtUp();
      target.execute("ALTER TABLE b ADD CHECK (id < 1000000)");
      source.execute("INSERT INTO a VALUES (1000000, 'too much')");
      await(() -> job.status().blockedBy().isPresent());
      target.execute("ALTER TABLE b DROP CONSTRAINT b_id_check");
      assertThat(crossfade(job, "rows", "retry")).isLessThanOrEqualTo(3);
      await(
          () -> {
            assertThat(crossfade(job, "events")).isZero();
            return out.toString().contains("not BLOCKED any more");
          });
      assertThat(out.toString().lines().filter(line -> !line.contains("an instance started")))
          .anySatisfy(line -> assertThat(line).contains("BLOCKED: ").contains("b_id_check"))
          .anySatisfy(line -> assertThat(line).contains("rows retry"));
    }
  }

  @Test
  void shouldRefuseARateThatIsNone() throws Exception {
    for (String rate : List.of("0", "-1", "fast", "1.5")) {
      assertThat(crossfade("throttle", "-f", "x.yaml", "--max-rows-per-second", rate)).isEqualTo(2);
      assertThat(err.toString()).contains("expected a whole number of at least 1, or unlimited");
    }
  }

  @Test
  void shouldSayThatNoJobAnswers() throws Exception {
    Path file = write("m.yaml", "parallelism: 1", 1);
    for (String command : List.of("pause", "resume", "status", "status --watch")) {
      assertThat(crossfade((command + " -f " + file).split(" "))).as(command).isEqualTo(1);
      assertThat(err.toString()).contains("no job answers at http://127.0.0.1:1/");
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private int crossfade(Job job, String... arguments) throws Exception {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-f";
    all[arguments.length + 1] =
        write("client.yaml", "max-rows-per-second: 5000", job.api().getPort()).toString();
    return crossfade(all);
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Spec spec(String backfill) throws Exception {
    return SpecReader.read(write("m.yaml", backfill, 0), Map.of()).orThrow();
  }

  private Path write(String name, String backfill, int port) throws Exception {
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
            from: public.a
        backfill: { %s }
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
                backfill,
                port));
    return file;
  }
}
