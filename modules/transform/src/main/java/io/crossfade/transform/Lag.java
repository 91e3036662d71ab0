package io.crossfade.transform;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How far apply is behind the raw topics.
 *
 * @param records records that the target does not have yet. For partitions of this instance a true
 *     count of what it has been told by the brokers; for those of other instances, end offset minus
 *     committed offset, which counts the markers of transactions as well
 * @param age how long ago the source committed the oldest of those that this instance has fetched;
 *     empty where there are none
 */
public record Lag(long records, Optional<Duration> age) {

  public Lag {
    Objects.requireNonNull(age, "age");
  }
}
