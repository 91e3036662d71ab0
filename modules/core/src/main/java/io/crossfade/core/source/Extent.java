package io.crossfade.core.source;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * A piece of a table that chunks are cut from: the whole table, or one leaf of a partitioned one.
 *
 * @param table the old table, as the mapping names it
 * @param part what is read: the table itself or the leaf
 * @param identity changes when the rows have been moved to other places, which makes places of
 *     before meaningless
 * @param size one more than the greatest place; places are numbers from 0 whose order alone means
 *     something
 * @param rowsEstimated how many rows the source's statistics expect; 0 when they do not know
 */
public record Extent(TableId table, TableId part, String identity, long size, long rowsEstimated) {

  public Extent {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(part, "part");
    Objects.requireNonNull(identity, "identity");
    if (size < 0 || rowsEstimated < 0) {
      throw new IllegalArgumentException("size " + size + ", rows " + rowsEstimated);
    }
  }
}
