package io.crossfade.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.sandbox.Database;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A migration as a user runs it: {@code crossfade run} in a process of its own, with a broker of
 * its own, watched by its HTTP status. Closing it is SIGTERM.
 */
final class JobProcess implements Observer.Alive, AutoCloseable {

  private static final String MAIN = "io.crossfade.cli.Main";
  private static final String BROKER = "io.crossfade.sandbox.KafkaChild";
  private static final String LOOPBACK = "127.0.0.1";
  private static final long EVERY_MILLIS = 50;
  private static final long LOOK_MILLIS = 20;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(60);

  private static final String SPEC =
      """
      migration: bench
      source: { connector: postgres, url: "%s", username: "%s", password: "${env:SOURCE_PASSWORD}" }
      target: { connector: postgres, url: "%s", username: "%s", password: "${env:TARGET_PASSWORD}" }
      kafka: { embedded: ./kafka }
      tables:
        - into: public.events
          select: "%s"
      server: { port: %d }
      """;

  private final ChildJvm jvm;
  private final JobClient client;
  private final Path directory;

  private JobProcess(ChildJvm jvm, JobClient client, Path directory) {
    this.jvm = jvm;
    this.client = client;
    this.directory = directory;
  }

  /** Starts it and does not wait. */
  static JobProcess start(Setup setup, Workload.Shape shape, Pair pair) throws IOException {
    Path directory = Files.createDirectories(setup.directory().resolve(pair.source().name()));
    int port = freePort();
    Files.writeString(directory.resolve("migration.yaml"), spec(shape, pair, port));
    ChildJvm jvm =
        ChildJvm.start(
            "job",
            MAIN,
            List.of("run", "-f", "migration.yaml"),
            directory,
            Map.of(
                "SOURCE_PASSWORD", pair.source().password(),
                "TARGET_PASSWORD", pair.target().password()));
    return new JobProcess(jvm, new JobClient(LOOPBACK, port, Optional.empty()), directory);
  }

  private static String spec(Workload.Shape shape, Pair pair, int port) {
    Database source = pair.source();
    Database target = pair.target();
    return SPEC.formatted(
        source.jdbcUrl(), source.user(), target.jdbcUrl(), target.user(), shape.select(), port);
  }

  /** Who does what from now on. */
  Roles roles(Pair pair) {
    return Roles.ofServers(pair).withMover(jvm.pid()).withBroker(this::broker);
  }

  private OptionalLong broker() {
    return Proc.javaBelow(jvm.pid(), BROKER);
  }

  /** Waits until all chunks are in Kafka, and only changes follow. */
  void awaitFollowing() throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      if (phase().filter("FOLLOWING"::equals).isPresent()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
    throw new IllegalStateException("The job does not get on: " + phase());
  }

  /**
   * Has it verify its table, and waits for the end.
   *
   * @param rows that both sides must have
   * @return how many milliseconds before it was seen it may have ended
   * @throws IllegalStateException where it does not end with equal and that many rows
   */
  double verify(long rows) throws IOException, CommandRefused, InterruptedException {
    client.command("verify", "{}");
    long start = System.nanoTime();
    long lastLook = start;
    while (lastLook - start < PATIENCE_NANOS) {
      requireAlive();
      JsonNode report;
      try (InputStream in = client.document("verification")) {
        report = JSON.readTree(in);
      }
      long now = System.nanoTime();
      if (!report.path("outcome").isNull()) {
        requireEqual(report, rows);
        return (now - lastLook) / NANOS_PER_MILLI;
      }
      lastLook = now;
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    throw new IllegalStateException("No end of a verification after an hour");
  }

  private static void requireEqual(JsonNode report, long rows) {
    JsonNode table = report.at("/tables/0");
    if (!report.path("outcome").asText().equals("equal")
        || table.path("expectedRows").asLong() != rows
        || table.path("actualRows").asLong() != rows) {
      throw new IllegalStateException("The verification did not end with equal: " + report);
    }
  }

  /** Empty while the job starts. */
  private Optional<String> phase() throws InterruptedException {
    requireAlive();
    try {
      Status status = client.status();
      status
          .blockedBy()
          .ifPresent(
              block -> {
                throw new IllegalStateException("The job is BLOCKED: " + block.reason());
              });
      return Optional.of(status.phase());
    } catch (NoJob e) {
      return Optional.empty();
    }
  }

  /** The most memory that job and broker have had. */
  Sample peaks() {
    Sample sample = Sample.EMPTY;
    OptionalLong job = Proc.peakKibibytes(jvm.pid());
    if (job.isPresent()) {
      sample = sample.with(Metric.PEAK_JOB_MEBIBYTES, Proc.mebibytes(job.getAsLong()));
    }
    OptionalLong broker = broker();
    OptionalLong peak =
        broker.isPresent() ? Proc.peakKibibytes(broker.getAsLong()) : OptionalLong.empty();
    if (peak.isPresent()) {
      sample = sample.with(Metric.PEAK_BROKER_MEBIBYTES, Proc.mebibytes(peak.getAsLong()));
    }
    return sample;
  }

  @Override
  public void requireAlive() {
    jvm.requireAlive();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    jvm.close();
    Directories.delete(directory);
  }
}
