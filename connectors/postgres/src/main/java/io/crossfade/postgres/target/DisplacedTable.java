package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.Placement.Refusal;
import io.crossfade.core.target.Writing;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code crossfade.displaced}, seen by one consumer group: rows that another row is in
 * the way of. A key's entry is written and removed by the owner of its partition only, who holds
 * the lock on the partition's progress row meanwhile. Transactions are the caller's.
 */
final class DisplacedTable {

  static final String CREATE =
      """
      CREATE TABLE crossfade.displaced (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer_group text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        part integer NOT NULL,
        record_offset bigint NOT NULL,
        record_key text NOT NULL,
        record_value text,
        table_schema text NOT NULL,
        table_name text NOT NULL,
        key text[] NOT NULL,
        columns text[] NOT NULL,
        image text[],
        code text NOT NULL,
        error text NOT NULL,
        constraint_name text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        writing text NOT NULL DEFAULT 'ROWS'
      );
      CREATE INDEX ON crossfade.displaced (consumer_group, topic, part);
      COMMENT ON TABLE crossfade.displaced IS
        'Rows that wait because another row holds a unique value of theirs, refers to them, or is not there yet; no image: the key is to be deleted';
      """;

  /** One that was made when all rows were ours. */
  static final String UPGRADE =
      "ALTER TABLE crossfade.displaced ADD COLUMN writing text NOT NULL DEFAULT 'ROWS'";

  /**
   * An entry.
   *
   * @param image empty where the key is to be deleted
   * @param writing what of the table is ours
   */
  record Entry(
      long id,
      TableId table,
      Origin origin,
      Row key,
      List<String> columns,
      Optional<Row> image,
      Refusal why,
      Instant since,
      Writing writing) {}

  private final Connection connection;
  private final String group;

  DisplacedTable(Connection connection, String group) {
    this.connection = connection;
    this.group = group;
  }

  /** All of these partitions, in the order in which they began to wait. */
  List<Entry> of(List<InputPartition> partitions) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT d.id, d.table_schema, d.table_name, d.topic, d.part, d.record_offset,
                   d.record_key, d.record_value, d.key, d.columns, d.image, d.code, d.error,
                   d.constraint_name, d.since, d.writing
            FROM unnest(?::text[], ?::integer[]) AS p(topic, part)
            JOIN crossfade.displaced d
              ON d.consumer_group = ? AND d.topic = p.topic AND d.part = p.part
            ORDER BY d.since, d.id
            """)) {
      Partitions.set(connection, statement, 1, partitions);
      statement.setString(3, group);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(entry(rows));
        }
      }
    }
    return entries;
  }

  private static Entry entry(ResultSet rows) throws SQLException {
    return new Entry(
        rows.getLong(1),
        new TableId(rows.getString(2), rows.getString(3)),
        new Origin(
            new InputPartition(rows.getString(4), rows.getInt(5)),
            rows.getLong(6),
            rows.getString(7),
            Optional.ofNullable(rows.getString(8))),
        Row.of(texts(rows.getArray(9))),
        List.of(texts(rows.getArray(10))),
        rows.getArray(11) == null
            ? Optional.empty()
            : Optional.of(Row.of(texts(rows.getArray(11)))),
        new Refusal(
            io.crossfade.core.target.Placement.Fault.ANOTHER_ROW,
            rows.getString(13),
            rows.getString(12),
            rows.getString(14)),
        rows.getTimestamp(15).toInstant(),
        Writing.valueOf(rows.getString(16)));
  }

  static String[] texts(Array array) throws SQLException {
    return (String[]) array.getArray();
  }

  void remove(List<Long> ids) throws SQLException {
    if (ids.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM crossfade.displaced WHERE id = ANY (?)")) {
      statement.setArray(1, connection.createArrayOf("int8", ids.toArray()));
      statement.executeUpdate();
    }
  }

  void add(TableId table, Writing writing, Candidate row, Origin origin, Refusal why)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO crossfade.displaced
              (consumer_group, topic, part, record_offset, record_key, record_value, table_schema,
               table_name, key, columns, image, code, error, constraint_name, since, writing)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, clock_timestamp()), ?)
            """)) {
      statement.setString(1, group);
      statement.setString(2, origin.partition().topic());
      statement.setInt(3, origin.partition().partition());
      statement.setLong(4, origin.offset());
      statement.setString(5, origin.key());
      statement.setString(6, origin.value().orElse(null));
      statement.setString(7, table.schema());
      statement.setString(8, table.name());
      statement.setArray(9, array(row.key()));
      statement.setArray(10, connection.createArrayOf("text", row.columns().toArray()));
      statement.setArray(11, row.isDelete() ? null : array(row.image()));
      statement.setString(12, why.code());
      statement.setString(13, why.error());
      statement.setString(14, why.constraint());
      statement.setTimestamp(15, row.waitingSince().map(Timestamp::from).orElse(null));
      statement.setString(16, writing.name());
      statement.executeUpdate();
    }
  }

  private Array array(Row row) throws SQLException {
    String[] values = new String[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i);
    }
    return connection.createArrayOf("text", values);
  }

  void why(long id, Refusal why) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE crossfade.displaced SET code = ?, error = ?, constraint_name = ? WHERE id = ?")) {
      statement.setString(1, why.code());
      statement.setString(2, why.error());
      statement.setString(3, why.constraint());
      statement.setLong(4, id);
      statement.executeUpdate();
    }
  }

  /** How many rows the group has waiting. */
  long count() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT count(*) FROM crossfade.displaced WHERE consumer_group = ?")) {
      statement.setString(1, group);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /** Those of one row. */
  List<Entry> of(TableId table, Row key) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT d.id, d.table_schema, d.table_name, d.topic, d.part, d.record_offset,
                   '', NULL::text, d.key, d.columns, d.image, d.code, d.error,
                   d.constraint_name, d.since, d.writing
            FROM crossfade.displaced d
            WHERE d.consumer_group = ? AND d.table_schema = ? AND d.table_name = ? AND d.key = ?
            ORDER BY d.since, d.id
            """)) {
      statement.setString(1, group);
      statement.setString(2, table.schema());
      statement.setString(3, table.name());
      statement.setArray(4, array(key));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(entry(rows));
        }
      }
    }
    return entries;
  }

  /** Those that have waited longest. */
  List<Entry> oldest(int most) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT d.id, d.table_schema, d.table_name, d.topic, d.part, d.record_offset,
                   '', NULL::text, d.key, d.columns, d.image, d.code, d.error,
                   d.constraint_name, d.since, d.writing
            FROM crossfade.displaced d WHERE d.consumer_group = ? ORDER BY d.since, d.id LIMIT ?
            """)) {
      statement.setString(1, group);
      statement.setInt(2, most);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(entry(rows));
        }
      }
    }
    return entries;
  }
}
