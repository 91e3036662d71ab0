package io.crossfade.wire;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What of a new table is still to be compared: all else was found equal. It outlives the job, so
 * that the comparison goes on there.
 *
 * @param order the {@link WatchOrder} or {@link VerifyOrder} that it belongs to
 * @param round counted from 1 within the order; 0 where it has no rounds
 * @param spec the fingerprint of the spec: with another one there may be another SELECT
 * @param left the ranges that were not found equal: not compared yet, or with rows that differ
 * @param expectedRows that the SELECT gave in all others
 * @param actualRows that the new table had in all others
 * @param ranges how many others there are
 * @param suspects rows in them that were not the same at the first look
 * @param position where the log of the database that executes the SELECT stood when it began
 * @param begun when
 * @param ended how it ended; empty where it has not
 */
public record PartlyVerified(
    String order,
    long round,
    String spec,
    List<Range> left,
    long expectedRows,
    long actualRows,
    long ranges,
    long suspects,
    String position,
    Instant begun,
    Optional<Ended> ended) {

  /**
   * A range of the leading columns of the new key.
   *
   * @param from their values: the first that is in it; empty: from the beginning
   * @param to the first that is not in it; empty: to the end
   */
  public record Range(List<String> from, List<String> to) {
    public Range {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  /**
   * That all was compared: what is left differs.
   *
   * @param at when
   * @param position where the log stood then
   */
  public record Ended(Instant at, String position) {
    public Ended {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(position, "position");
    }
  }

  public PartlyVerified {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(spec, "spec");
    left = List.copyOf(left);
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(begun, "begun");
    Objects.requireNonNull(ended, "ended");
  }
}
