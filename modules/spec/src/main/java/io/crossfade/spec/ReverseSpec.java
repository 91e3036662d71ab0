package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * The way back into one old table, where it is written down: a SELECT over a new table.
 *
 * @param into the old table
 * @param place where the spec names it, for problems that only the source can tell
 * @param select the SELECT
 * @param acceptLoss whether a switch may go on although the old table cannot hold all that may be
 *     written to the new one
 */
public record ReverseSpec(TableId into, Place place, SqlText select, boolean acceptLoss) {

  public ReverseSpec {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(place, "place");
    Objects.requireNonNull(select, "select");
  }
}
