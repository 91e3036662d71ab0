package io.crossfade.core.source;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.Objects;

/**
 * One row event of the log.
 *
 * @param table the old table
 * @param operation INSERT, UPDATE or DELETE
 * @param row the row after the event, in the columns of the table that the stream was opened with;
 *     for a DELETE only the key's columns are there
 * @param whole false where a value is missing that the log left out because it had not changed, or
 *     that cannot be told from what the log gave; then only the key's columns can be relied on, and
 *     the row has to be read from the table
 * @param transaction its id, as {@link Snapshot#includes} wants it
 * @param position for people
 * @param committed when the source committed it
 */
public record Change(
    TableId table,
    Operation operation,
    Row row,
    boolean whole,
    long transaction,
    String position,
    Instant committed) {

  public Change {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(committed, "committed");
  }
}
