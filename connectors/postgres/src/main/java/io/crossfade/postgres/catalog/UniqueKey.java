package io.crossfade.postgres.catalog;

import java.util.List;
import java.util.Objects;

/**
 * Columns that tell rows apart, beside the primary key: a unique constraint, or a unique index over
 * whole columns and all rows.
 *
 * @param name of its index
 * @param columns in the key's order
 * @param nullsNotDistinct whether two rows with NULL collide
 */
public record UniqueKey(String name, List<String> columns, boolean nullsNotDistinct) {

  public UniqueKey {
    Objects.requireNonNull(name, "name");
    columns = List.copyOf(columns);
  }
}
