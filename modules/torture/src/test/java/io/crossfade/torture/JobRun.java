package io.crossfade.torture;

import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.JavaProcess;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One process of the job, with a spec and a log of its own. */
final class JobRun implements AutoCloseable {

  static final String MIGRATION = "torture";

  private static final String SPEC =
      """
      migration: %s
      source: { connector: postgres, url: "%s", username: postgres, password: postgres }
      target: { connector: postgres, url: "%s", username: postgres, password: postgres }
      kafka:
        bootstrap-servers: "%s"
        partitions: 3
        # So that a broker that does not answer is given up in the time that a test has.
        properties: { request.timeout.ms: 10000 }
      tables:
      %s
      backfill: { parallelism: 2%s }
      server: { port: %d }
      """;

  /** What a job says that must not be: no fault that we inject asks for a person. */
  private static final List<String> FORBIDDEN =
      List.of("BLOCKED", "an error of its own", "an error in Crossfade itself", "Apply has failed");

  private final JavaProcess process;
  private final String name;
  private final Optional<Aims.Aim> aim;
  private final JobClient client;
  private final long started = System.nanoTime();
  private long told;
  private boolean hasRun;

  private JobRun(JavaProcess process, String name, Optional<Aims.Aim> aim, JobClient client) {
    this.process = process;
    this.name = name;
    this.aim = aim;
    this.client = client;
  }

  /**
   * How it is to be started.
   *
   * @param rowsPerSecond of the backfill; empty: as fast as it can
   * @param aim where it is to halt; empty: nowhere
   * @param untilCaughtUp whether it ends by itself
   */
  record How(OptionalLong rowsPerSecond, Optional<Aims.Aim> aim, boolean untilCaughtUp) {}

  static JobRun start(Stage stage, Path directory, int number, How how) {
    String name = "job-" + number;
    int port = freePort();
    Path spec = directory.resolve(name + ".yaml");
    Path temporary = directory.resolve("tmp");
    try {
      Files.createDirectories(temporary);
      Files.writeString(
          spec,
          SPEC.formatted(
              MIGRATION,
              stage.sourceUrl(),
              stage.targetUrl(),
              stage.brokers(),
              Schema.mappings(),
              how.rowsPerSecond().isPresent()
                  ? ", max-rows-per-second: " + how.rowsPerSecond().getAsLong()
                  : "",
              port));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + spec, e);
    }
    List<String> options =
        new ArrayList<>(
            List.of(
                "-Xmx400m",
                // It lives for seconds: what the second compiler would gain comes too late.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                // The class path has our own quiet one before it.
                "-Dlogback.configurationFile=logback.xml",
                "-Djava.io.tmpdir=" + temporary));
    how.aim().ifPresent(aim -> options.add("-Dcrossfade.fault=" + aim));
    List<String> arguments = new ArrayList<>(List.of("run", "-f", spec.toString()));
    if (how.untilCaughtUp()) {
      arguments.addAll(List.of("--exit-when", "caught-up"));
    }
    JavaProcess process =
        JavaProcess.start(
            new JavaProcess.Plan(
                "io.crossfade.cli.Main",
                arguments,
                options,
                directory,
                directory.resolve(name + ".log"),
                Map.of("CROSSFADE_LOG", "INFO")));
    return new JobRun(process, name, how.aim(), new JobClient("127.0.0.1", port, Optional.empty()));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("No free port", e);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isRunning();
  }

  OptionalInt exitCode() {
    return process.exitCode();
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  /** Where it was to halt. */
  Optional<Aims.Aim> aim() {
    return aim;
  }

  /** Whether it has come so far that it ends only when it is told to. */
  boolean hasRun() {
    hasRun = hasRun || log().contains("Running " + MIGRATION + ":");
    return hasRun;
  }

  boolean hasPrintedStack() {
    return log().contains("\n\tat ");
  }

  /** Whether it was halted at the fault point that it was started with. */
  boolean halted() {
    return exitCode().orElse(0) == FaultPoint.EXIT_CODE && log().contains(": halting");
  }

  /** What it says; empty while it does not answer. */
  Optional<Status> status() throws InterruptedException {
    try {
      return Optional.of(client.status());
    } catch (NoJob e) {
      return Optional.empty();
    }
  }

  void kill() {
    process.kill();
  }

  boolean stop(Duration atMost) {
    return process.stop(atMost);
  }

  void pause() {
    process.pause();
  }

  void resume() {
    process.resume();
  }

  String log() {
    try {
      return Files.exists(process.log()) ? Files.readString(process.log()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + process.log(), e);
    }
  }

  String lastLines() {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }

  /** Lines that it has printed since this was asked last, and that must not be. */
  List<String> complaints() {
    String log = log();
    String fresh = log.substring((int) Math.min(told, log.length()));
    // Not the end of a line that is just being written.
    int whole = process.isRunning() ? fresh.lastIndexOf('\n') + 1 : fresh.length();
    told += whole;
    return complaintsIn(fresh.substring(0, whole)).stream()
        .map(line -> name + " says: " + line)
        .toList();
  }

  static List<String> complaintsIn(String log) {
    return log.lines().filter(line -> FORBIDDEN.stream().anyMatch(line::contains)).toList();
  }

  @Override
  public void close() {
    process.close();
  }
}
