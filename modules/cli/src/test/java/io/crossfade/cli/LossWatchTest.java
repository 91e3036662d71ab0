package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.JobClient;
import io.crossfade.server.JobEvent;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said of a write to the new tables that the old model cannot hold, without anybody's
 * asking for a comparison.
 */
class LossWatchTest {

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id bigint PRIMARY KEY, n int NOT NULL, plan text, level text)",
        "INSERT INTO a SELECT g, g, 'pro', 'low' FROM generate_series(1, 100) g",
        "CREATE TABLE x (id bigint PRIMARY KEY, n int NOT NULL)",
        "INSERT INTO x SELECT g, g FROM generate_series(1, 100) g");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, n int NOT NULL, plan text)",
        "CREATE TABLE c (id bigint PRIMARY KEY, level text)",
        "CREATE TABLE y (id bigint PRIMARY KEY, n int NOT NULL)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Of {@code b} the way back leaves a column out, {@code c} it does not read at all, and of {@code
   * y} a row tells by itself. Fails where what the old table has is not looked at, where deletes
   * are not, where only tables are that the way back reads, where what is in flight is taken for
   * lost, and where a start forgets what was written before it.
   */
  @Test
  @Tag("slow")
  void shouldSayWhatCannotComeBackAsItIsWritten() throws Exception {
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      to(job, "verify");
      to(job, "cutover", "--yes");
      target.execute(
          "UPDATE b SET n = n + 1000 WHERE id > 50",
          "UPDATE c SET level = level WHERE id > 50",
          "UPDATE y SET n = n + 1",
          "INSERT INTO y VALUES (301, 5000)",
          "INSERT INTO b VALUES (201, 1, 'FREE'), (202, 2, NULL)",
          "UPDATE b SET plan = 'MAX' WHERE id = 3",
          "INSERT INTO c VALUES (203, 'LOW')",
          "DELETE FROM c WHERE id = 5");
      awaitLosses(
          job,
          "a rollback would lose 2 rows of public.b (2 value)",
          "a rollback would lose 4 rows of public.c (3 extra, 1 missing)",
          "a rollback would lose 1 row of public.y (1 missing)");
      assertThat(job.status().next()).contains("`crossfade rollback`", "; but a rollback would");
      assertThat(client(job).events())
          .extracting(JobEvent::what)
          .anyMatch(what -> what.contains(" of public.y (1 missing): `crossfade verify --keys`"));
    }
    try (Job job = Job.start(spec(), warning -> {})) {
      awaitLosses(
          job,
          "a rollback would lose 2 rows of public.b (2 value)",
          "a rollback would lose 4 rows of public.c (3 extra, 1 missing)",
          "a rollback would lose 1 row of public.y (1 missing)");
      target.execute(
          "UPDATE b SET plan = 'PRO' WHERE id = 3",
          "DELETE FROM b WHERE id > 200",
          "INSERT INTO c VALUES (5, 'LOW')",
          "DELETE FROM c WHERE id > 200",
          "UPDATE y SET n = 999 WHERE id = 301");
      awaitLosses(job, "", "", "");
      assertThat(job.status().next()).doesNotContain("lose");
    }
  }

  private static void awaitLosses(Job job, String... expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!losses(job).equals(List.of(expected))) {
      assertThat(System.nanoTime()).as(losses(job).toString()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static List<String> losses(Job job) {
    return job.status().tables().stream().map(table -> table.loss().orElse("")).toList();
  }

  private static JobClient client(Job job) {
    return new JobClient("127.0.0.1", job.api().getPort(), Optional.empty());
  }

  private void to(Job job, String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-f", file(job.api().getPort()).toString()));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(out, out, arguments.toArray(String[]::new))).as(said.toString()).isZero();
  }

  private Spec spec() throws Exception {
    return SpecReader.read(file(0), Map.of()).orThrow();
  }

  private Path file(int port) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: %d }
        tables:
          - into: public.b
            select: SELECT id, n, UPPER(plan) AS plan FROM public.a
          - into: public.c
            select: SELECT id, UPPER(level) AS level FROM public.a
          - into: public.y
            select: SELECT id, n FROM public.x WHERE n < 1000
        reverse:
          - into: public.a
            accept-loss: true
            select: SELECT id, n FROM public.b
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
