package io.crossfade.verify;

import io.crossfade.core.verify.KeyRange;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What of a table is still to be compared, so that a comparison that was interrupted goes on there.
 * Where something differs, or has not stood still yet, is left as well: it is found again.
 *
 * @param left ranges that were not found equal, in the order of the key; none touches the next
 * @param expectedRows that the SELECT gave in all others
 * @param actualRows that the table had in all others
 * @param ranges how many others there are
 * @param suspects rows in them that were not the same at the first look
 * @param position where the log of the database that executes the SELECT stood when it began
 * @param begun when
 * @param ended that all was compared once, so that what is left differs; empty where it was not
 */
public record Checkpoint(
    List<KeyRange> left,
    long expectedRows,
    long actualRows,
    long ranges,
    long suspects,
    String position,
    Instant begun,
    Optional<Ended> ended) {

  /**
   * The end of a comparison.
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

  public Checkpoint {
    left = List.copyOf(left);
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(begun, "begun");
    Objects.requireNonNull(ended, "ended");
  }

  /** Where nothing has to be compared any more: the table was found equal. */
  Optional<Ended> foundEqual() {
    return left.isEmpty() ? ended : Optional.empty();
  }
}
