package io.crossfade.capture;

import io.crossfade.core.table.Row;
import java.util.List;

/**
 * What has become of rows that were to be published again. What is counted is committed.
 *
 * @param rows that were published
 * @param deletes keys of which the table has no row, published as their deletes
 * @param gaveWay keys of which a newer change was published instead
 * @param left keys of which nothing can be told: the read ended early, or it found rows whose keys
 *     are written in another way. Ask again for fewer at once
 */
public record SentAgain(long rows, long deletes, long gaveWay, List<Row> left) {

  public SentAgain {
    left = List.copyOf(left);
  }
}
