package io.crossfade.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to run a Kafka broker.
 *
 * @param directory where data and log live and stay; empty: a temporary one that goes with the
 *     broker
 * @param heap as after {@code -Xmx}
 * @param lockWait how long to wait while another broker holds the directory
 * @param proxy the port of a {@link TcpProxy} that some clients come through, see {@link
 *     KafkaBroker#proxiedPort}; empty: none
 * @param properties as in {@code server.properties}; they win over the defaults
 */
public record KafkaOptions(
    Optional<Path> directory,
    String heap,
    Duration lockWait,
    OptionalInt proxy,
    Map<String, String> properties) {

  public KafkaOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(proxy, "proxy");
    Objects.requireNonNull(lockWait, "lockWait");
    if (!heap.matches("[0-9]+[kKmMgG]?")) {
      throw new IllegalArgumentException("Not a heap size such as 512m: " + heap);
    }
    properties = Map.copyOf(properties);
  }

  /** A broker in a temporary directory. */
  public static KafkaOptions temporary() {
    return new KafkaOptions(
        Optional.empty(), "512m", Duration.ofSeconds(30), OptionalInt.empty(), Map.of());
  }

  /** A broker whose topics stay. */
  public static KafkaOptions in(Path directory) {
    return temporary().withDirectory(directory);
  }

  public KafkaOptions withDirectory(Path newDirectory) {
    return new KafkaOptions(Optional.of(newDirectory), heap, lockWait, proxy, properties);
  }

  public KafkaOptions withHeap(String newHeap) {
    return new KafkaOptions(directory, newHeap, lockWait, proxy, properties);
  }

  public KafkaOptions withLockWait(Duration newLockWait) {
    return new KafkaOptions(directory, heap, newLockWait, proxy, properties);
  }

  /** Clients may come through a proxy at this port of 127.0.0.1. */
  public KafkaOptions withProxy(int port) {
    return new KafkaOptions(directory, heap, lockWait, OptionalInt.of(port), properties);
  }

  public KafkaOptions with(String property, String value) {
    Map<String, String> all = new LinkedHashMap<>(properties);
    all.put(property, value);
    return new KafkaOptions(directory, heap, lockWait, proxy, all);
  }
}
