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

/** One old row becomes several new ones: a JSON array of subscriptions, and an array of tags. */
class SplitTest {

  private static final String SUBSCRIPTIONS =
      "SELECT c.id AS customer_id, JSONB_EXTRACT_PATH_TEXT(s.sub, 'id') AS sub_id,"
          + " UPPER(JSONB_EXTRACT_PATH_TEXT(s.sub, 'plan')) AS plan"
          + " FROM public.customers c CROSS JOIN jsonb_array_elements(c.subscriptions) AS s(sub)"
          + " WHERE JSONB_EXTRACT_PATH_TEXT(s.sub, 'id') IS NOT NULL";

  private static final String TAGS =
      "SELECT c.id AS customer_id, t.n, t.tag FROM public.customers c CROSS JOIN UNNEST(c.tags)"
          + " WITH ORDINALITY AS t(tag, n)";

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter said = new StringWriter();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE customers (id bigint PRIMARY KEY, tags text[], subscriptions jsonb)",
        "INSERT INTO customers SELECT g, CASE WHEN g % 5 <> 0 THEN ARRAY['t' || g % 3, 'x'] END,"
            + " jsonb_build_array(jsonb_build_object('id', g * 10, 'plan', 'free'),"
            + " jsonb_build_object('id', g * 10 + 1, 'plan', 'pro'))"
            + " FROM generate_series(1, 1000) g");
    target.execute(
        "CREATE TABLE subscriptions (customer_id bigint, sub_id text, plan text,"
            + " PRIMARY KEY (customer_id, sub_id))",
        "CREATE TABLE tags (customer_id bigint, n bigint, tag text,"
            + " PRIMARY KEY (customer_id, n))");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** An element that disappears deletes its row, also where the job was down meanwhile. */
  @Test
  void shouldKeepARowForEachElement() throws Exception {
    assertThat(run(0, "validate")).as(said.toString()).isZero();
    assertThat(run(0, "plan")).as(said.toString()).isZero();
    assertThat(said.toString()).contains("split → ", "claim by customer_id, sub_id → apply");
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      assertEqual();
      source.execute(
          "UPDATE customers SET subscriptions = subscriptions - 0 WHERE id % 4 = 0",
          "UPDATE customers SET subscriptions = subscriptions || '{\"id\": 7, \"plan\": \"new\"}'"
              + " WHERE id % 6 = 0",
          "UPDATE customers SET tags = tags[2:] || '{z}' WHERE id < 500",
          "DELETE FROM customers WHERE id BETWEEN 300 AND 320",
          "UPDATE customers SET id = -id WHERE id BETWEEN 321 AND 330");
      job.awaitBarrier();
      assertEqual();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
    source.execute(
        "UPDATE customers SET tags = NULL, subscriptions = '[]' WHERE id BETWEEN 600 AND 700");
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      assertEqual();
      target.execute(
          "UPDATE subscriptions SET plan = 'spoilt' WHERE customer_id = 1 AND sub_id = '10'",
          "DELETE FROM tags WHERE customer_id = 2",
          "INSERT INTO tags VALUES (3, 9, 'planted')");
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("1 value", "1 extra, 2 missing");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertEqual();
    }
  }

  private void assertEqual() {
    assertThat(target.query("SELECT * FROM subscriptions ORDER BY 1, 2"))
        .isEqualTo(source.query(SUBSCRIPTIONS + " ORDER BY 1, 2"));
    assertThat(target.query("SELECT * FROM tags ORDER BY 1, 2"))
        .isEqualTo(source.query(TAGS + " ORDER BY 1, 2"));
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
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: %d }
        tables:
          - into: public.subscriptions
            select: "%s"
          - into: public.tags
            select: "%s"
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
                SUBSCRIPTIONS,
                TAGS));
  }
}
