package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.wire.Names;
import io.crossfade.wire.VerificationCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A verification that was asked for once, and the job falls in the middle of it. */
@Timeout(300)
@Tag("slow")
class VerifyResumeTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int ROWS = 900_000;
  private static final TableId MIDDLE = new TableId("public", "c");

  @TempDir private Path directory;
  private final String migration = "g" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    for (Database database : List.of(source, target)) {
      database.execute(
          "CREATE TABLE a (id int PRIMARY KEY, n int)",
          "CREATE TABLE b (k text PRIMARY KEY, n int)",
          "CREATE TABLE c (id int PRIMARY KEY, n int)");
    }
    source.execute(
        "INSERT INTO a SELECT i, i FROM generate_series(1, 1000) i",
        "INSERT INTO b SELECT 'k' || i, i FROM generate_series(1, 1000) i");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where the order does not outlive the job, where what had ended or was found equal is
   * compared again, where what was found before the kill is lost, where the command does not wait
   * for the job, and where another one may begin in between.
   */
  @Test
  void shouldGoOnInTheMiddleOfATableAfterAKill() throws Exception {
    source.execute("INSERT INTO c SELECT i, i FROM generate_series(1, " + ROWS + ") i", "ANALYZE");
    Path file = write("one");
    Client client = new Client();
    CompletableFuture<Integer> waiting;
    try (JavaProcess job = start(file)) {
      awaitCopied(file, ROWS);
      target.execute("UPDATE a SET n = 0 WHERE id = 5", "UPDATE c SET n = 0 WHERE id = 7");
      throttle(file, 100_000);
      waiting = client.verify(file, "--keys");
      await(
          () -> {
            assertThat(waiting).as(client.toString()).isNotDone();
            return record(VerificationCodec.partlyAskedKey(MIDDLE)).isPresent();
          });
      throttle(file, 20_000);
      job.kill();
    }
    await(() -> client.err.toString().contains("verify: the job does not answer"));
    // What had ended and what was found equal: nobody looks there any more. What was not yet:
    // found.
    target.execute(
        "UPDATE b SET n = 0 WHERE n = 9",
        "UPDATE c SET n = 0 WHERE id IN (60000, " + (ROWS - 1) + ")");

    try (JavaProcess job = start(file)) {
      await(
          () -> report(file).path("wentOn").size() == 1 && report(file).path("tables").size() > 0);
      Client other = new Client();
      assertThat(other.verify(file).get()).as(other.toString()).isEqualTo(1);
      assertThat(other.err.toString()).contains("a verification runs already, since");
      assertThat(new Client().run("repair", "-f", file.toString())).isEqualTo(1);
      throttle(file, 1_000_000);

      assertThat(waiting.get(2, TimeUnit.MINUTES)).as(client.toString()).isEqualTo(3);
      assertThat(client.out.toString().lines().toList())
          .containsExactlyInAnyOrder(
              difference("a", 5), difference("c", 7), difference("c", ROWS - 1));
      assertThat(client.err.toString())
          .contains("verify: the job answers again")
          .containsPattern("It was interrupted by the end of the job, and went on at 20");
      JsonNode report = report(file);
      assertThat(report.at("/tables/2/expectedRows").asLong()).isEqualTo(ROWS);
      assertThat(report.at("/tables/2/actualRows").asLong()).isEqualTo(ROWS);
      assertThat(report.at("/tables/1/outcome").asText()).isEqualTo("equal");
      assertThat(report.at("/tables/1/ended").asText()).isLessThan(report.at("/wentOn/0").asText());

      await(() -> record(VerificationCodec.VERIFY_KEY).isEmpty());
      assertThat(record(VerificationCodec.partlyAskedKey(MIDDLE))).isEmpty();
      Client again = new Client();
      assertThat(again.verify(file, "--table", "b").get()).as(again.toString()).isEqualTo(3);
      assertThat(again.out.toString()).doesNotContain("interrupted");
    }
  }

  /**
   * Fails where only the instance that was asked goes on, where one that stands by does not say
   * what it waits for, and where nobody can end what goes on by itself.
   */
  @Test
  void shouldGoOnOnTheInstanceThatCapturesNext() throws Exception {
    source.execute("INSERT INTO c SELECT i, i FROM generate_series(1, 30000) i", "ANALYZE");
    Path one = write("one");
    Path two = write("two");
    Client client = new Client();
    try (JavaProcess first = start(one)) {
      awaitCopied(one, 30_000);
      throttle(one, 100);
      target.execute("UPDATE a SET n = 0 WHERE id = 5");
      try (JavaProcess second = start(two)) {
        await(() -> status(two).path("waitingFor").asText().contains("another instance captures"));
        client.verify(one);
        // A thousand rows at a hundred a second: the second table is not begun for ten seconds.
        await(() -> report(two).path("waitingFor").asText().contains("another instance goes on"));
        Client other = new Client();
        assertThat(other.verify(two).get()).as(other.toString()).isEqualTo(1);
        assertThat(other.err.toString()).contains("another instance goes on with it");

        first.kill();
        await(() -> report(two).at("/tables/0/outcome").asText().equals("different"));
        assertThat(report(two).path("wentOn").size()).isEqualTo(1);
        assertThat(new Client().run("verify", "-f", two.toString(), "--stop")).isZero();
        await(() -> report(two).path("outcome").asText().equals("different"));
        assertThat(report(two).at("/tables/2/outcome").asText()).isEqualTo("incomplete");
        await(() -> record(VerificationCodec.VERIFY_KEY).isEmpty());
      }
    }
  }

  private static String difference(String table, int id) {
    return "{\"table\":\"public.%s\",\"key\":{\"id\":\"%d\"},\"class\":\"value\",\"columns\":[{\"column\":\"n\",\"expected\":\"%d\",\"actual\":\"0\"}]}"
        .formatted(table, id, id);
  }

  /** The last record of the control topic with this key. */
  private Optional<byte[]> record(String key) {
    TopicPartition control = new TopicPartition(new Names(migration).controlTopic(), 0);
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", SharedSandbox.kafka().bootstrapServers());
    Optional<byte[]> last = Optional.empty();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(control));
      consumer.seekToBeginning(List.of(control));
      long end = consumer.endOffsets(List.of(control)).get(control);
      while (consumer.position(control) < end) {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(100))) {
          if (new String(one.key(), StandardCharsets.UTF_8).equals(key)) {
            last = Optional.ofNullable(one.value());
          }
        }
      }
    }
    return last;
  }

  private void awaitCopied(Path file, int rows) throws Exception {
    await(() -> status(file).path("phase").asText().equals("FOLLOWING"));
    await(() -> target.query("SELECT count(*) FROM c").equals(List.of("" + rows)));
    await(() -> target.query("SELECT count(*) FROM b").equals(List.of("1000")));
    await(() -> target.query("SELECT count(*) FROM a").equals(List.of("1000")));
  }

  private static void throttle(Path file, int rows) {
    Client client = new Client();
    assertThat(client.run("throttle", "--max-rows-per-second", "" + rows, "-f", file.toString()))
        .as(client.toString())
        .isZero();
  }

  private static JsonNode status(Path file) throws IOException {
    return get(file, "status");
  }

  private static JsonNode report(Path file) throws IOException {
    return get(file, "verification");
  }

  /** Missing where the job does not answer, or has none. */
  private static JsonNode get(Path file, String document) throws IOException {
    String port = Files.readString(file).replaceFirst("(?s).*server: \\{ port: (\\d+) }.*", "$1");
    try (InputStream in =
        URI.create("http://127.0.0.1:" + port + "/api/" + document).toURL().openStream()) {
      return JSON.readTree(in.readAllBytes());
    } catch (java.net.SocketException | java.io.FileNotFoundException e) {
      return JSON.missingNode();
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private JavaProcess start(Path file) {
    return JavaProcess.start(
        new JavaProcess.Plan(
            "io.crossfade.cli.Main",
            List.of("run", "-f", file.toString()),
            List.of("-Xmx400m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory),
            directory,
            directory.resolve(file.getFileName() + "-" + UUID.randomUUID() + ".log"),
            Map.of("CROSSFADE_LOG", "INFO")));
  }

  private Path write(String name) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path file = directory.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables:
          - { into: public.a, from: public.a }
          - { into: public.b, from: public.b }
          - { into: public.c, from: public.c }
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

  /** One command, and what it prints. */
  private static final class Client {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    CompletableFuture<Integer> verify(Path file, String... arguments) {
      List<String> all = new ArrayList<>(List.of("verify", "-f", file.toString()));
      all.addAll(List.of(arguments));
      return CompletableFuture.supplyAsync(() -> run(all.toArray(new String[0])));
    }

    int run(String... line) {
      return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), line);
    }

    @Override
    public String toString() {
      return out + "\n" + err;
    }
  }
}
