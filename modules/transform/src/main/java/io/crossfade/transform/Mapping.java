package io.crossfade.transform;

import io.crossfade.core.table.Table;
import java.util.Objects;

/**
 * One new table and what fills it, alone or with others.
 *
 * @param mapper what makes its rows
 * @param target the new table as the database has it, with its primary key
 * @param targetWasEmpty whether it had no row when this migration first started: then rows of a
 *     first load may be copied, which is the fastest
 */
public record Mapping(RowsMapper mapper, Table target, boolean targetWasEmpty) {

  public Mapping {
    Objects.requireNonNull(mapper, "mapper");
    Objects.requireNonNull(target, "target");
    if (target.primaryKey().isEmpty()) {
      throw new IllegalArgumentException(target.id() + " has no primary key");
    }
    if (!mapper.columns().containsAll(target.primaryKey())) {
      throw new IllegalArgumentException(
          "the key "
              + target.primaryKey()
              + " of "
              + target.id()
              + " is not among the columns "
              + mapper.columns());
    }
  }
}
