package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.TcpProxy;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.spec.SpecReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a switch needs fails within it, while clients write: connections after some step, servers,
 * the broker; and a transaction that has written stays open over the fence. {@code
 * -Dswitch.faults=N} sets how many, {@code -Dswitch.seed=S} when they come.
 */
@Tag("slow")
@Timeout(600)
class SwitchFaultTest {

  private static final Logger LOG = LoggerFactory.getLogger(SwitchFaultTest.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLIENTS = 3;

  /**
   * A pause that a restart makes longer, so that the switch is undone; and one that it does not.
   */
  private static final Duration SHORT = Duration.ofMillis(700);

  private static final Duration LONG = Duration.ofSeconds(20);

  /** A switch says about so many lines. */
  private static final int LINES = 9;

  @TempDir private Path directory;

  private enum Fault {
    CUT_SOURCE,
    CUT_TARGET,
    RESTART_SOURCE,
    RESTART_TARGET,
    RESTART_BROKER,
    LONG_TRANSACTION
  }

  /** All that can fail. */
  private record Stage(
      PostgresServer sourceServer,
      PostgresServer targetServer,
      Database source,
      Database target,
      TcpProxy toSource,
      TcpProxy toTarget,
      KafkaBroker broker) {}

  /**
   * Fails where a fault leaves a fence up, both sides open or a write behind, or where what was
   * made for a way back stays when it is not needed any more.
   */
  @Test
  void shouldLoseNothingWhateverFailsWithinASwitch() throws Exception {
    long seed = Long.getLong("switch.seed", new Random().nextInt(1_000_000));
    int faults = Integer.getInteger("switch.faults", Fault.values().length);
    LOG.info("{} faults, seed {}: repeat it with -Dswitch.seed={}", faults, seed, seed);
    Random random = new Random(seed);
    PostgresOptions options = PostgresOptions.of(PostgresVersion.V18);
    try (PostgresServer sourceServer = PostgresServer.start(options);
        PostgresServer targetServer = PostgresServer.start(options);
        TcpProxy toSource = TcpProxy.open();
        TcpProxy toTarget = TcpProxy.open();
        KafkaBroker broker = KafkaBroker.start(KafkaOptions.temporary().withHeap("384m"))) {
      toSource.forwardTo(sourceServer.port());
      toTarget.forwardTo(targetServer.port());
      Database source = sourceServer.createDatabase();
      Database target = targetServer.createDatabase();
      source.execute(
          "CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL)",
          "INSERT INTO a SELECT i, 0 FROM generate_series(0, "
              + (CLIENTS * CountingClients.ROWS - 1)
              + ") i",
          "INSERT INTO a VALUES (-1, 0)");
      target.execute("CREATE TABLE b (id int PRIMARY KEY, n int NOT NULL)");
      Stage stage =
          new Stage(sourceServer, targetServer, source, target, toSource, toTarget, broker);
      try (Job job = Job.start(SpecReader.read(spec(stage), Map.of()).orThrow(), warning -> {})) {
        job.awaitCaughtUp();
        verify();
        JobClient client = new JobClient("127.0.0.1", job.api().getPort(), Optional.empty());
        try (CountingClients clients =
            new CountingClients(
                CLIENTS,
                new CountingClients.Place(source::connect, "a"),
                new CountingClients.Place(target::connect, "b"))) {
          for (int i = 0; i < faults; i++) {
            Fault fault = Fault.values()[(i + (int) (seed % 6)) % Fault.values().length];
            suffer(fault, random.nextInt(LINES), i % 2 == 0 ? SHORT : LONG, stage, client, clients);
          }
          while (!awaitSettled(client).path("phase").asText().equals("FOLLOWING")) {
            order(client, "rollback", LONG);
          }
          clients.awaitMore(100);
          List<String> expected = clients.stop();
          source.execute("UPDATE a SET n = 0 WHERE id = -1");
          job.awaitBarrier();
          assertThat(source.query("SELECT id, n FROM a WHERE id >= 0 ORDER BY id"))
              .isEqualTo(expected);
          assertThat(target.query("SELECT id, n FROM b WHERE id >= 0 ORDER BY id"))
              .isEqualTo(expected);
          assertThat(target.query("SELECT slot_name FROM pg_replication_slots")).isEmpty();
        }
      }
    }
  }

  /** Orders a switch, and has something fail when it has said so many lines. */
  private static void suffer(
      Fault fault,
      int lines,
      Duration longest,
      Stage stage,
      JobClient client,
      CountingClients clients)
      throws Exception {
    String before = awaitSettled(client).path("phase").asText();
    String command = before.equals("FOLLOWING") ? "cutover" : "rollback";
    try (Connection open = begin(fault, command, stage)) {
      order(client, command, longest);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (running(client).filter(report -> report.path("lines").size() < lines).isPresent()) {
        assertThat(System.nanoTime()).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(5);
      }
      strike(fault, stage);
      if (fault == Fault.LONG_TRANSACTION) {
        TimeUnit.SECONDS.sleep(2);
        open.rollback();
      }
    }
    JsonNode report = awaitSettled(client);
    LOG.info(
        "{} at line {} of {}: {} {}, phase {}",
        fault,
        lines,
        command,
        report.path("outcome").asText(),
        report.path("why").asText(),
        report.path("phase").asText());
    clients.awaitMore(100);
  }

  /** For the transaction that stays open one that has written; else one that does nothing. */
  private static Connection begin(Fault fault, String command, Stage stage) throws Exception {
    boolean over = command.equals("cutover");
    Connection connection = (over ? stage.source() : stage.target()).connect();
    connection.setAutoCommit(false);
    if (fault == Fault.LONG_TRANSACTION) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("UPDATE " + (over ? "a" : "b") + " SET n = n + 1 WHERE id = -1");
      }
    }
    return connection;
  }

  private static void strike(Fault fault, Stage stage) {
    switch (fault) {
      case CUT_SOURCE -> stage.toSource().cut(Duration.ofSeconds(5));
      case CUT_TARGET -> stage.toTarget().cut(Duration.ofSeconds(5));
      case RESTART_SOURCE -> stage.sourceServer().restart();
      case RESTART_TARGET -> stage.targetServer().restart();
      case RESTART_BROKER -> stage.broker().restart();
      case LONG_TRANSACTION -> LOG.info("a transaction that has written is open");
    }
  }

  /** Until it is taken: gates may be open for a moment after a fault. */
  private static void order(JobClient client, String command, Duration longest) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (true) {
      try {
        client.command(command, "{\"longestPauseMillis\": " + longest.toMillis() + "}");
        return;
      } catch (CommandRefused e) {
        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private static Optional<JsonNode> running(JobClient client) throws Exception {
    return report(client).filter(report -> report.path("outcome").asText().equals("running"));
  }

  private static Optional<JsonNode> report(JobClient client)
      throws NoJob, InterruptedException, IOException {
    try (InputStream document = client.document("switch")) {
      return Optional.of(JSON.readTree(document));
    } catch (CommandRefused e) {
      return Optional.empty();
    }
  }

  private static JsonNode awaitSettled(JobClient client) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (true) {
      Optional<JsonNode> report =
          report(client)
              .filter(r -> r.path("settled").asBoolean())
              .filter(r -> !r.path("outcome").asText().equals("running"));
      if (report.isPresent()) {
        return report.get();
      }
      assertThat(System.nanoTime()).as(report(client).toString()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void verify() {
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out, true),
            new PrintWriter(out, true),
            "verify",
            "-f",
            directory.resolve("m.yaml").toString());
    assertThat(code).as(out.toString()).isZero();
  }

  private Path spec(Stage stage) throws IOException {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: faults
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: %d }
        tables:
          - { into: public.b, select: "SELECT id, n FROM public.a" }
        """
            .formatted(
                through(stage.source(), stage.toSource()),
                stage.source().user(),
                stage.source().password(),
                through(stage.target(), stage.toTarget()),
                stage.target().user(),
                stage.target().password(),
                stage.broker().bootstrapServers(),
                freePort()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String through(Database database, TcpProxy proxy) {
    return "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/" + database.name();
  }
}
