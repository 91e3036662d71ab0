package io.crossfade.spec;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The Kafka between source and target.
 *
 * @param brokers where it is
 * @param partitions of each raw topic, at least 1
 * @param replicationFactor copies of each topic; empty: the brokers' own default
 * @param properties passed to every client
 */
public record KafkaSpec(
    Brokers brokers,
    int partitions,
    OptionalInt replicationFactor,
    Map<String, Secret> properties) {

  /** Partitions of each raw topic where the spec does not say. */
  static final int DEFAULT_PARTITIONS = 4;

  public KafkaSpec {
    Objects.requireNonNull(brokers, "brokers");
    Objects.requireNonNull(replicationFactor, "replicationFactor");
    properties = Map.copyOf(properties);
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions must be at least 1: " + partitions);
    }
  }

  /** Brokers that exist, or one that is started here. */
  public sealed interface Brokers {

    /**
     * Brokers that exist.
     *
     * @param bootstrapServers host:port, separated by commas
     */
    record External(Setting bootstrapServers) implements Brokers {
      public External {
        Objects.requireNonNull(bootstrapServers, "bootstrapServers");
      }
    }

    /**
     * A real broker as a child process of the job.
     *
     * @param directory where its log is kept; absolute
     */
    record Embedded(Path directory) implements Brokers {
      public Embedded {
        if (!directory.isAbsolute()) {
          throw new IllegalArgumentException("not absolute: " + directory);
        }
      }
    }
  }
}
