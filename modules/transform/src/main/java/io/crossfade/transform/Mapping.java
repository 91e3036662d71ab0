package io.crossfade.transform;

import io.crossfade.core.table.Table;
import io.crossfade.core.target.Writing;
import java.util.Objects;

/**
 * One new table and what fills it, alone or with others.
 *
 * @param mapper what makes its rows
 * @param target the new table as the database has it, with its primary key
 * @param targetWasEmpty whether it had no row when this migration first started: then rows of a
 *     first load may be copied, which is the fastest
 * @param writing what of the new table is ours
 */
public record Mapping(RowsMapper mapper, Table target, boolean targetWasEmpty, Writing writing) {

  /** One whose rows are ours. */
  public Mapping(RowsMapper mapper, Table target, boolean targetWasEmpty) {
    this(mapper, target, targetWasEmpty, Writing.ROWS);
  }

  public Mapping {
    Objects.requireNonNull(mapper, "mapper");
    Objects.requireNonNull(target, "target");
    if (target.primaryKey().isEmpty()) {
      throw new IllegalArgumentException(target.id() + " has no primary key");
    }
    if (writing.fills() && (targetWasEmpty || !(mapper instanceof RowMapper))) {
      throw new IllegalArgumentException(
          target.id() + " is filled by the old key, in rows that are there");
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
