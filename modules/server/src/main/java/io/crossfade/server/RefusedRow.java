package io.crossfade.server;

import java.util.Objects;

/**
 * A row that the target lacks because it refuses it, as {@code rows list} shows it.
 *
 * @param table the new table
 * @param key the row's key, for instance {@code id = 7}
 * @param state {@code stopped}: the line stands because of it; {@code parked}: the others have gone
 *     on; {@code skipped}: a person has said to go on without it
 * @param sqlState what the target answered, as SQLSTATE
 * @param error the same in words
 * @param since when it was refused first, ISO 8601
 * @param reason why it was skipped; empty where it was not
 * @param topic the raw topic with its record
 * @param partition of that topic
 * @param offset of the record
 */
public record RefusedRow(
    String table,
    String key,
    String state,
    String sqlState,
    String error,
    String since,
    String reason,
    String topic,
    int partition,
    long offset) {

  public RefusedRow {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(sqlState, "sqlState");
    Objects.requireNonNull(error, "error");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(topic, "topic");
  }
}
