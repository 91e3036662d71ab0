package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.crossfade.wire.Names;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers and connections fail within cutovers and rollbacks, while clients write; the job lives.
 * {@code -Dswitch.faults=N} faults, {@code -Dswitch.seed=S} other ones.
 */
@Tag("slow")
class SwitchFaultTest {

  private static final String FENCED = "XF001";

  /** What a switch says it does, by its command. */
  private static final Map<String, List<String>> STEPS =
      Map.of(
          "cutover",
          List.of("way-back", "fence-new", "fence-old", "drain", "sequences", "seal", "decided"),
          "rollback",
          List.of("fence-new", "drain", "sequences", "seal", "decided"));

  @TempDir private Path directory;
  private PostgresServer sourceServer;
  private PostgresServer targetServer;
  private KafkaBroker broker;
  private TcpProxy toSource;
  private TcpProxy toTarget;
  private SwitchedMigration m;

  @BeforeEach
  void prepare() {
    PostgresOptions options =
        PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe().with("wal_sender_timeout", "10s");
    sourceServer = PostgresServer.start(options);
    targetServer = PostgresServer.start(options);
    broker = KafkaBroker.start(KafkaOptions.temporary().withHeap("384m"));
    toSource = TcpProxy.open();
    toTarget = TcpProxy.open();
    toSource.forwardTo(sourceServer.port());
    toTarget.forwardTo(targetServer.port());
    m =
        new SwitchedMigration(
            directory,
            sourceServer.createDatabase("old"),
            targetServer.createDatabase("new"),
            broker.bootstrapServers());
    m.throughPorts(toSource.port(), toTarget.port());
  }

  @AfterEach
  void close() {
    toSource.close();
    toTarget.close();
    broker.close();
    sourceServer.close();
    targetServer.close();
  }

  /**
   * Fails where a fault leaves both sides open, or none for ever, loses an acknowledged write or
   * brings it twice, or leaves a slot or topics of a way back that is over.
   */
  @Test
  void shouldLoseNothingWhateverFailsWithinASwitch() throws Exception {
    long seed = Long.getLong("switch.seed", 1);
    int rounds = Integer.getInteger("switch.faults", 6);
    say("repeat it with -Dswitch.seed=%d -Dswitch.faults=%d".formatted(seed, rounds));
    Random random = new Random(seed);
    SwitchFaults faults =
        new SwitchFaults(new Random(seed))
            .connections("source", toSource)
            .connections("target", toTarget)
            .restarts("source", sourceServer)
            .restarts("target", targetServer)
            .restarts(broker)
            .longTransaction(m.source, "a")
            .longTransaction(m.target, "b");
    try (Job job = Job.start(SpecReader.read(m.spec(0), Map.of()).orThrow(), warning -> {});
        SwitchClients clients = m.clients(3)) {
      job.awaitCaughtUp();
      Switching switching = new Switching(job, clients);
      for (int round = 1; round <= rounds; round++) {
        switching.round(round, faults.draw(), random);
      }
      switching.endAtOld();
      clients.awaitMore(50);
      m.awaitBoth(clients.stop());
      assertThat(leftovers(switching.settled().path("round").asLong())).isEmpty();
      assertThat(job.status().blockedBy()).isEmpty();
    }
  }

  /** The job that is told to switch, and what it does about it. */
  private final class Switching {

    private final Job job;
    private final JobClient client;
    private final SwitchClients clients;

    /** Whether a cutover was ever decided. */
    private boolean switched;

    Switching(Job job, SwitchClients clients) {
      this.job = job;
      this.client = new JobClient("127.0.0.1", job.api().getPort(), Optional.empty());
      this.clients = clients;
    }

