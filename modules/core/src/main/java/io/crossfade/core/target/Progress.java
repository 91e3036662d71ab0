package io.crossfade.core.target;

import java.util.Objects;
import java.util.Set;

/**
 * What the target knows of one partition. All offsets are of the next record, as Kafka counts them.
 *
 * @param topic the topic as it was when the partition was first taken
 * @param prev an offset that Kafka's group had committed for certain when the row was written
 * @param cur the target holds the effect of all records below
 * @param highest the greatest {@code cur} ever, rewinds included: records at and above it have
 *     never been written
 * @param producers transactional ids whose Kafka transaction may still be open with offsets of this
 *     partition in it
 */
public record Progress(
    TopicIdentity topic, long prev, long cur, long highest, Set<String> producers) {

  public Progress {
    Objects.requireNonNull(topic, "topic");
    producers = Set.copyOf(producers);
    if (prev < 0 || prev > cur || cur > highest) {
      throw new IllegalArgumentException(
          "progress with prev " + prev + ", cur " + cur + ", highest " + highest);
    }
  }

  /** Of a partition from which nothing was ever written. */
  public static Progress none(TopicIdentity topic) {
    return new Progress(topic, 0, 0, 0, Set.of());
  }
}
