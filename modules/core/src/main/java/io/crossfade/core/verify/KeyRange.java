package io.crossfade.core.verify;

import io.crossfade.core.table.Row;
import java.util.Objects;
import java.util.Optional;

/**
 * A range of the ordered columns of a {@link Relation}'s key.
 *
 * @param from the first that is in it; empty: from the beginning
 * @param to the first that is not; empty: to the end
 */
public record KeyRange(Optional<Row> from, Optional<Row> to) {

  /** Every key. */
  public static final KeyRange ALL = new KeyRange(Optional.empty(), Optional.empty());

  public KeyRange {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
  }

  /** For people: {@code [1] to [5000]}. */
  @Override
  public String toString() {
    return from.map(Row::toString).orElse("the beginning")
        + " to "
        + to.map(Row::toString).orElse("the end");
  }
}
