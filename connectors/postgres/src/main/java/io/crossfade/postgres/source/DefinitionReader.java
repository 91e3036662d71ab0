package io.crossfade.postgres.source;

import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.source.TableDefinition.Item;
import io.crossfade.core.source.TableDefinition.Kind;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads definitions of tables from PostgreSQL's catalogue, all in one query. */
final class DefinitionReader {

  /**
   * Labels are those of enums and of the attributes of composite types, wherever they stand within
   * a column's type: as a domain's base, an element, an attribute, a range's bound. Attributes are
   * a label together, too: rows of before print one that has come as missing. A file that was just
   * made has -1 for its number of rows until something counts them.
   */
  private static final String SQL =
      """
      WITH RECURSIVE wanted AS (
        SELECT w.place, c.oid AS rel, n.nspname || '.' || c.relname AS name
        FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS w(schema, name, place)
        JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
          AND c.relkind IN ('r', 'p')
      ), columns AS (
        SELECT w.place, a.* , a.xmin::text AS revision
        FROM wanted w JOIN pg_catalog.pg_attribute a ON a.attrelid = w.rel
        WHERE a.attnum > 0 AND NOT a.attisdropped
      ), types(place, attname, type) AS (
        SELECT place, attname, atttypid FROM columns
        UNION
        SELECT t.place, t.attname, within.type
        FROM types t JOIN pg_catalog.pg_type y ON y.oid = t.type
        CROSS JOIN LATERAL (
          SELECT y.typbasetype AS type
          UNION ALL SELECT y.typelem
          UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
            WHERE y.typrelid <> 0 AND a.attrelid = y.typrelid AND a.attnum > 0
              AND NOT a.attisdropped
          UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r
            WHERE r.rngtypid = y.oid OR r.rngmultitypid = y.oid
        ) within
        WHERE within.type <> 0
      )
      SELECT place, 'TABLE', '', '', rel::text, '' FROM wanted
      UNION ALL
      SELECT w.place, 'KEY', '', '', '',
             (SELECT string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place)
              FROM unnest(p.conkey) WITH ORDINALITY AS k(attnum, place)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = w.rel AND a.attnum = k.attnum)
      FROM wanted w JOIN pg_catalog.pg_constraint p ON p.conrelid = w.rel AND p.contype = 'p'
      UNION ALL
      SELECT c.place, 'COLUMN', c.attname, c.attname, c.attnum::text,
             pg_catalog.format_type(c.atttypid, c.atttypmod)
               || CASE WHEN c.attgenerated <> '' THEN coalesce(
                    ' generated as ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
                  ELSE '' END
      FROM columns c
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
      UNION ALL
      SELECT place, 'REVISION', attname, attname, revision, '' FROM columns
      UNION ALL
      SELECT t.place, 'LABEL', t.attname, pg_catalog.format_type(t.type, NULL), e.oid::text,
             e.enumlabel
      FROM types t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.type
      UNION ALL
      SELECT t.place, 'LABEL', t.attname, pg_catalog.format_type(t.type, NULL), a.attnum::text,
             a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
      FROM types t JOIN pg_catalog.pg_type y ON y.oid = t.type AND y.typrelid <> 0
      JOIN pg_catalog.pg_attribute a ON a.attrelid = y.typrelid AND a.attnum > 0
        AND NOT a.attisdropped
      UNION ALL
      SELECT t.place, 'LABEL', t.attname, pg_catalog.format_type(t.type, NULL), 'attributes',
             coalesce((SELECT string_agg(a.attname || ' '
                                || pg_catalog.format_type(a.atttypid, a.atttypmod), ', '
                                ORDER BY a.attnum)
                       FROM pg_catalog.pg_attribute a WHERE a.attrelid = y.typrelid
                         AND a.attnum > 0 AND NOT a.attisdropped), '')
      FROM types t JOIN pg_catalog.pg_type y ON y.oid = t.type AND y.typrelid <> 0
      UNION ALL
      SELECT w.place, 'PUBLISHED', '', p.pubname,
             pg_catalog.concat_ws('/', p.oid, p.xmin, r.oid, r.xmin), ''
      FROM wanted w JOIN pg_catalog.pg_publication_rel r ON r.prrelid = w.rel
      JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid AND p.pubname = ?
      UNION ALL
      SELECT w.place, 'PART', '', n.nspname || '.' || c.relname,
             coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::text,
             CASE WHEN c.reltuples < 0 THEN 'fresh' ELSE '' END
      FROM wanted w
      CROSS JOIN LATERAL (
        SELECT w.rel AS oid UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(w.rel) p
      ) leaf
      JOIN pg_catalog.pg_class c ON c.oid = leaf.oid AND c.relkind = 'r'
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      ORDER BY 1, 2, 3, 4, 5
      """;

  /**
   * Rows of a partition that are as old as its place in the table, or older, were there when it
   * came. The row of the very same transaction may be either, so it counts as one of those.
   */
  private static final String CAME_EMPTY =
      """
      SELECT i.xmin::text,
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
      WHERE n.nspname || '.' || c.relname = ?
        AND c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(?::regclass))
      """;

  private DefinitionReader() {}

  /**
   * See {@link io.crossfade.core.source.SourceDatabase#definitions}.
   *
   * @param publication by which the tables' changes come
   */
  static List<TableDefinition> read(
      Connection connection, String publication, Collection<TableId> tables) throws SQLException {
    List<TableId> order = List.copyOf(tables);
    Map<Integer, List<Item>> items = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(SQL)) {
      query.setArray(
          1, connection.createArrayOf("text", order.stream().map(TableId::schema).toArray()));
      query.setArray(
          2, connection.createArrayOf("text", order.stream().map(TableId::name).toArray()));
      query.setString(3, publication);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          items
              .computeIfAbsent(rows.getInt(1) - 1, place -> new ArrayList<>())
              .add(
                  new Item(
                      Kind.valueOf(rows.getString(2)),
                      rows.getString(3),
                      rows.getString(4),
                      rows.getString(5),
                      rows.getString(6)));
        }
      }
    }
    List<TableDefinition> definitions = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      definitions.add(new TableDefinition(order.get(i), items.getOrDefault(i, List.of())));
    }
    return definitions;
  }

  static boolean cameEmpty(Connection connection, TableId table, String part) throws SQLException {
    String joined;
    String name;
    try (PreparedStatement query = connection.prepareStatement(CAME_EMPTY)) {
      query.setString(1, part);
      query.setString(2, ReplicationLog.quoted(table));
      try (ResultSet rows = query.executeQuery()) {
        if (!rows.next()) {
          return true; // gone again, and the next look will say so
        }
        joined = rows.getString(1);
        name = rows.getString(2);
      }
    }
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT NOT EXISTS (SELECT FROM ONLY "
                + name
                + " WHERE pg_catalog.age(xmin) >= pg_catalog.age(?::xid))")) {
      query.setString(1, joined);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** The oid of each column's type, as the log names them. */
  static Map<String, Integer> types(Connection connection, TableId table) throws SQLException {
    Map<String, Integer> types = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT attname, atttypid::bigint FROM pg_catalog.pg_attribute"
                + " WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped")) {
      query.setString(1, ReplicationLog.quoted(table));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          types.put(rows.getString(1), (int) rows.getLong(2));
        }
      }
    }
    return types;
  }
}
