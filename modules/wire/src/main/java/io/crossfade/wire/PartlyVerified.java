package io.crossfade.wire;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Up to where a round has found a new table equal. It outlives the job, so that the round goes on
 * there.
 *
 * @param order the {@link WatchOrder} that it belongs to
 * @param round counted from 1 within the order
 * @param spec the fingerprint of the spec: with another one there may be another SELECT
 * @param next values of the leading columns of the new key: the first that was not compared
 * @param expectedRows that the SELECT gave until there
 * @param actualRows that the new table had
 * @param ranges how many were compared
 * @param suspects rows that were not the same at the first look
 * @param position where the log of the database that executes the SELECT stood when it began
 * @param begun when
 */
public record PartlyVerified(
    String order,
    long round,
    String spec,
    List<String> next,
    long expectedRows,
    long actualRows,
    long ranges,
    long suspects,
    String position,
    Instant begun) {

  public PartlyVerified {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(spec, "spec");
    next = List.copyOf(next);
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(begun, "begun");
  }
}
