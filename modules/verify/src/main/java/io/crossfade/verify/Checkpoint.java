package io.crossfade.verify;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Up to where a table was found equal, so that a comparison that was interrupted goes on there.
 * There is none where something differs, or has not stood still yet: that is found again from the
 * beginning, or from the one before.
 *
 * @param next values of the ordered columns of the key: the first that was not compared
 * @param expectedRows that the SELECT gave until there
 * @param actualRows that the table had
 * @param ranges how many were compared
 * @param suspects rows that were not the same at the first look
 * @param position where the log of the database that executes the SELECT stood when it began
 * @param begun when
 */
public record Checkpoint(
    List<String> next,
    long expectedRows,
    long actualRows,
    long ranges,
    long suspects,
    String position,
    Instant begun) {

  public Checkpoint {
    next = List.copyOf(next);
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(begun, "begun");
  }
}
