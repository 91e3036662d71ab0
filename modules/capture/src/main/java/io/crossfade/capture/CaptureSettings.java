package io.crossfade.capture;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What capture is told from outside.
 *
 * @param kafka properties of every Kafka client, {@code bootstrap.servers} among them
 * @param partitions of each raw topic that is made
 * @param replicationFactor of each topic that is made; empty for the brokers' default
 * @param parallelism how many chunks are read at once
 * @param mappings the SELECT of each new table, kept beside the position from the first start on
 * @param onTruncate what a TRUNCATE of an old table does
 * @param mostRereads how many keys may wait to be read again, before a table is copied as a whole
 *     instead
 * @param copies whether what stands in the tables at the first start is copied; where it is not,
 *     only what is written from then on is captured
 */
public record CaptureSettings(
    Map<String, String> kafka,
    int partitions,
    OptionalInt replicationFactor,
    int parallelism,
    Map<String, String> mappings,
    OnTruncate onTruncate,
    int mostRereads,
    boolean copies) {

  /** What a TRUNCATE of an old table does. */
  public enum OnTruncate {
    /** It stops the line. */
    FAIL,
    /** Each row that the raw topic has gets a tombstone. */
    APPLY
  }

  /** A key that waits takes about this many bytes; all together at most a sixteenth of the heap. */
  private static final int BYTES_OF_A_REREAD = 400;

  public CaptureSettings {
    kafka = Map.copyOf(kafka);
    mappings = Map.copyOf(mappings);
    Objects.requireNonNull(onTruncate, "onTruncate");
    if (partitions < 1 || replicationFactor.orElse(1) < 1 || parallelism < 1 || mostRereads < 1) {
      throw new IllegalArgumentException(
          "partitions, replication factor, parallelism and rereads are at least 1");
    }
  }

  /** As many keys may wait as the heap has room for. */
  public CaptureSettings(
      Map<String, String> kafka,
      int partitions,
      OptionalInt replicationFactor,
      int parallelism,
      Map<String, String> mappings,
      OnTruncate onTruncate) {
    this(
        kafka,
        partitions,
        replicationFactor,
        parallelism,
        mappings,
        onTruncate,
        (int)
            Math.min(
                2_000_000,
                Math.max(20_000, Runtime.getRuntime().maxMemory() / 16 / BYTES_OF_A_REREAD)),
        true);
  }

  /** The same, for tables whose rows are known to be elsewhere already. */
  public CaptureSettings withoutCopy() {
    return new CaptureSettings(
        kafka,
        partitions,
        replicationFactor,
        parallelism,
        mappings,
        onTruncate,
        mostRereads,
        false);
  }
}
