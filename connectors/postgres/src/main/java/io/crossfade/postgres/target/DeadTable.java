package io.crossfade.postgres.target;

import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.target.TargetDatabase.Selection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The table {@code crossfade.dead}, seen by one consumer group: rows that cannot be in their
 * tables. An entry is written by the owner of its partition, who holds the lock on the partition's
 * progress row meanwhile; operators change its state. Transactions are the caller's.
 *
 * <p>An entry that a newer record of its key has overtaken stays, as superseded, until Kafka has
 * committed its record: the record may still have to go to the dead topic.
 */
final class DeadTable {

  static final String CREATE =
      """
      CREATE TABLE crossfade.dead (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer_group text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        part integer NOT NULL,
        record_offset bigint NOT NULL,
        record_key text NOT NULL,
        record_value text,
        table_schema text NOT NULL,
        table_name text NOT NULL,
        key text NOT NULL,
        code text NOT NULL,
        error text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        state text NOT NULL CHECK (state IN ('stopped', 'parked', 'skipped', 'superseded')),
        reason text NOT NULL DEFAULT '',
        retry boolean NOT NULL DEFAULT false
      );
      CREATE INDEX ON crossfade.dead (consumer_group, topic, part);
      COMMENT ON TABLE crossfade.dead IS
        'Rows that the tables of this database lack, because they refuse them or because they could not be evaluated';
      """;

  private static final String COLUMNS =
      """
      d.id, d.table_schema, d.table_name, d.topic, d.part, d.record_offset, d.record_key,
      d.record_value, d.key, d.error, d.code, d.since, d.state, d.reason\s""";

  private static final String OF_PARTITIONS =
      """
      FROM unnest(?::text[], ?::integer[]) AS p(topic, part)
      JOIN crossfade.dead d
        ON d.consumer_group = ? AND d.topic = p.topic AND d.part = p.part\s""";

  /** As {@code rows list} shows a key, as the record has it, or the one value alone. */
  private static final String SELECTED =
      """
       (?::text IS NULL OR (table_schema = ? AND table_name = ?))
      AND (?::text IS NULL OR key = ? OR record_key = ?
           OR (right(key, length(?) + 3) = ' = ' || ?
               AND strpos(key, ' = ') = length(key) - length(?) - 2))\s""";

  private static final int MOST_RETRIED = 1_000;

  /** An entry without what is large in it. */
  record Entry(
      long id, TableId table, InputPartition partition, long offset, String key, String state) {
    boolean isSkipped() {
      return state.equals("skipped");
    }
  }

  private final Connection connection;
  private final String group;

  DeadTable(Connection connection, String group) {
    this.connection = connection;
    this.group = group;
  }

