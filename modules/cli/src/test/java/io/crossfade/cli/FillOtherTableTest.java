package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of a table in another database, whose rows others insert and delete. */
class FillOtherTableTest {

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final String role = "filler_" + migration;
  private final StringWriter said = new StringWriter();
  private String points = "p.score * 2";
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE people (id bigint PRIMARY KEY, score int, hidden boolean NOT NULL)",
        "INSERT INTO people SELECT g, g, g % 10 = 0 FROM generate_series(1, 1200) g");
    target.execute(
        "CREATE TABLE teams (id int PRIMARY KEY)",
        "CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'theirs',"
            + " team int REFERENCES teams, points int, level text)",
        "INSERT INTO accounts (id) SELECT g FROM generate_series(1, 1000) g",
        "INSERT INTO accounts (id, points) VALUES (5000, 1)",
        // What docs/privileges.md says, and no more: foreign keys of other columns are no matter.
        "CREATE ROLE %s LOGIN PASSWORD 'secret'".formatted(role),
        "CREATE SCHEMA crossfade AUTHORIZATION " + role,
        "GRANT SELECT, UPDATE (points, level) ON public.accounts TO " + role);
  }

  @AfterEach
  void drop() {
    target.execute("DROP OWNED BY %s CASCADE".formatted(role), "DROP ROLE " + role);
    source.close();
    target.close();
  }

  /**
   * Fails where a row that comes later is not filled; where one that the WHERE leaves out, or whose
   * old row is gone, keeps its values; where others' columns or rows are touched; where verify
   * takes rows for different that are not to be filled, or damage for equal; where a repair does
   * not bring it back; and where the end takes the old table away.
   */
  @Test
  void shouldFillRowsThatOthersWrite() throws Exception {
    assertThat(run(0, "validate")).as(said.toString()).isZero();
    try (Job job = start()) {
      awaitParked(job, 180);
      target.execute("INSERT INTO accounts (id) SELECT g FROM generate_series(1001, 1200) g");
      job.awaitCaughtUp();
      assertFilled();
      source.execute(
          "UPDATE people SET score = score + 1 WHERE id % 3 = 0",
          "UPDATE people SET hidden = NOT hidden WHERE id % 50 = 0 OR id % 51 = 0",
          "DELETE FROM people WHERE id % 100 = 7",
          "UPDATE people SET score = NULL WHERE id = 11");
      job.awaitBarrier();
      assertFilled();
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      // That value was there before; no record of the row has ever been.
      assertThat(said.toString()).contains("1 extra");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertThat(target.query("SELECT points FROM accounts WHERE id = 5000 AND points IS NULL"))
          .hasSize(1);
      assertThat(to(job, "verify")).as(said.toString()).isZero();

      target.execute(
          "UPDATE accounts SET points = -1 WHERE id = 5",
          "UPDATE accounts SET points = NULL, level = NULL WHERE id = 6",
          "UPDATE accounts SET level = 'planted' WHERE id = 10",
          "DELETE FROM accounts WHERE id = 8");
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("1 extra, 2 missing, 1 value");
      assertThat(to(job, "explain", "public.accounts", "5")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("written there past Crossfade");
      target.execute("INSERT INTO accounts (id) VALUES (8)");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertFilled();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
    points = "p.score * 3";
    assertThat(run(0, "replay", "--from", "start")).as(said.toString()).isZero();
    try (Job job = start()) {
      job.awaitCaughtUp();
      assertFilled();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(to(job, "complete", "--yes")).as(said.toString()).isZero();
      job.awaitEnd();
    }
    assertFilled();
    assertThat(target.query("SELECT count(*), min(name), max(name) FROM accounts"))
        .containsExactly("1201|theirs|theirs");
  }

  private void awaitParked(Job job, long rows) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (job.status().parkedRows() != rows) {
      assertThat(System.nanoTime()).as("" + job.status()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void assertFilled() {
    String made =
        "SELECT p.id, %s AS points, CASE WHEN p.score > 500 THEN 'high' ELSE 'low' END AS level"
            .formatted(points);
    List<String> expected =
        source.query(
            "SELECT g, s.points, s.level FROM generate_series(1, 1200) g LEFT JOIN ("
                + made
                + " FROM people p WHERE NOT p.hidden) s ON s.id = g ORDER BY g");
    assertThat(target.query("SELECT id, points, level FROM accounts WHERE id <= 1200 ORDER BY id"))
        .isEqualTo(expected);
  }

  private Job start() throws Exception {
    return Job.start(SpecReader.read(file(0), Map.of()).orThrow(), warning -> {});
  }

  private int to(Job job, String command, String... more) throws Exception {
    return run(job.api().getPort(), command, more);
  }

  private int run(int port, String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-f", file(port).toString()));
    said.getBuffer().setLength(0);
    PrintWriter out = new PrintWriter(said, true);
    return Main.run(out, out, arguments.toArray(String[]::new));
  }

  private Path file(int port) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: secret }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: %d }
        tables:
          - into: public.accounts
            columns: fill
            select: |
              SELECT p.id, %s AS points, CASE WHEN p.score > 500 THEN 'high' ELSE 'low' END AS level
              FROM public.people p WHERE NOT p.hidden
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                role,
                SharedSandbox.kafka().bootstrapServers(),
                port,
                points));
  }
}
