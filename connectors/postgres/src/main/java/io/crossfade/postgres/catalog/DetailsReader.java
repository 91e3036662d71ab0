package io.crossfade.postgres.catalog;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.TableReader;
import io.crossfade.postgres.catalog.ColumnDetails.Numbering;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@link TableDetails}, on a session whose {@code search_path} is empty. */
final class DetailsReader {

  /**
   * A partitioned table has no rows of its own; {@code reltuples} is -1 before the first ANALYZE.
   */
  private static final String RELATION =
      """
      SELECT c.oid::bigint,
             CASE c.relkind
               WHEN 'p' THEN (SELECT sum(greatest(l.reltuples, 0))
                              FROM pg_catalog.pg_partition_tree(c.oid) t
                              JOIN pg_catalog.pg_class l ON l.oid = t.relid
                              WHERE t.isleaf AND l.reltuples >= 0)
               ELSE nullif(c.reltuples, -1)
             END::bigint
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'f')
      """;

  /** What every PostgreSQL has is pinned, and pg_depend has no line of it. */
  private static final String COLUMNS =
      """
      SELECT a.attname, a.attidentity,
             EXISTS (SELECT FROM pg_catalog.pg_depend s JOIN pg_catalog.pg_class c ON c.oid = s.refobjid
                     WHERE s.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND s.objid = d.oid
                       AND s.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                       AND c.relkind = 'S') AS from_sequence,
             CASE WHEN a.attgenerated = '' AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend s
                    WHERE s.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND s.objid = d.oid
                      AND NOT (s.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                               AND s.refobjid = a.attrelid))
                  THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS default_value,
             CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
                  THEN pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname)
             END AS collation
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
      LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
      WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT k.conname, n.nspname, r.relname, pg_catalog.pg_get_constraintdef(k.oid) AS definition,
             ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num
                   ORDER BY u.place) AS columns,
             ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num
                   ORDER BY u.place) AS referenced,
             'FOREIGN KEY ('
               || (SELECT string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY u.place)
                   FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num)
               || ') REFERENCES ' || k.confrelid::pg_catalog.regclass::text || '('
               || (SELECT string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY u.place)
                   FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
               || ')' AS head
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
      WHERE k.conrelid = ? AND k.contype = 'f' AND k.conparentid = 0
      ORDER BY k.conname
      """;

  private final Connection connection;
  private final long oid;

  private DetailsReader(Connection connection, long oid) {
    this.connection = connection;
    this.oid = oid;
  }

  static Optional<TableDetails> read(Connection connection, TableId id) throws SQLException {
    Optional<Table> table = TableReader.read(connection, id);
    if (table.isEmpty()) {
      return Optional.empty();
    }
    try (PreparedStatement statement = connection.prepareStatement(RELATION)) {
      statement.setString(1, id.schema());
      statement.setString(2, id.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty(); // dropped between the two
        }
        long rows = row.getLong(2);
        OptionalLong estimate = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(rows);
        DetailsReader reader = new DetailsReader(connection, row.getLong(1));
        IndexReader indexes = IndexReader.read(connection, reader.oid);
        return Optional.of(
            new TableDetails(
                table.get(),
                estimate,
                reader.columns(),
                indexes.uniqueKeys(),
                indexes.indexes(),
                reader.foreignKeys()));
      }
    }
  }

  private Map<String, ColumnDetails> columns() throws SQLException {
    Map<String, ColumnDetails> columns = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Numbering numbering = numbering(rows.getString("attidentity"), rows.getBoolean(3));
          columns.put(
              rows.getString(1),
              new ColumnDetails(
                  rows.getString(1),
                  numbering,
                  Optional.ofNullable(rows.getString("default_value"))
                      .filter(value -> numbering == Numbering.NONE),
                  Optional.ofNullable(rows.getString("collation"))));
        }
      }
    }
    return columns;
  }

  private static Numbering numbering(String identity, boolean fromSequence) {
    return switch (identity) {
      case "a" -> Numbering.IDENTITY_ALWAYS;
      case "d" -> Numbering.IDENTITY_BY_DEFAULT;
      default -> fromSequence ? Numbering.SEQUENCE : Numbering.NONE;
    };
  }

  private List<ForeignKey> foreignKeys() throws SQLException {
    List<ForeignKey> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(FOREIGN_KEYS)) {
      statement.setLong(1, oid);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          keys.add(foreignKey(rows));
        }
      }
    }
    return keys;
  }

  private static ForeignKey foreignKey(ResultSet row) throws SQLException {
    String definition = row.getString("definition");
    String head = row.getString("head");
    String tail =
        definition.startsWith(head)
            ? definition.substring(head.length()).replace(" NOT VALID", "")
            : "";
    // SET NULL (a, b) names columns; a period has another head; NOT ENFORCED is no promise.
    boolean plain =
        definition.startsWith(head) && !tail.contains("(") && !tail.contains("NOT ENFORCED");
    return new ForeignKey(
        row.getString("conname"),
        texts(row.getArray("columns")),
        new TableId(row.getString("nspname"), row.getString("relname")),
        texts(row.getArray("referenced")),
        tail.strip(),
        plain,
        definition);
  }

  static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }
}
