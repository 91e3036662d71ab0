package io.crossfade.postgres.target;

import static io.crossfade.postgres.CanonicalSession.quote;
import static java.util.stream.Collectors.joining;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The statements that fill columns of rows that others insert, write and delete. Nothing is written
 * to a row that has the values already: of what is written to the table whose log is read, all
 * comes back by the log, and is to end there.
 *
 * <p>Values go over as {@link TableWriter} has them.
 */
final class ColumnsWriter {

  /**
   * Less than anybody's {@code deadlock_timeout}, which is a second unless it was changed: where
   * the application has one row and waits for another one that we have, it is we who give way,
   * before the server looks for somebody to end.
   */
  private static final String LOCKS = "SET LOCAL lock_timeout = '200ms'";

  private static final String TYPES =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, -1),
             pg_catalog.format_type(a.atttypid, a.atttypmod)
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private final Connection connection;
  private final TableWriter rows;
  private final Map<String, String> types = new HashMap<>();
  private final Map<String, String> exactTypes = new HashMap<>();
  private final String lock;
  private final String fill;

  private ColumnsWriter(Connection connection, TableWriter rows) throws SQLException {
    this.connection = connection;
    this.rows = rows;
    TableId id = rows.table().id();
    try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
      statement.setString(1, id.schema());
      statement.setString(2, id.name());
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          types.put(found.getString(1), found.getString(2));
          exactTypes.put(found.getString(1), found.getString(3));
        }
      }
    }
    String name = quote(id.schema()) + "." + quote(id.name());
    List<String> filled = filled();
    String differs = differs(filled);
    this.lock =
        "SELECT count(*) FROM (SELECT FROM "
            + given()
            + " JOIN "
            + name
            + " AS t ON "
            + differs
            + " FOR NO KEY UPDATE OF t) AS locked";
    this.fill =
        "UPDATE "
            + name
            + " AS t SET "
            + filled.stream().map(c -> quote(c) + " = " + given(c, types)).collect(joining(", "))
            + " FROM "
            + given()
            + " WHERE "
            + differs;
  }

  /**
   * Blocks on the catalogue.
   *
   * @param rows of the same columns
   */
  static ColumnsWriter of(Connection connection, TableWriter rows) throws SQLException {
    return new ColumnsWriter(connection, rows);
  }

  /** From here to the end of the transaction, nobody is waited for who holds a row for long. */
  static void beBrief(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(LOCKS);
    }
  }

  private List<String> filled() {
    return rows.columns().stream().filter(c -> !rows.table().primaryKey().contains(c)).toList();
  }

  private String given() {
    int width = rows.columns().size();
    return IntStream.range(0, width)
            .mapToObj(i -> "?::text[]")
            .collect(joining(", ", "unnest(", ")"))
        + IntStream.range(0, width).mapToObj(i -> "c" + i).collect(joining(", ", " AS u(", ")"));
  }

  private String given(String column, Map<String, String> as) {
    return "u.c" + rows.columns().indexOf(column) + "::" + as.get(column);
  }

  /**
   * The row of a key, where it would be another one after it was filled. Not by the types' own
   * {@code =}: json has none, and to citext's two values are equal that are not. And with the
   * modifiers of the columns: what a column makes of a value has to be equal to the value here, or
   * it would be written, come back by the log, and be written again, for ever.
   */
  private String differs(List<String> filled) {
    String byKey =
        rows.table().primaryKey().stream()
            .map(c -> "t." + quote(c) + " = " + given(c, types))
            .collect(joining(" AND "));
    return filled.stream()
        .map(c -> printed("t." + quote(c)) + " IS DISTINCT FROM " + printed(given(c, exactTypes)))
        .collect(joining(" OR ", byKey + " AND (", ")"));
  }

  /** As the type prints it: a cast to text would cut the blanks of a {@code char(n)}. */
  private static String printed(String value) {
    return "CASE WHEN pg_catalog.num_nulls("
        + value
        + ") = 0 THEN pg_catalog.format('%s', "
        + value
        + ") END";
  }

  /**
   * Locks those of the rows that {@link #fill} would change, before any is changed: where one is
   * not to be had, there is nothing yet that would have to be undone.
   */
  void lock(List<Row> images) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(lock)) {
      rows.set(statement, images);
      statement.execute();
    }
  }

  /** Puts values into those of the rows that are there and have others. */
  void fill(List<Row> images) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(fill)) {
      rows.set(statement, images);
      statement.executeUpdate();
    }
  }

  /** What a row becomes for which there is nothing to fill it with. */
  Row empty(Row key) {
    String[] values = new String[rows.columns().size()];
    for (int i = 0; i < key.size(); i++) {
      values[rows.columns().indexOf(rows.table().primaryKey().get(i))] = key.get(i);
    }
    return Row.of(values);
  }

  /** Those that there is no row for. */
  List<Row> absent(List<Row> images) throws SQLException {
    Set<Integer> present = new HashSet<>(rows.present(images.stream().map(rows::keyOf).toList()));
    List<Row> absent = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      if (!present.contains(i)) {
        absent.add(images.get(i));
      }
    }
    return absent;
  }
}
