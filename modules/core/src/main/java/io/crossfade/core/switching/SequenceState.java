package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;

/**
 * A sequence, at one moment.
 *
 * @param name of the sequence
 * @param columns that take their values from it, in the order of their names
 * @param last the number that was given out last, with those that sessions have in their caches;
 *     where {@code used} is false, the one that will be given out first
 * @param used whether a number was given out yet
 * @param increment from one number to the next; negative: downwards; never 0
 * @param min the least number
 * @param max the greatest number
 * @param cycles whether it begins again at the other end
 */
public record SequenceState(
    TableId name,
    List<ColumnId> columns,
    long last,
    boolean used,
    long increment,
    long min,
    long max,
    boolean cycles) {

  public SequenceState {
    Objects.requireNonNull(name, "name");
    columns = columns.stream().sorted().toList();
    if (increment == 0) {
      throw new IllegalArgumentException("sequence " + name + " does not move");
    }
  }

  /** The number that comes next; beyond {@code min} and {@code max} where none does. */
  public BigInteger next() {
    BigInteger at = BigInteger.valueOf(last);
    return used ? at.add(BigInteger.valueOf(increment)) : at;
  }

  /** Whether its numbers grow. */
  public boolean ascending() {
    return increment > 0;
  }
}
