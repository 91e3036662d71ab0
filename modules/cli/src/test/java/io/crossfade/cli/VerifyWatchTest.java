package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.Status;
import io.crossfade.server.StatusText;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Comparing again and again, across restarts. */
@Timeout(300)
@Tag("slow")
class VerifyWatchTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path directory;
  private final String migration = "w" + UUID.randomUUID().toString().substring(0, 8);
  private final HttpClient http = HttpClient.newHttpClient();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 's' || i FROM generate_series(1, 20000) i",
        "CREATE TABLE w (k text PRIMARY KEY, v int)",
        "INSERT INTO w SELECT 'k' || i, i FROM generate_series(1, 20000) i",
        "ANALYZE");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text)",
        "CREATE TABLE x (k text PRIMARY KEY, v int)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a round is the last one, where what is asked for in between is refused, where a
   * difference forgets when it was equal, and where the order does not outlive the job.
   */
  @Test
  void shouldCompareRoundAfterRoundAndGoOnAfterARestart() throws Exception {
    Output first = new Output();
    CompletableFuture<Integer> ended;
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      CompletableFuture<Integer> watching = first.watch(job, "--share", "40%");
      ended = watching;
      await(
          () -> {
            assertThat(watching).as(first.toString()).isNotDone();
            return round(job, "public.b") >= 2 && round(job, "public.x") >= 1;
          });
      Status.Verified verified = job.status().tables().get(0).verified().orElseThrow();
      assertThat(verified.result()).isEqualTo("equal");
      assertThat(verified.equalUpTo().orElseThrow()).matches("[0-9A-F]+/[0-9A-F]+");
      assertThat(StatusText.render(job.status(), false))
          .containsPattern("public.b .*equal, \\d+ s ago up to [0-9A-F]+/[0-9A-F]+");
      assertThat(first.out.toString())
          .containsPattern("round 1  public.b  equal, 20000 rows, up to [0-9A-F]+/[0-9A-F]+; the")
          .contains("round 1  public.x");

      Output once = new Output();
      assertThat(once.verify(job)).as(once.toString()).isZero();
      long before = round(job, "public.b");
      await(() -> round(job, "public.b") > before);

      target.execute("UPDATE b SET s = 'other' WHERE id = 7");
      await(() -> verified(job).equals("different"));
      Status.Verified different = job.status().tables().get(0).verified().orElseThrow();
      assertThat(different.equalSecondsAgo()).isPresent();
      assertThat(StatusText.render(job.status(), false))
          .containsPattern("public.b .*different, \\d+ s ago \\(equal \\d+ s ago up to ");
      assertThat(metric(job, "crossfade_verify_source_share"))
          .as("of 0.4, a statement more")
          .isBetween(0.01, 0.6);
      assertThat(metric(job, "crossfade_verify_last_equal_timestamp_seconds"))
          .isCloseTo(
              System.currentTimeMillis() / 1000.0, org.assertj.core.api.Assertions.within(300.0));
    }
    assertThat(ended.get(1, TimeUnit.MINUTES)).as(first.toString()).isEqualTo(1);
    assertThat(first.err.toString()).contains("no job answers");

    try (Job job = Job.start(spec(), warning -> {})) {
      await(() -> !verified(job).isEmpty());
      assertThat(verified(job)).as("another process found it").isEqualTo("different");
      source.execute("UPDATE a SET s = 'newer' WHERE id = 7");
      await(() -> verified(job).equals("equal"));

      Output second = new Output();
      CompletableFuture<Integer> again = second.watch(job, "--table", "x", "-o", "json");
      await(
          () -> {
            assertThat(again).as(second.toString()).isNotDone();
            return second.out.toString().contains("\"round\":1");
          });
      Output stop = new Output();
      assertThat(stop.verify(job, "--stop")).as(stop.toString()).isZero();
      assertThat(again.get(1, TimeUnit.MINUTES)).as(second.toString()).isZero();
      assertThat(second.out.toString()).doesNotContain("public.b");
      assertThat(state(job).path("on").asBoolean()).isFalse();
      for (String share : List.of("0%", "101%", "5", "much")) {
        Output wrong = new Output();
        assertThat(wrong.verify(job, "--watch", "--share", share)).isEqualTo(2);
        assertThat(wrong.err.toString()).contains("for instance 5%");
      }
      assertThat(new Output().verify(job, "--watch", "--stop")).isEqualTo(2);
    }
  }

  /** Fails where a round begins at its first table again. */
  @Test
  void shouldGoOnWithTheTablesThatTheRoundHasNotComeTo() throws Exception {
    JsonNode done;
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      Output output = new Output();
      CompletableFuture<Integer> watching = output.watch(job, "--share", "1%");
      await(
          () -> {
            assertThat(watching).as(output.toString()).isNotDone();
            return round(job, "public.b") == 1;
          });
      done = table(job, "public.b");
      assertThat(table(job, "public.x").isMissingNode()).isTrue();
    }
    try (Job job = Job.start(spec(), warning -> {})) {
      await(() -> table(job, "public.x").path("round").asLong() == 1);
      assertThat(table(job, "public.b")).isEqualTo(done);
    }
  }

  /**
   * Fails where a table that was interrupted begins anew, or where the round forgets what it knows.
   */
  @Test
  void shouldGoOnInTheMiddleOfATable() throws Exception {
    source.execute("INSERT INTO a SELECT i, 's' || i FROM generate_series(20001, 700000) i");
    String begun;
    try (Job job = Job.start(spec(), warning -> {})) {
      job.awaitCaughtUp();
      Output output = new Output();
      CompletableFuture<Integer> watching = output.watch(job, "--share", "10%", "--table", "b");
      await(
          () -> {
            assertThat(watching).as(output.toString()).isNotDone();
            return comparing(job).path("ranges").asLong() >= 11;
          });
      begun = comparing(job).path("begun").asText();
      assertThat(round(job, "public.b")).as("it was not done yet").isZero();
    }
    try (Job job = Job.start(spec(), warning -> {})) {
      await(() -> comparing(job).path("ranges").asLong() >= 10);
      assertThat(comparing(job).path("begun").asText()).isEqualTo(begun);
      await(() -> round(job, "public.b") == 1);
      assertThat(table(job, "public.b").path("rows").asLong()).isEqualTo(700_000);
    }
  }

  /** The table that is being compared, or was last. */
  private JsonNode comparing(Job job) throws Exception {
    return state(job).path("comparing");
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static String verified(Job job) {
    return job.status().tables().get(0).verified().map(Status.Verified::result).orElse("");
  }

  private long round(Job job, String table) throws Exception {
    return table(job, table).path("round").asLong();
  }

  private JsonNode table(Job job, String name) throws Exception {
    for (JsonNode table : state(job).path("tables")) {
      if (table.path("into").asText().equals(name)) {
        return table;
      }
    }
    return JSON.missingNode();
  }

  private JsonNode state(Job job) throws Exception {
    return JSON.readTree(get(job, "api/verification/watch"));
  }

  private double metric(Job job, String name) throws Exception {
    return get(job, "metrics")
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private String get(Job job, String path) throws IOException, InterruptedException {
    URI uri = job.api().resolve("/" + path);
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private Spec spec() throws Exception {
    return SpecReader.read(write("m.yaml", 0), Map.of()).orThrow();
  }

  /** A table that is compared by ranges, and then one that is read as a whole. */
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
            from: public.a
          - into: public.x
            from: public.w
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

  /** What one command prints. */
  private final class Output {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    CompletableFuture<Integer> watch(Job job, String... arguments) throws Exception {
      List<String> all = new ArrayList<>(List.of("--watch"));
      all.addAll(List.of(arguments));
      List<String> line = line(job, all);
      return CompletableFuture.supplyAsync(() -> run(line));
    }

    int verify(Job job, String... arguments) throws Exception {
      return run(line(job, List.of(arguments)));
    }

    private List<String> line(Job job, List<String> arguments) throws Exception {
      List<String> all = new ArrayList<>(List.of("verify", "-f"));
      int port = job.api().getPort();
      all.add(write("client-" + port + ".yaml", port).toString());
      all.addAll(arguments);
      return all;
    }

    private int run(List<String> line) {
      return Main.run(
          new PrintWriter(out, true), new PrintWriter(err, true), line.toArray(new String[0]));
    }

    @Override
    public String toString() {
      return out + "\n" + err;
    }
  }
}
