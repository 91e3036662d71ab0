package io.crossfade.plugin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A row as a {@link Mapper} sees it: a value for each of its columns. Two rows are equal where they
 * have the same columns with equal values, in any order; as in Java, 1.50 is not 1.5.
 */
public final class Row {

  private final Map<Column<?>, Object> values;

  private Row(Map<Column<?>, Object> values) {
    this.values = values;
  }

  /**
   * A row of these values:
   *
   * <pre>{@code
   * Row.of(ID.of(7L), PLAN.of("gold"))
   * }</pre>
   *
   * @throws IllegalArgumentException where a column comes twice, or a value is not of its column's
   *     class
   */
  public static Row of(Column.Value... values) {
    Map<Column<?>, Object> all = new LinkedHashMap<>();
    for (Column.Value value : values) {
      put(all, value.column(), value.value());
    }
    return new Row(all);
  }

  /**
   * A row of the values of these columns, in their order; {@code null} is NULL.
   *
   * @throws IllegalArgumentException as {@link #of}
   */
  static Row of(List<Column<?>> columns, Object[] values) {
    Map<Column<?>, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      put(all, columns.get(i), values[i]);
    }
    return new Row(all);
  }

  private static void put(Map<Column<?>, Object> all, Column<?> column, Object value) {
    if (value != null && !column.type().valueClass().isInstance(value)) {
      throw new IllegalArgumentException(
          column.name() + " is " + column.type() + ", its value a " + value.getClass().getName());
    }
    if (all.containsKey(column)) {
      throw new IllegalArgumentException("the row has two values of " + column.name());
    }
    all.put(column, value);
  }

  /**
   * A column's value; {@code null} is NULL.
   *
   * @throws IllegalArgumentException where the row does not have the column; a mapper's {@code
   *     reads()} has to name what it reads
   */
  @SuppressWarnings("unchecked") // Each value is of its column's class: put sees to it.
  public <T> T get(Column<T> column) {
    if (!values.containsKey(column)) {
      throw new IllegalArgumentException(
          "the row has no column " + column + "; it has " + columns());
    }
    return (T) values.get(column);
  }

  Set<Column<?>> columns() {
    return values.keySet();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row && values.equals(row.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** {@code {id=7, plan=gold}}. */
  @Override
  public String toString() {
    Map<String, Object> named = new LinkedHashMap<>();
    values.forEach((column, value) -> named.put(column.name(), value));
    return named.toString();
  }
}
