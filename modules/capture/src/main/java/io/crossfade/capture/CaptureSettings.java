package io.crossfade.capture;

import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What capture is told from outside.
 *
 * @param kafka properties of every Kafka client, {@code bootstrap.servers} among them
 * @param partitions of each raw topic that is made
 * @param replicationFactor of each topic that is made; empty for the brokers' default
 * @param parallelism how many chunks are read at once
 * @param maxRowsPerSecond of the backfill; empty for as many as can be
 */
public record CaptureSettings(
    Map<String, String> kafka,
    int partitions,
    OptionalInt replicationFactor,
    int parallelism,
    OptionalLong maxRowsPerSecond) {

  public CaptureSettings {
    kafka = Map.copyOf(kafka);
    if (partitions < 1 || replicationFactor.orElse(1) < 1 || parallelism < 1) {
      throw new IllegalArgumentException(
          "partitions, replication factor and parallelism are at least 1");
    }
  }
}
