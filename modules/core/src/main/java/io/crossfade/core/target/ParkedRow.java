package io.crossfade.core.target;

import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.Objects;

/**
 * A row that waits in {@code crossfade.displaced} because another row is in its way.
 *
 * @param table the new table
 * @param key the row's key for people
 * @param since when it began to wait
 * @param error what the target said, with the constraint
 * @param holder the key of the row that is in the way, for people; empty where it cannot be told
 * @param alsoStands whether the row's former image is still in the table, since other rows refer to
 *     it
 */
public record ParkedRow(
    TableId table, String key, Instant since, String error, String holder, boolean alsoStands) {

  public ParkedRow {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(error, "error");
    Objects.requireNonNull(holder, "holder");
  }
}
