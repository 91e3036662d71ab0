package io.crossfade.core.target;

import io.crossfade.core.table.Key;
import java.util.Objects;
import java.util.Optional;

/**
 * What one source row says about one target key.
 *
 * @param source the source row
 * @param sequence the publisher's number of the record that says so
 * @param row the target row that the source row claims; empty where it claims the target key no
 *     more, because it was deleted, left the filter or claims another key now
 * @param <R> the target row
 */
public record Contribution<R>(Key source, long sequence, Optional<R> row) {

  public Contribution {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(row, "row");
  }

  /** The source row claims the target key with this row. */
  public static <R> Contribution<R> claim(Key source, long sequence, R row) {
    return new Contribution<>(source, sequence, Optional.of(row));
  }

  /** The source row claims the target key no more. */
  public static <R> Contribution<R> retraction(Key source, long sequence) {
    return new Contribution<>(source, sequence, Optional.empty());
  }

  /** Whether it is a claim. */
  public boolean claims() {
    return row.isPresent();
  }
}
