package io.crossfade.postgres;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a table's shape from PostgreSQL's catalogue. */
public final class TableReader {

  /** Ordinary, partitioned and foreign tables; a dropped column keeps its attribute number. */
  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid::bigint, a.atttypmod,
             pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
             a.atthasdef OR a.attidentity <> '', a.attgenerated <> ''
      FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  private static final String RELATION =
      """
      SELECT c.oid::bigint
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'f')
      """;

  private static final String PRIMARY_KEY =
      """
      SELECT a.attname
      FROM pg_catalog.pg_constraint p
      CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = p.conrelid AND a.attnum = k.attnum
      WHERE p.conrelid = ? AND p.contype = 'p'
      ORDER BY k.place
      """;

  private TableReader() {}

  /**
   * The shape of a table; empty where there is none of that name. Column types outside {@code
   * pg_catalog} are named with their schema only where the session's {@code search_path} does not
   * hold it, so call this on a session that has it empty ({@link CanonicalSession}).
   *
   * <p>Blocks on the catalogue only, never on a table's lock; may be repeated.
   */
  public static Optional<Table> read(Connection connection, TableId id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELATION)) {
      statement.setString(1, id.schema());
      statement.setString(2, id.name());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          return Optional.empty();
        }
        long oid = rows.getLong(1);
        return Optional.of(new Table(id, columns(connection, oid), primaryKey(connection, oid)));
      }
    }
  }

  private static List<Column> columns(Connection connection, long oid) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          columns.add(
              new Column(
                  rows.getString(1),
                  PostgresTypes.columnType(rows.getLong(2), rows.getInt(3), rows.getString(4)),
                  !rows.getBoolean(5),
                  rows.getBoolean(6),
                  rows.getBoolean(7)));
        }
      }
    }
    return columns;
  }

  private static List<String> primaryKey(Connection connection, long oid) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PRIMARY_KEY)) {
      statement.setLong(1, oid);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
    }
    return names;
  }
}
