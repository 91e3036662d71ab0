package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job dies by {@code kill -9} within cutovers, rollbacks, and what undoes or settles them,
 * while clients write. {@code -Dswitch.kills=all} goes through each place.
 */
@Tag("slow")
class SwitchKillTest {

  private static final Logger LOG = LoggerFactory.getLogger(SwitchKillTest.class);
  private static final int SOME = 4;

  /** More than a start, a cutover and a rollback pass. */
  private static final int PASSAGES = 46;

  @TempDir private Path directory;
  private Database source;
  private Database target;
  private SwitchedMigration m;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    m = new SwitchedMigration(directory, source, target, SharedSandbox.kafka().bootstrapServers());
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** A process that runs the job. */
  private record Instance(JavaProcess process, JobClient client, int port)
      implements AutoCloseable {

    @Override
    public void close() {
      process.close();
    }
  }

  /**
   * Fails where both sides are open at once, where a crash leaves a fence up for ever, where what
   * was applied before the crash comes again after writes have moved, or where a flow goes on whose
   * turn is over.
   */
  @Test
  void shouldLoseNothingWhereverItIsKilled() throws Exception {
    List<Integer> passages = passages();
    LOG.info("killed at the passages {}", passages);
    try (SwitchClients clients = m.clients(3)) {
      clients.awaitMore(100);
      int killed = 0;
      for (int passage : passages) {
        killed += life(clients, passage);
      }
      LOG.info("killed {} times within {} lives", killed, passages.size());
      assertThat(killed).isGreaterThanOrEqualTo(passages.size() / 2);
      try (Instance last = start(OptionalInt.empty())) {
        awaitSettled(last);
        clients.awaitMore(100);
        m.awaitBoth(clients.stop());
      }
    }
  }

  private static List<Integer> passages() {
    List<Integer> passages = new ArrayList<>();
    if (System.getProperty("switch.kills", "").equals("all")) {
      for (int i = 1; i <= PASSAGES; i++) {
        passages.add(i);
      }
      return passages;
    }
    long seed = Long.getLong("switch.seed", 1);
    LOG.info("seed {}: repeat it with -Dswitch.seed={}", seed, seed);
    Random random = new Random(seed);
    for (int i = 0; i < SOME; i++) {
      passages.add(1 + random.nextInt(PASSAGES));
    }
    return passages;
  }

  /** One process, with switches until it dies; 1 where it did. */
  private int life(SwitchClients clients, int passage) throws Exception {
    try (Instance job = start(OptionalInt.of(passage))) {
      if (awaitSettled(job).isEmpty()) {
        LOG.info("passage {}: killed while it took over", passage);
        return 1;
      }
      clients.awaitMore(100);
      for (int i = 0; i < 2 && job.process().isRunning(); i++) {
        String phase = awaitSettled(job).map(r -> r.path("phase").asText()).orElse("");
        if (phase.equals("FOLLOWING")) {
          m.to(job.port(), "verify");
          order(job, passage, "cutover");
        } else if (phase.equals("REVERSED")) {
          order(job, passage, "rollback");
        }
      }
      boolean died = !job.process().isRunning();
      if (died) {
        assertThat(job.process().exitCode()).hasValue(FaultPoint.EXIT_CODE);
      } else {
        clients.awaitMore(100);
      }
      return died ? 1 : 0;
    }
  }

  /** Not by the command, which waits for a job that has died. */
  private void order(Instance job, int passage, String command) throws Exception {
    try {
      job.client().command(command, "{}");
      Optional<JsonNode> end = awaitSettled(job);
      LOG.info(
          "passage {}: {} ends as {}",
          passage,
          command,
          end.map(report -> report.path("outcome").asText()).orElse("killed"));
    } catch (CommandRefused | NoJob e) {
      LOG.info("passage {}: {} was not begun: {}", passage, command, e.getMessage());
    }
  }

  /** Its report when it leads and has settled; empty where it has died before. */
  private static Optional<JsonNode> awaitSettled(Instance job) throws Exception {
    Optional<JsonNode> report =
        SwitchedMigration.awaitSettled(
            job.client(), job.process()::isRunning, () -> log(job.process()));
    if (report.isEmpty()) {
      assertThat(job.process().exitCode()).as(log(job.process())).hasValue(FaultPoint.EXIT_CODE);
    }
    return report;
  }

  private static String log(JavaProcess process) {
    try {
      return Files.readString(process.log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Instance start(OptionalInt passage) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> options =
        new ArrayList<>(List.of("-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    passage.ifPresent(
        n -> options.add("-Dcrossfade.fault=" + FaultPoint.IN_SWITCH.label() + ":" + n));
    JavaProcess process =
        JavaProcess.start(
            new JavaProcess.Plan(
                "io.crossfade.cli.Main",
                List.of("run", "-f", m.spec(port).toString()),
                options,
                directory,
                directory.resolve("job-" + System.nanoTime() + ".log"),
                Map.of()));
    return new Instance(process, new JobClient("127.0.0.1", port, Optional.empty()), port);
  }
}
