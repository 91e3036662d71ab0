package io.crossfade.postgres.target;

import static io.crossfade.postgres.CanonicalSession.quote;
import static java.util.stream.Collectors.joining;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.TableBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The three statements that write one set of columns of one table. Values go over as arrays of
 * text, one per column, and become the column's type in the statement, by the type's own input
 * function: PostgreSQL reads what PostgreSQL printed.
 *
 * <p>The casts name the type without its modifier: an explicit cast to {@code varchar(3)} cuts
 * silently, the assignment that follows here refuses.
 */
final class TableWriter {

  private static final String TYPES =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, -1), a.attidentity = 'a'
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private final Connection connection;
  private final int[] key;
  private final String delete;
  private final String upsert;
  private final String copy;

  private TableWriter(
      Connection connection,
      Table table,
      List<String> columns,
      Map<String, String> types,
      boolean identity) {
    this.connection = connection;
    this.key = table.primaryKey().stream().mapToInt(columns::indexOf).toArray();
    String name = quote(table.id().schema()) + "." + quote(table.id().name());
    String names = columns.stream().map(c -> quote(c)).collect(joining(", "));
    this.delete = delete(name, table.primaryKey(), types);
    this.upsert = upsert(name, names, table.primaryKey(), columns, types, identity);
    this.copy = "COPY " + name + " (" + names + ") FROM STDIN";
  }

  /** Blocks on the catalogue. */
  static TableWriter of(Connection connection, TableBatch batch) throws SQLException {
    Table table = batch.table();
    Map<String, String> types = new HashMap<>();
    Set<String> identities = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
      statement.setString(1, table.id().schema());
      statement.setString(2, table.id().name());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          types.put(rows.getString(1), rows.getString(2));
          if (rows.getBoolean(3)) {
            identities.add(rows.getString(1));
          }
        }
      }
    }
    for (String column : batch.columns()) {
      if (!types.containsKey(column)) {
        throw missing(table.id(), column, types.isEmpty());
      }
    }
    boolean identity = batch.columns().stream().anyMatch(identities::contains);
    return new TableWriter(connection, table, batch.columns(), types, identity);
  }

  private static SQLException missing(TableId table, String column, boolean all) {
    return all
        ? new SQLException("relation \"" + table + "\" does not exist", "42P01")
        : new SQLException(
            "column \"" + column + "\" of \"" + table + "\" does not exist", "42703");
  }

  private static String delete(String name, List<String> key, Map<String, String> types) {
    return "DELETE FROM "
        + name
        + " AS t USING "
        + unnest(key.size())
        + " WHERE "
        + IntStream.range(0, key.size())
            .mapToObj(i -> "t." + quote(key.get(i)) + " = u.c" + i + "::" + types.get(key.get(i)))
            .collect(joining(" AND "));
  }

  private static String upsert(
      String name,
      String names,
      List<String> key,
      List<String> columns,
      Map<String, String> types,
      boolean identity) {
    String others =
        columns.stream()
            .filter(c -> !key.contains(c))
            .map(c -> quote(c) + " = excluded." + quote(c))
            .collect(joining(", "));
    return "INSERT INTO "
        + name
        + " ("
        + names
        + ")"
        + (identity ? " OVERRIDING SYSTEM VALUE" : "")
        + " SELECT "
        + IntStream.range(0, columns.size())
            .mapToObj(i -> "u.c" + i + "::" + types.get(columns.get(i)))
            .collect(joining(", "))
        + " FROM "
        + unnest(columns.size())
        + " ON CONFLICT ("
        + key.stream().map(c -> quote(c)).collect(joining(", "))
        + ") DO "
        + (others.isEmpty() ? "NOTHING" : "UPDATE SET " + others);
  }

  private static String unnest(int columns) {
    return IntStream.range(0, columns)
            .mapToObj(i -> "?::text[]")
            .collect(joining(", ", "unnest(", ")"))
        + IntStream.range(0, columns).mapToObj(i -> "c" + i).collect(joining(", ", " AS u(", ")"));
  }

  /** Deletes keys, given in the order of the primary key. */
  void delete(List<Row> keys) throws SQLException {
    execute(delete, keys);
  }

  void upsert(List<Row> rows) throws SQLException {
    execute(upsert, rows);
  }

  private void execute(String sql, List<Row> rows) throws SQLException {
    int width = rows.get(0).size();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int column = 0; column < width; column++) {
        String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = rows.get(i).get(column);
        }
        statement.setArray(column + 1, connection.createArrayOf("text", values));
      }
      statement.executeUpdate();
    }
  }

  void copy(List<Row> rows) throws SQLException {
    CopyIn stream = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy);
    try {
      CopyText text = new CopyText(stream);
      for (Row row : rows) {
        text.write(row);
      }
      text.flush();
      stream.endCopy();
    } finally {
      if (stream.isActive()) {
        stream.cancelCopy();
      }
    }
  }

  /** A row's key for people. */
  String key(Table table, Row row) {
    return IntStream.range(0, key.length)
        .mapToObj(i -> table.primaryKey().get(i) + " = " + row.get(key[i]))
        .collect(joining(", "));
  }
}
