package io.crossfade.core.table;

import java.util.Objects;

/**
 * A column of a table.
 *
 * @param name as the database stores it
 * @param type its type with modifiers
 * @param nullable whether it may hold NULL
 * @param filledByDatabase whether an insert may leave it out although it is not nullable (a
 *     default, an identity)
 * @param generated whether the database computes it from other columns, so that it cannot be
 *     written
 */
public record Column(
    String name, ColumnType type, boolean nullable, boolean filledByDatabase, boolean generated) {

  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** A column that an insert must name and that may be NULL. */
  public static Column nullable(String name, ColumnType type) {
    return new Column(name, type, true, false, false);
  }

  /** A column that an insert must name and that may not be NULL. */
  public static Column required(String name, ColumnType type) {
    return new Column(name, type, false, false, false);
  }
}