    /** One switch with a fault in it, and without one until it has come to its end. */
    void round(int round, SwitchFaults.Fault fault, Random random) throws Exception {
      String before = settled().path("phase").asText();
      String command = before.equals("FOLLOWING") ? "cutover" : "rollback";
      require(command);
      List<String> steps = STEPS.get(command);
      String step = steps.get(random.nextInt(steps.size()));
      String former = begun();
      // At once half of the time: what comes next may take no longer than a few milliseconds.
      long within = random.nextBoolean() ? 0 : random.nextInt(60);
      FutureTask<Void> broken =
          new FutureTask<>(
              () -> {
                if (!fault.before()) {
                  await(former, step);
                  TimeUnit.MILLISECONDS.sleep(within);
                }
                fault.action().run();
                return null;
              });
      Thread thread = new Thread(broken, "fault");
      thread.start();
      long began = System.nanoTime();
      JsonNode end = order(command);
      broken.get();
      JsonNode after = settled();
      say(
          "round %d: %s, %s at %s+%d ms: %s %s, %s after %d ms"
              .formatted(
                  round,
                  command,
                  fault.name(),
                  fault.before() ? "begin" : step,
                  within,
                  end.path("outcome").asText(),
                  end.path("why").asText(),
                  after.path("phase").asText(),
                  (System.nanoTime() - began) / 1_000_000));
      oneSideTakesWrites(after);
      clients.awaitMore(50);
      while (after.path("phase").asText().equals(before)) {
        require(command);
        order(command);
        after = settled();
      }
      oneSideTakesWrites(after);
      clients.awaitMore(50);
    }

    private String begun() throws InterruptedException {
      return SwitchedMigration.report(client).map(r -> r.path("begun").asText("")).orElse("");
    }

    /** Until the switch that follows on a former one says so, or has ended without. */
    private void await(String former, String step) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (System.nanoTime() < end) {
        Optional<JsonNode> report =
            SwitchedMigration.report(client)
                .filter(r -> !r.path("begun").asText("").equals(former))
                .filter(
                    r -> says(r, step) || !r.path("outcome").asText("running").equals("running"));
        if (report.isPresent()) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    private static boolean says(JsonNode report, String step) {
      for (JsonNode line : report.path("lines")) {
        if (line.asText().startsWith(step + ":")) {
          return true;
        }
      }
      return false;
    }

    /** Before a cutover the tables have to be found equal. */
    private void require(String command) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (command.equals("cutover") && m.to(job.api().getPort(), "verify") != 0) {
        assertThat(System.nanoTime()).as(m.said()).isLessThan(end);
      }
    }

    /** Orders it, as soon as the job takes it, and waits until it has settled. */
    JsonNode order(String command) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (true) {
        try {
          client.command(command, "{}");
          return settled();
        } catch (CommandRefused | NoJob e) {
          say(command + " is not begun yet: " + e.getMessage());
          assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(end);
          TimeUnit.MILLISECONDS.sleep(500);
        }
      }
    }

    JsonNode settled() throws InterruptedException {
      return SwitchedMigration.awaitSettled(client, () -> true, () -> job.status().toString())
          .orElseThrow();
    }

    void endAtOld() throws Exception {
      while (settled().path("phase").asText().equals("REVERSED")) {
        order("rollback");
      }
    }

    /** Until a first cutover has been decided nobody keeps anybody from the new tables. */
    private void oneSideTakesWrites(JsonNode report) throws SQLException {
      List<String> open = new ArrayList<>();
      if (takesWrites(m.source, "a")) {
        open.add("OLD");
      }
      if (takesWrites(m.target, "b")) {
        open.add("NEW");
      }
      switched |= report.path("writes").asText().equals("NEW");
      assertThat(open)
          .as(report.toString())
          .isEqualTo(switched ? List.of(report.path("writes").asText()) : List.of("OLD", "NEW"));
    }

    private static boolean takesWrites(Database database, String table) throws SQLException {
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("UPDATE " + table + " SET n = n WHERE id < 0");
        return true;
      } catch (SQLException e) {
        if (FENCED.equals(e.getSQLState())) {
          return false;
        }
        throw e;
      }
    }
  }

  /** For who looks why it failed, and wants to see it again. */
  private static void say(String line) {
    System.out.println(line);
  }

  /** Of ways back: there is none when the old tables take writes. */
  private List<String> leftovers(long rounds) throws Exception {
    String slot = "crossfade_" + m.name;
    List<String> left = new ArrayList<>();
    for (Database database : List.of(m.source, m.target)) {
      left.addAll(
          database.query(
              "SELECT 'slot ' || slot_name FROM pg_replication_slots"
                  + " WHERE slot_name <> '"
                  + slot
                  + "'"));
      left.addAll(
          database.query(
              "SELECT 'publication ' || pubname FROM pg_publication"
                  + " WHERE pubname <> '"
                  + slot
                  + "'"));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      List<String> topics = new ArrayList<>(admin.listTopics().names().get());
      for (long round = 1; round <= rounds; round++) {
        String prefix = new Names(Names.reverse(m.name, round)).prefix();
        topics.stream().filter(topic -> topic.startsWith(prefix)).forEach(left::add);
      }
    }
    return left;
  }
}