  /** Those of these partitions that were not superseded. */
  List<Entry> of(List<InputPartition> partitions) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT d.id, d.table_schema, d.table_name, d.topic, d.part, d.record_offset,"
                + " d.record_key, d.state "
                + OF_PARTITIONS
                + "WHERE d.state <> 'superseded'")) {
      Partitions.set(connection, statement, 1, partitions);
      statement.setString(3, group);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(
              new Entry(
                  rows.getLong(1),
                  new TableId(rows.getString(2), rows.getString(3)),
                  new InputPartition(rows.getString(4), rows.getInt(5)),
                  rows.getLong(6),
                  rows.getString(7),
                  rows.getString(8)));
        }
      }
    }
    return entries;
  }

  void add(BadRow row) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO crossfade.dead
              (consumer_group, topic, part, record_offset, record_key, record_value, table_schema,
               table_name, key, code, error, since, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      statement.setString(1, group);
      statement.setString(2, row.origin().partition().topic());
      statement.setInt(3, row.origin().partition().partition());
      statement.setLong(4, row.origin().offset());
      statement.setString(5, row.origin().key());
      statement.setString(6, row.origin().value().orElse(null));
      statement.setString(7, row.table().schema());
      statement.setString(8, row.table().name());
      statement.setString(9, row.key());
      statement.setString(10, row.code());
      statement.setString(11, row.error());
      statement.setTimestamp(12, Timestamp.from(row.since()));
      statement.setString(13, row.state().name().toLowerCase(Locale.ROOT));
      statement.executeUpdate();
    }
  }

  /** They stop the line; what was written down of their keys before is out of date. */
  void stop(List<BadRow> rows) throws SQLException {
    for (BadRow row : rows) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              """
              DELETE FROM crossfade.dead
              WHERE consumer_group = ? AND topic = ? AND part = ? AND state = 'stopped'
                AND record_key = ? AND table_schema = ? AND table_name = ?
              """)) {
        statement.setString(1, group);
        statement.setString(2, row.origin().partition().topic());
        statement.setInt(3, row.origin().partition().partition());
        statement.setString(4, row.origin().key());
        statement.setString(5, row.table().schema());
        statement.setString(6, row.table().name());
        statement.executeUpdate();
      }
      add(row);
    }
  }

  /** The same record was refused again. */
  void again(long id, BadRow row) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            UPDATE crossfade.dead
            SET code = ?, error = ?, retry = false,
                state = CASE WHEN state = 'skipped' THEN state ELSE ? END
            WHERE id = ?
            """)) {
      statement.setString(1, row.code());
      statement.setString(2, row.error());
      statement.setString(3, row.state().name().toLowerCase(Locale.ROOT));
      statement.setLong(4, id);
      statement.executeUpdate();
    }
  }

  /**
   * Their keys have newer rows, or are in the tables by now.
   *
   * @param stay whether the dead topic may not have them yet
   */
  void supersede(List<Long> ids, boolean stay) throws SQLException {
    if (ids.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            stay
                ? "UPDATE crossfade.dead SET state = 'superseded', retry = false WHERE id = ANY (?)"
                : "DELETE FROM crossfade.dead WHERE id = ANY (?)")) {
      statement.setArray(1, connection.createArrayOf("int8", ids.toArray()));
      statement.executeUpdate();
    }
  }

  /** Removes what was superseded below an offset that Kafka has committed. */
  void clean(InputPartition partition, long committed) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            DELETE FROM crossfade.dead
            WHERE consumer_group = ? AND topic = ? AND part = ? AND state = 'superseded'
              AND record_offset < ?
            """)) {
      statement.setString(1, group);
      statement.setString(2, partition.topic());
      statement.setInt(3, partition.partition());
      statement.setLong(4, committed);
      statement.executeUpdate();
    }
  }

  List<BadRow> writtenDown(InputPartition partition, long from, long below) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + """
                FROM crossfade.dead d
                WHERE d.consumer_group = ? AND d.topic = ? AND d.part = ?
                  AND d.record_offset >= ? AND d.record_offset < ?
                ORDER BY d.record_offset, d.id
                """)) {
      statement.setString(1, group);
      statement.setString(2, partition.topic());
      statement.setInt(3, partition.partition());
      statement.setLong(4, from);
      statement.setLong(5, below);
      return rows(statement);
    }
  }

  List<BadRow> toRetry(List<InputPartition> partitions) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + OF_PARTITIONS
                + "WHERE d.retry AND d.state IN ('parked', 'skipped') ORDER BY d.id LIMIT "
                + MOST_RETRIED)) {
      Partitions.set(connection, statement, 1, partitions);
      statement.setString(3, group);
      return rows(statement);
    }
  }

  List<BadRow> list() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS.replace("d.record_value", "NULL::text")
                + "FROM crossfade.dead d WHERE d.consumer_group = ? AND d.state <> 'superseded'"
                + " ORDER BY d.since, d.id LIMIT "
                + TargetDatabase.MOST_LISTED)) {
      statement.setString(1, group);
      return rows(statement);
    }
  }

  /** Those of one row, by its key as it is shown or by that of its records. */
  List<BadRow> of(TableId table, String key, Optional<String> recordKey) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS.replace("d.record_value", "NULL::text")
                + """
                FROM crossfade.dead d
                WHERE d.consumer_group = ? AND d.state <> 'superseded'
                  AND d.table_schema = ? AND d.table_name = ? AND (d.key = ? OR d.record_key = ?)
                ORDER BY d.since, d.id
                """)) {
      statement.setString(1, group);
      statement.setString(2, table.schema());
      statement.setString(3, table.name());
      statement.setString(4, key);
      statement.setString(5, recordKey.orElse(null));
      return rows(statement);
    }
  }

  private static List<BadRow> rows(PreparedStatement statement) throws SQLException {
    List<BadRow> all = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String state = rows.getString(13);
        all.add(
            new BadRow(
                new TableId(rows.getString(2), rows.getString(3)),
                new Origin(
                    new InputPartition(rows.getString(4), rows.getInt(5)),
                    rows.getLong(6),
                    rows.getString(7),
                    Optional.ofNullable(rows.getString(8))),
                rows.getString(9),
                rows.getString(10),
                rows.getString(11),
                rows.getTimestamp(12).toInstant(),
                state.equals("superseded")
                    ? BadRow.State.PARKED
                    : BadRow.State.valueOf(state.toUpperCase(Locale.ROOT)),
                rows.getString(14)));
      }
    }
    return all;
  }

  long skip(Selection which, String reason) throws SQLException {
    return change("state = 'skipped', retry = false, reason = ?", which, "", reason);
  }

  long retry(Selection which) throws SQLException {
    String also = which.key().isPresent() ? "" : " AND state <> 'skipped'";
    return change("retry = true", which, also, null);
  }

  private long change(String set, Selection which, String also, String parameter)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE crossfade.dead SET "
                + set
                + " WHERE consumer_group = ? AND state <> 'superseded' AND"
                + SELECTED
                + also)) {
      int at = 1;
      if (parameter != null) {
        statement.setString(at++, parameter);
      }
      statement.setString(at++, group);
      TableId table = which.table().orElse(null);
      statement.setString(at++, table == null ? null : table.schema());
      statement.setString(at++, table == null ? null : table.schema());
      statement.setString(at++, table == null ? null : table.name());
      for (int i = 0; i < 6; i++) {
        statement.setString(at++, which.key().orElse(null));
      }
      return statement.executeUpdate();
    }
  }

  /** Those that stopped the line and are to be tried again. */
  void release() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "DELETE FROM crossfade.dead WHERE consumer_group = ? AND state = 'stopped' AND retry")) {
      statement.setString(1, group);
      statement.executeUpdate();
    }
  }

  /** How many stopped the line, how many were gone past, how many are to be tried again. */
  long[] counts() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT count(*) FILTER (WHERE state = 'stopped' AND NOT retry),
                   count(*) FILTER (WHERE state = 'parked'),
                   count(*) FILTER (WHERE retry)
            FROM crossfade.dead WHERE consumer_group = ? AND state <> 'superseded'
            """)) {
      statement.setString(1, group);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return new long[] {rows.getLong(1), rows.getLong(2), rows.getLong(3)};
      }
    }
  }
}
