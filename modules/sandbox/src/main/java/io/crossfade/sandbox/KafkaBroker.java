package io.crossfade.sandbox;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A Kafka broker as a child process, on 127.0.0.1: one node in KRaft mode, broker and controller in
 * one JVM.
 *
 * <p>It ends when this JVM ends, however that happens. Topics are made by hand, with a replication
 * factor of 1.
 */
public final class KafkaBroker implements AutoCloseable {

  private static final Duration START_WITHIN = Duration.ofSeconds(90);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(60);
  private static final int TRIES_FOR_A_PORT = 5;

  /** The largest row that is carried has 32 MB; as text in JSON it may double. */
  private static final String LARGEST_MESSAGE = Integer.toString(80 * 1024 * 1024);

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("process.roles", "broker,controller"),
          Map.entry("node.id", "1"),
          Map.entry("controller.listener.names", "CONTROLLER"),
          Map.entry("inter.broker.listener.name", "PLAINTEXT"),
          Map.entry(
              "listener.security.protocol.map",
              "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"),
          // After kill -9 the controller, which came back as well, lets the broker in again only
          // when
          // the former one's session has timed out. The defaults make that 9 seconds and more.
          Map.entry("broker.session.timeout.ms", "3000"),
          Map.entry("broker.heartbeat.interval.ms", "500"),
          Map.entry("auto.create.topics.enable", "false"),
          Map.entry("default.replication.factor", "1"),
          Map.entry("min.insync.replicas", "1"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("offsets.topic.num.partitions", "4"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("transaction.state.log.num.partitions", "4"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.num.partitions", "1"),
          Map.entry("group.initial.rebalance.delay.ms", "0"),
          Map.entry("message.max.bytes", LARGEST_MESSAGE),
          Map.entry("replica.fetch.max.bytes", LARGEST_MESSAGE),
          Map.entry("num.network.threads", "2"),
          Map.entry("num.io.threads", "4"),
          // A quarter of the default, which takes 128 MB of the heap.
          Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(32 * 1024 * 1024)));

  private final KafkaOptions options;
  private final Path directory;
  private volatile int port;
  private int controllerPort;
  private int proxiedPort;
  private volatile ChildProcess process;

  private KafkaBroker(KafkaOptions options, Path directory) {
    this.options = options;
    this.directory = directory;
  }

  /**
   * Starts a broker and blocks until it serves clients: some seconds. Waits up to {@link
   * KafkaOptions#lockWait} for a former broker in the same directory to end.
   *
   * @throws SandboxException when it does not start, with the end of its log
   */
  public static KafkaBroker start(KafkaOptions options) {
    Path directory = options.directory().map(Path::toAbsolutePath).orElseGet(() -> temporary());
    KafkaBroker broker = new KafkaBroker(options, directory);
    try {
      Files.createDirectories(directory);
      broker.startOnSomePort();
    } catch (IOException e) {
      throw new SandboxException("Cannot make the directory " + directory + " for Kafka", e);
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /**
   * A second listener, for a proxy to forward to. Who comes by it is told to come by the port of
   * {@link KafkaOptions#proxy}, also when it asks for the partitions' leaders.
   */
  public int proxiedPort() {
    if (options.proxy().isEmpty()) {
      throw new IllegalStateException("This broker was started without a proxy");
    }
    return proxiedPort;
  }

  public long pid() {
    return process.pid();
  }

  public Path logFile() {
    return directory.resolve("kafka.log");
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /**
   * Stops the broker and blocks until it has ended.
   *
   * @throws SandboxException when it has not within a minute
   */
  public void stop() {
    if (!process.stop("TERM", STOP_WITHIN)) {
      throw new SandboxException(
          "Kafka " + pid() + " has not stopped within " + STOP_WITHIN.toSeconds() + " s" + log(0));
    }
  }

  /** {@code kill -9}; the process is gone when this returns. */
  public void kill() {
    process.kill();
  }

  /** Starts a broker that is down again: same ports, same data. */
  public void start() {
    if (process.isAlive()) {
      throw new IllegalStateException("Kafka " + pid() + " is running");
    }
    long log = Unix.size(logFile());
    launch();
    if (!awaitReady(log)) {
      throw notStarted(log);
    }
  }

  /** Stops where it runs, and starts: same ports, same data. */
  public void restart() {
    stop();
    start();
  }

  /** SIGSTOP: connections stay open, nobody answers. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Ends the broker; a temporary directory goes with it. May be repeated. */
  @Override
  public void close() {
    boolean keep = options.directory().isPresent();
    if (process != null && process.isAlive()) {
      if (!keep || !process.stop("TERM", Duration.ofSeconds(15))) {
        process.kill();
      }
    }
    if (!keep && Files.exists(directory)) {
      Unix.delete(directory);
    }
    Ports.release(port);
    Ports.release(controllerPort);
    Ports.release(proxiedPort);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("crossfade-kafka-");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a directory for Kafka's data", e);
    }
  }

  private void startOnSomePort() {
    keepOneOldLog();
    for (int i = 1; ; i++) {
      port = Ports.free();
      controllerPort = Ports.free();
      proxiedPort = Ports.free();
      long log = Unix.size(logFile());
      launch();
      if (awaitReady(log)) {
        return;
      }
      // Between the look and the start another process may have taken a port.
      boolean portTaken = process.exitCode().orElse(0) == KafkaChild.PORT_TAKEN;
      if (!portTaken || i == TRIES_FOR_A_PORT) {
        throw notStarted(log);
      }
    }
  }

  private void launch() {
    try {
      Files.deleteIfExists(ready());
      writeProperties();
      Path arguments = directory.resolve("java.args");
      // In a file: a class path can be longer than a command line may be.
      Files.writeString(arguments, "-cp\n" + quoted(System.getProperty("java.class.path")) + "\n");
      process =
          ChildProcess.start(
              new ChildProcess.Plan(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx" + options.heap(),
                      // It copies batches: what the second compiler would gain here it takes from
                      // who shares the cores, for minutes after each start.
                      "-XX:TieredStopAtLevel=1",
                      "-XX:+UseSerialGC",
                      "-XX:+ExitOnOutOfMemoryError",
                      "-Djava.awt.headless=true",
                      "-Dslf4j.provider=" + ChildLogging.class.getName(),
                      "@" + arguments,
                      KafkaChild.class.getName(),
                      directory.toString(),
                      Long.toString(options.lockWait().toMillis()),
                      Integer.toString(port),
                      Integer.toString(controllerPort),
                      Integer.toString(proxiedPort)),
                  Optional.empty(),
                  Path.of("").toAbsolutePath(),
                  Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8"),
                  logFile(),
                  "TERM",
                  Duration.ofSeconds(4),
                  options.directory().isEmpty() ? Optional.of(directory) : Optional.empty()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write into " + directory, e);
    }
  }

  private Path ready() {
    return directory.resolve(KafkaChild.READY_FILE);
  }

  private void writeProperties() throws IOException {
    Properties all = new Properties();
    all.putAll(DEFAULTS);
    String listeners = "PLAINTEXT://127.0.0.1:" + port;
    String advertised = listeners;
    if (options.proxy().isPresent()) {
      listeners += ",PROXIED://127.0.0.1:" + proxiedPort;
      advertised += ",PROXIED://127.0.0.1:" + options.proxy().getAsInt();
    }
    all.put("listeners", listeners + ",CONTROLLER://127.0.0.1:" + controllerPort);
    all.put("advertised.listeners", advertised);
    // Static voters: the address is read from here at each start, so that it may change.
    all.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    all.put("log.dirs", directory.resolve("data").toString());
    all.putAll(options.properties());
    Path file = directory.resolve(KafkaChild.PROPERTIES_FILE);
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      all.store(out, "Written at each start");
    }
  }

  /** In the syntax of java's argument files. */
  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** True when the broker serves clients, false when it has ended. */
  private boolean awaitReady(long log) {
    long deadline = System.nanoTime() + START_WITHIN.plus(options.lockWait()).toNanos();
    while (process.isAlive()) {
      try {
        if (Files.exists(ready())
            && Files.readString(ready()).strip().equals(Long.toString(process.pid()))) {
          return true;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + ready(), e);
      }
      if (System.nanoTime() > deadline) {
        throw new SandboxException(
            "Kafka is not ready after " + START_WITHIN.toSeconds() + " s" + log(log));
      }
      ChildProcess.sleep();
    }
    return false;
  }

  private SandboxException notStarted(long log) {
    if (process.exitCode().orElse(0) == KafkaChild.IN_USE) {
      return new SandboxException(
          directory
              + " is in use by another process, and still was after "
              + options.lockWait().toSeconds()
              + " s. End the other one, or name another directory.");
    }
    return new SandboxException("Kafka has not started" + log(log));
  }

  private void keepOneOldLog() {
    try {
      if (Files.exists(logFile())) {
        Files.move(
            logFile(), directory.resolve("kafka.log.1"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot rename " + logFile(), e);
    }
  }

  private String log(long from) {
    return "; the end of " + logFile() + ":\n" + Unix.lastLines(logFile(), from);
  }
}
