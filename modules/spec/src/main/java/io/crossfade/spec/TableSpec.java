package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * One mapping: a new table and the SELECT that it is kept equal to.
 *
 * @param into the new table
 * @param place where the spec names it, for problems that only the target can tell
 * @param select the SELECT; {@code from: x} has become {@code SELECT * FROM x}
 * @param existing what a first start does with rows that are there already
 */
public record TableSpec(TableId into, Place place, SqlText select, Existing existing) {

  public TableSpec {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(place, "place");
    Objects.requireNonNull(select, "select");
    Objects.requireNonNull(existing, "existing");
  }

  /** What a first start does with a target table that has rows. */
  public enum Existing {
    /** It does not start. */
    REFUSE,
    /** Rows with the same key are overwritten, others stay. */
    KEEP
  }
}
