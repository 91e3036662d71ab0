package io.crossfade.postgres.target;

import static io.crossfade.postgres.CanonicalSession.quote;
import static java.util.stream.Collectors.joining;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The statements that write one set of columns of one table. Values go over as arrays of text, one
 * per column, and become the column's type in the statement, by the type's own input function:
 * PostgreSQL reads what PostgreSQL printed.
 *
 * <p>The casts name the type without its modifier: an explicit cast to {@code varchar(3)} cuts
 * silently, the assignment that follows here refuses.
 */
final class TableWriter {

  private static final String TYPES =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, -1), a.attidentity = 'a',
             a.attgenerated <> ''
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  /** Deleting a row of the table would delete or change rows that refer to it. */
  private static final String PULLS_OTHERS =
      """
      SELECT EXISTS (
        SELECT FROM pg_catalog.pg_constraint f
        JOIN pg_catalog.pg_class c ON c.oid = f.confrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE f.contype = 'f' AND f.confdeltype IN ('c', 'n', 'd')
          AND n.nspname = ? AND c.relname = ?)
      """;

  private final Connection connection;
  private final int[] key;
  private final String delete;
  private final String upsert;
  private final String copy;
  private final String clear;
  private final String present;
  private final String insertWhereFree;
  private final List<String> columns;
  private final List<String> rest;
  private final Table table;

  private TableWriter(
      Connection connection,
      Table table,
      List<String> columns,
      Map<String, String> types,
      List<String> rest,
      boolean identity) {
    this.table = table;
    this.columns = columns;
    this.rest = rest;
    this.connection = connection;
    this.key = table.primaryKey().stream().mapToInt(columns::indexOf).toArray();
    String name = quote(table.id().schema()) + "." + quote(table.id().name());
    String names = columns.stream().map(c -> quote(c)).collect(joining(", "));
    this.delete = delete(name, table.primaryKey(), types);
    String insert = insert(name, names, columns, types, identity);
    this.upsert = insert + onConflict(table.primaryKey(), columns);
    this.insertWhereFree = insert + " ON CONFLICT DO NOTHING";
    String byKey = byKey(table.primaryKey(), types);
    String keys = keysInOrder(table.primaryKey().size());
    this.clear =
        "DELETE FROM "
            + name
            + " AS t USING "
            + keys
            + " WHERE "
            + byKey
            + " RETURNING u.i"
            + rest.stream().map(c -> ", " + printed(c)).collect(joining());
    this.present =
        "SELECT u.i FROM "
            + keys
            + " WHERE EXISTS (SELECT FROM "
            + name
            + " AS t WHERE "
            + byKey
            + ")";
    this.copy = "COPY " + name + " (" + names + ") FROM STDIN";
  }

  /** Blocks on the catalogue. */
  static TableWriter of(Connection connection, Table table, List<String> columns)
      throws SQLException {
    Map<String, String> types = new HashMap<>();
    List<String> rest = new ArrayList<>();
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
          if (!rows.getBoolean(4) && !columns.contains(rows.getString(1))) {
            rest.add(rows.getString(1));
          }
        }
      }
    }
    for (String column : columns) {
      if (!types.containsKey(column)) {
        throw missing(table.id(), column, types.isEmpty());
      }
    }
    boolean identity = columns.stream().anyMatch(identities::contains);
    return new TableWriter(connection, table, columns, types, rest, identity);
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
        + byKey(key, types);
  }

  private static String byKey(List<String> key, Map<String, String> types) {
    return IntStream.range(0, key.size())
        .mapToObj(i -> "t." + quote(key.get(i)) + " = u.c" + i + "::" + types.get(key.get(i)))
        .collect(joining(" AND "));
  }

  /** As the type prints it: a cast to text would cut the blanks of a {@code char(n)}. */
  private static String printed(String column) {
    String name = "t." + quote(column);
    return "CASE WHEN pg_catalog.num_nulls("
        + name
        + ") = 0 THEN pg_catalog.format('%s', "
        + name
        + ") END";
  }

  private static String onConflict(List<String> key, List<String> columns) {
    String others =
        columns.stream()
            .filter(c -> !key.contains(c))
            .map(c -> quote(c) + " = excluded." + quote(c))
            .collect(joining(", "));
    return " ON CONFLICT ("
        + key.stream().map(c -> quote(c)).collect(joining(", "))
        + ") DO "
        + (others.isEmpty() ? "NOTHING" : "UPDATE SET " + others);
  }

  private static String insert(
      String name,
      String names,
      List<String> columns,
      Map<String, String> types,
      boolean identity) {
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
        + unnest(columns.size());
  }

  /** Keys with their places, counted from 1. */
  private static String keysInOrder(int columns) {
    return arrays(columns)
        + IntStream.range(0, columns)
            .mapToObj(i -> "c" + i + ", ")
            .collect(joining("", " WITH ORDINALITY AS u(", "i)"));
  }

  private static String unnest(int columns) {
    return arrays(columns)
        + IntStream.range(0, columns).mapToObj(i -> "c" + i).collect(joining(", ", " AS u(", ")"));
  }

  private static String arrays(int columns) {
    return IntStream.range(0, columns)
        .mapToObj(i -> "?::text[]")
        .collect(joining(", ", "unnest(", ")"));
  }

  /** Deletes keys, given in the order of the primary key. */
  void delete(List<Row> keys) throws SQLException {
    execute(delete, keys);
  }

  void upsert(List<Row> rows) throws SQLException {
    execute(upsert, rows);
  }

  /** Inserts rows, but for those that any other row is in the way of. */
  void insertWhereFree(List<Row> rows) throws SQLException {
    execute(insertWhereFree, rows);
  }

  /** The places in the list of the keys that have a row. */
  List<Integer> present(List<Row> keys) throws SQLException {
    List<Integer> places = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(present)) {
      set(statement, keys);
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          places.add(found.getInt(1) - 1);
        }
      }
    }
    return places;
  }

  /**
   * Deletes keys.
   *
   * @return of each that had a row, by its place in the list, the values of the {@link #rest}
   */
  Map<Integer, Row> clear(List<Row> keys) throws SQLException {
    Map<Integer, Row> rests = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(clear)) {
      set(statement, keys);
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          String[] values = new String[rest.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = found.getString(i + 2);
          }
          rests.put(found.getInt(1) - 1, Row.of(values));
        }
      }
    }
    return rests;
  }

  /** Columns that can be written and that these statements do not write. */
  List<String> rest() {
    return rest;
  }

  List<String> columns() {
    return columns;
  }

  Table table() {
    return table;
  }

  /** Whether deleting a row would delete or change others that refer to it. */
  boolean pullsOthers() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PULLS_OTHERS)) {
      statement.setString(1, table.id().schema());
      statement.setString(2, table.id().name());
      try (ResultSet found = statement.executeQuery()) {
        return found.next() && found.getBoolean(1);
      }
    }
  }

  private void execute(String sql, List<Row> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, rows);
      statement.executeUpdate();
    }
  }

  void set(PreparedStatement statement, List<Row> rows) throws SQLException {
    int width = rows.get(0).size();
    for (int column = 0; column < width; column++) {
      String[] values = new String[rows.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = rows.get(i).get(column);
      }
      statement.setArray(column + 1, connection.createArrayOf("text", values));
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

  /** A row's key, in the order of the primary key. */
  Row keyOf(Row row) {
    String[] values = new String[key.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(key[i]);
    }
    return Row.of(values);
  }

  /** A key for people. */
  static String text(Table table, Row key) {
    return IntStream.range(0, key.size())
        .mapToObj(i -> table.primaryKey().get(i) + " = " + key.get(i))
        .collect(joining(", "));
  }
}
