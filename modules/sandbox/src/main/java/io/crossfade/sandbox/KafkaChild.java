package io.crossfade.sandbox;

import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.slf4j.LoggerFactory;

/** The child JVM of {@link KafkaBroker}: formats a new directory, serves until SIGTERM. */
final class KafkaChild {

  static final String PROPERTIES_FILE = "server.properties";

  /** Appears when clients are served; has the process id. */
  static final String READY_FILE = "ready";

  /** Exit code: the directory belongs to a broker that has not ended in time. */
  static final int IN_USE = 75;

  /** Exit code: a port is taken. */
  static final int PORT_TAKEN = 76;

  private KafkaChild() {}

  /**
   * Serves until it is ended.
   *
   * @param args the directory, the milliseconds to wait for its lock, and the ports
   */
  public static void main(String[] args) {
    try {
      serve(args);
    } catch (Throwable e) {
      LoggerFactory.getLogger(KafkaChild.class).error("Kafka has not started", e);
      // Not exit: threads of a broker that has started by half would keep this process.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void serve(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    // Held until this process ends: unlike Kafka's own lock it covers formatting, and is waited
    // for.
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = lock(channel, Duration.ofMillis(Long.parseLong(args[1])));
    if (lock == null) {
      System.err.println(directory + " is in use by another process");
      System.exit(IN_USE);
    }
    for (int i = 2; i < args.length; i++) {
      // Kafka itself would notice, but say so only after a minute.
      if (!Ports.isFree(Integer.parseInt(args[i]))) {
        System.err.println("Port " + args[i] + " of 127.0.0.1 is in use by another process");
        System.exit(PORT_TAKEN);
      }
    }
    Path file = directory.resolve(PROPERTIES_FILE);
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    }
    if (!Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"))) {
      format(file);
    }
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    server.startup();
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop"));
    Path draft = directory.resolve(READY_FILE + ".new");
    Files.writeString(draft, Long.toString(ProcessHandle.current().pid()));
    Files.move(draft, directory.resolve(READY_FILE), StandardCopyOption.ATOMIC_MOVE);
    server.awaitShutdown();
  }

  private static FileLock lock(FileChannel channel, Duration wait) throws IOException {
    long deadline = System.nanoTime() + wait.toNanos();
    FileLock lock = channel.tryLock();
    while (lock == null && System.nanoTime() < deadline) {
      ChildProcess.sleep();
      lock = channel.tryLock();
    }
    return lock;
  }

  /** Kafka writes meta.properties last, by a rename: without it a format was cut off. */
  private static void format(Path properties) {
    String[] arguments = {
      "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", properties.toString()
    };
    int code = StorageTool.execute(arguments, System.err);
    if (code != 0) {
      throw new IllegalStateException("kafka-storage format ended with " + code);
    }
  }
}
