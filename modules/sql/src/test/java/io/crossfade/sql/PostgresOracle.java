package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * A running PostgreSQL that says what expressions mean: for a table, a value or a SQLSTATE for each
 * row.
 */
final class PostgresOracle implements AutoCloseable {

  static final TableId TABLE = new TableId("public", "t");

  private static final String TRY_ROW =
      """
      CREATE OR REPLACE FUNCTION try_row(i int) RETURNS text LANGUAGE plpgsql AS $f$
      DECLARE r text;
      BEGIN
        EXECUTE $q$SELECT CASE WHEN (%1$s) IS NULL THEN 'N' ELSE format('V%%s', (%1$s)) END
          FROM t WHERE row_id = $1$q$ INTO STRICT r USING i;
        RETURN r;
      EXCEPTION WHEN OTHERS THEN RETURN 'E' || SQLSTATE;
      END $f$
      """;

  private final Connection connection;

  PostgresOracle(Connection connection) throws SQLException {
    this.connection = connection;
    execute("SET TimeZone = 'UTC'");
    execute("SET DateStyle = 'ISO'");
    execute("SET IntervalStyle = 'postgres'");
    execute("SET extra_float_digits = 1");
    execute("SET bytea_output = 'hex'");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * Makes the table {@code public.t} with a row for each list of values, as {@link #table} says.
   */
  Table create(List<String> columns, List<String[]> rows) throws SQLException, IOException {
    execute("DROP TABLE IF EXISTS t CASCADE");
    execute("CREATE TABLE t (row_id int PRIMARY KEY, " + String.join(", ", columns) + ")");
    StringBuilder copy = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      copy.append(i);
      for (String value : rows.get(i)) {
        copy.append('\t').append(value == null ? "\\N" : escape(value));
      }
      copy.append('\n');
    }
    copies().copyIn("COPY t FROM STDIN", new StringReader(copy.toString()));
    return table();
  }

  private CopyManager copies() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private static String escape(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unescape(String field) {
    if (field.equals("\\N")) {
      return null;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\') {
        c = field.charAt(++i);
        c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
      }
      out.append(c);
    }
    return out.toString();
  }

  /** The rows of {@code t} as COPY prints them. */
  List<Row> rows() throws SQLException, IOException {
    return rows("SELECT * FROM t ORDER BY row_id");
  }

  /** The rows of a query as COPY prints them. */
  List<Row> rows(String query) throws SQLException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copies().copyOut("COPY (" + query + ") TO STDOUT", out);
    String text = out.toString(StandardCharsets.UTF_8);
    return Arrays.stream(text.split("\n"))
        .map(
            line ->
                Row.of(
                    Arrays.stream(line.split("\t", -1))
                        .map(PostgresOracle::unescape)
                        .toArray(String[]::new)))
        .toList();
  }

  private Table table() throws SQLException {
    return new Table(TABLE, columnsOf("t"), List.of("row_id"));
  }

  private List<Column> columnsOf(String relation) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT attname, typname, atttypmod, format_type(atttypid, atttypmod), attnotnull"
                    + " FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid WHERE attrelid = '"
                    + relation
                    + "'::regclass AND attnum > 0 ORDER BY attnum")) {
      while (result.next()) {
        ColumnType type = type(result.getString(2), result.getInt(3), result.getString(4));
        columns.add(new Column(result.getString(1), type, !result.getBoolean(5), false, false));
      }
    }
    return columns;
  }

  private static ColumnType type(String name, int modifier, String printed) {
    if (name.startsWith("_")) {
      return ColumnType.of(TypeFamily.ARRAY, printed);
    }
    TypeFamily family =
        switch (name) {
          case "bool" -> TypeFamily.BOOLEAN;
          case "bpchar" -> TypeFamily.CHAR;
          case "bytea" -> TypeFamily.BYTES;
          case "interval" -> TypeFamily.INTERVAL;
          default ->
              Arrays.stream(TypeFamily.values())
                  .filter(f -> f.name().equalsIgnoreCase(name))
                  .findFirst()
                  .orElse(TypeFamily.OPAQUE);
        };
    if (modifier < 0) {
      return ColumnType.of(family, printed);
    }
    return switch (family) {
      case VARCHAR, CHAR -> new ColumnType(family, modifier - 4, ColumnType.UNSPECIFIED, printed);
      case NUMERIC -> new ColumnType(family, (modifier - 4) >> 16, (modifier - 4) & 0x7ff, printed);
      case INTERVAL -> ColumnType.of(family, printed);
      default -> new ColumnType(family, modifier, ColumnType.UNSPECIFIED, printed);
    };
  }

  /** The name and type that PostgreSQL gives each output of a SELECT. */
  List<Column> outputs(String select) throws SQLException {
    execute("CREATE OR REPLACE TEMPORARY VIEW v AS " + select);
    List<Column> columns = columnsOf("v");
    execute("DROP VIEW v");
    return columns;
  }

  /** Whether PostgreSQL takes a statement; executed, and rolled back. */
  boolean accepts(String sql) throws SQLException {
    connection.setAutoCommit(false);
    try {
      execute(sql);
      return true;
    } catch (SQLException e) {
      return false;
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** For each row {@code V} and the value, {@code N} for NULL, or {@code E} and the SQLSTATE. */
  List<String> evaluate(String expression) throws SQLException {
    execute(TRY_ROW.formatted(expression));
    return strings("SELECT try_row(row_id) FROM t ORDER BY row_id");
  }

  /** The first column of a query. */
  List<String> strings(String query) throws SQLException {
    List<String> results = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        results.add(result.getString(1));
      }
    }
    return results;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
