package io.crossfade.core.source;

import io.crossfade.core.table.Row;

/** Takes the rows of a read. */
@FunctionalInterface
public interface RowSink {

  /**
   * Takes a row.
   *
   * @param row in the columns of the table that the read names
   * @param sinceLog whether the row has been written since the log began; false only where that is
   *     certain
   * @return whether there is room for more; if not, the read ends behind this row
   */
  boolean take(Row row, boolean sinceLog);
}
