package io.crossfade.core.table;

import java.util.Arrays;

/**
 * One row: each value as canonical text (what PostgreSQL prints under fixed settings: ISO dates,
 * UTC, shortest exact floats, hex bytea), in the order of the columns it belongs to. {@code null}
 * is SQL's NULL.
 *
 * <p>Not copied on the way in, for there are billions of them: who makes a row gives the array
 * away.
 */
public final class Row {

  private final String[] values;

  private Row(String[] values) {
    this.values = values;
  }

  /** The row of these values; the array belongs to the row from now on. */
  public static Row of(String... values) {
    return new Row(values);
  }

  /** The value of column {@code index} as canonical text, or {@code null} for NULL. */
  public String get(int index) {
    return values[index];
  }

  /** How many columns it has. */
  public int size() {
    return values.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row && Arrays.equals(values, row.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
