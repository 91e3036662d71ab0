package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.wire.Names;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two processes of one migration. */
@Timeout(180)
@Tag("slow")
class InstancesTest {

  private static final Logger LOG = LoggerFactory.getLogger(InstancesTest.class);
  private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(30);
  private static final String STANDS_BY = "another instance captures";

  @TempDir private Path directory;
  private final String migration = "i" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  private record Instance(JavaProcess process, JobClient client) implements AutoCloseable {

    @Override
    public void close() {
      process.close();
    }

    Optional<Status> status() throws InterruptedException {
      try {
        return Optional.of(client.status());
      } catch (NoJob e) {
        return Optional.empty();
      }
    }

    boolean captures() throws InterruptedException {
      return status().filter(s -> s.phase().equals("FOLLOWING")).isPresent() && !standsBy();
    }

    boolean standsBy() throws InterruptedException {
      return status().flatMap(Status::waitingFor).filter(STANDS_BY::equals).isPresent();
    }
  }

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 'x' FROM generate_series(1, 1000) i");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * The one that captures dies by {@code kill -9}. Fails where the other asks only now and then, or
   * where the partitions of the dead one are missed late.
   */
  @Test
  void shouldShareThePartitionsAndTakeOverWithinHalfAMinute() throws Exception {
    try (Instance first = start("first")) {
      await(Duration.ofSeconds(60), first::captures);
      try (Instance second = start("second")) {
        await(Duration.ofSeconds(60), second::standsBy);
        await(Duration.ofSeconds(60), () -> owners() == 2);
        assertThat(first.captures()).isTrue();

        long killed = System.nanoTime();
        first.process().kill();
        source.execute("UPDATE a SET s = 'after the kill'");
        await(
            TAKEN_OVER_WITHIN,
            () ->
                target
                    .query("SELECT count(*) FROM b WHERE s = 'after the kill'")
                    .equals(List.of("1000")));
        LOG.info(
            "taken over, and all applied, {} ms after the kill",
            (System.nanoTime() - killed) / 1_000_000);
        await(Duration.ofSeconds(10), second::captures);
      }
    }
  }

  /** How many processes own partitions. */
  private long owners() throws Exception {
    String group = new Names(migration).applyGroup();
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", SharedSandbox.kafka().bootstrapServers()))) {
      ConsumerGroupDescription description =
          admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get();
      return description.members().stream()
          .filter(member -> !member.assignment().topicPartitions().isEmpty())
          .map(member -> member.clientId().replaceFirst("-StreamThread-.*", ""))
          .distinct()
          .count();
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Duration within, Condition condition) throws Exception {
    long end = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("within %s", within).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private Instance start(String name) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path spec = directory.resolve(name + ".yaml");
    Files.writeString(
        spec,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 4 }
        server: { port: %d }
        tables:
          - { into: public.b, from: public.a }
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
    JavaProcess process =
        JavaProcess.start(
            new JavaProcess.Plan(
                "io.crossfade.cli.Main",
                List.of("run", "-f", spec.toString()),
                List.of("-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                directory,
                directory.resolve(name + ".log"),
                Map.of()));
    return new Instance(process, new JobClient("127.0.0.1", port, Optional.empty()));
  }
}
