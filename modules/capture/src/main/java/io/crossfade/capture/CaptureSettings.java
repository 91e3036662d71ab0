package io.crossfade.capture;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What capture is told from outside.
 *
 * @param kafka properties of every Kafka client, {@code bootstrap.servers} among them
 * @param partitions of each raw topic that is made
 * @param replicationFactor of each topic that is made; empty for the brokers' default
 * @param parallelism how many chunks are read at once
 * @param mappings the SELECT of each new table, kept beside the position from the first start on
 */
public record CaptureSettings(
    Map<String, String> kafka,
    int partitions,
    OptionalInt replicationFactor,
    int parallelism,
    Map<String, String> mappings) {

  public CaptureSettings {
    kafka = Map.copyOf(kafka);
    mappings = Map.copyOf(mappings);
    if (partitions < 1 || replicationFactor.orElse(1) < 1 || parallelism < 1) {
      throw new IllegalArgumentException(
          "partitions, replication factor and parallelism are at least 1");
    }
  }
}
