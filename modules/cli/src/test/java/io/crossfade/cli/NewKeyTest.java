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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new table whose key is not the old one's. */
class NewKeyTest {

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter said = new StringWriter();
  private String key = "UPPER(p.email)";
  private String value = "p.n";
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE"
            + " DEFERRABLE INITIALLY DEFERRED, n int)",
        "INSERT INTO people SELECT g, 'P' || g || '@x', g FROM generate_series(1, 2000) g");
    target.execute("CREATE TABLE accounts (email text PRIMARY KEY, id bigint, n int)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** Backfill and changes, a start in between, what was corrupted by hand, and where it is said. */
  @Test
  void shouldKeepATableWithAnotherKey() throws Exception {
    assertThat(offline("validate")).as(said.toString()).isZero();
    assertThat(offline("plan")).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains(
            "project → claim by email → apply",
            "which keys each row of public.people gave, about 62 B a key");
    try (Job job = Job.start(spec(0), warning -> {})) {
      job.awaitCaughtUp();
      assertEqual();
      source.execute(
          "UPDATE people SET n = n + 1 WHERE id % 7 = 0",
          // Neighbours exchange their keys.
          "UPDATE people SET email = 'P' || (id + CASE WHEN id % 2 = 0 THEN -1 ELSE 1 END) || '@x'"
              + " WHERE id <= 1000",
          // What is freed is taken.
          "BEGIN; DELETE FROM people WHERE id > 1900; INSERT INTO people SELECT g + 5000, 'P' || g"
              + " || '@x', 0 FROM generate_series(1901, 1950) g; COMMIT",
          "UPDATE people SET email = lower(email) WHERE id = 1500");
      job.awaitBarrier();
      assertEqual();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
    source.execute("UPDATE people SET email = 'new' || id WHERE id BETWEEN 1001 AND 1100");
    try (Job job = Job.start(spec(0), warning -> {})) {
      job.awaitCaughtUp();
      assertEqual();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      target.execute(
          "UPDATE accounts SET n = -1 WHERE email = 'P2@X'",
          "DELETE FROM accounts WHERE email = 'P3@X'",
          "INSERT INTO accounts VALUES ('planted', 1, 1)");
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("1 extra, 1 missing, 1 value");
      assertThat(to(job, "explain", "public.accounts", "P2@X")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString())
          .contains("written there past Crossfade", "source     public.people  id = 1");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertEqual();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
    key = "CAST(p.id AS text)";
    assertThat(offline("replay", "--from", "start")).as(said.toString()).isEqualTo(2);
    assertThat(said.toString()).contains("SELECT with another key");
    // Each row has another key then; of the rows before none may be left.
    key = "LOWER(p.email)";
    value = "p.n + 1000";
    assertThat(offline("replay", "--from", "start")).as(said.toString()).isZero();
    try (Job job = Job.start(spec(0), warning -> {})) {
      job.awaitCaughtUp();
      assertEqual();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
  }

  private void assertEqual() {
    assertThat(target.query("SELECT email, id, n FROM accounts ORDER BY id"))
        .isEqualTo(source.query("SELECT " + key + ", id, " + value + " FROM people p ORDER BY id"));
  }

  private int offline(String command, String... more) throws Exception {
    return run(0, command, more);
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

  private Spec spec(int port) throws Exception {
    return SpecReader.read(file(port), Map.of()).orThrow();
  }

  private Path file(int port) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: %d }
        tables:
          - into: public.accounts
            select: SELECT %s AS email, p.id, %s AS n FROM public.people p
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
                port,
                key,
                value));
  }
}
