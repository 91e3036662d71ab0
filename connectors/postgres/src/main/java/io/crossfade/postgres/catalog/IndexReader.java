package io.crossfade.postgres.catalog;

import io.crossfade.postgres.catalog.IndexDetails.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a table's indexes, but that of the primary key. */
final class IndexReader {

  /**
   * {@code indnullsnotdistinct} came with PostgreSQL 15. An exclusion constraint's index cannot be
   * made by CREATE INDEX.
   */
  private static final String INDEXES =
      """
      SELECT i.indexrelid::bigint AS oid, c.relname, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition,
             i.indisunique, i.indnkeyatts, m.amname,
             coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
             pg_catalog.array_to_string(c.reloptions, ', ') AS options,
             pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
             ARRAY(SELECT DISTINCT a.attname::text FROM pg_catalog.pg_depend d
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
                   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
                     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND d.refobjid = i.indrelid AND d.refobjsubid > 0
                   UNION
                   SELECT a.attname::text FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) AS uses,
             ARRAY(SELECT DISTINCT pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
                   FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
                     AND d.deptype = 'n'
                     AND d.refclassid <> 'pg_catalog.pg_class'::pg_catalog.regclass) AS needs
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_am m ON m.oid = c.relam
      WHERE i.indrelid = ? AND NOT i.indisprimary AND NOT i.indisexclusion AND i.indisvalid
      ORDER BY c.relname
      """;

  private static final String PARTS =
      """
      SELECT a.attname, pg_catalog.pg_get_indexdef(i.indexrelid, k.place::int, false) AS expression,
             CASE WHEN k.place <= i.indnkeyatts THEN
               CASE WHEN i.indcollation[k.place - 1] NOT IN (0, coalesce(a.attcollation, t.typcollation))
                    THEN ' COLLATE ' || pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname)
                    ELSE '' END
               || CASE WHEN oc.opcdefault THEN ''
                    ELSE ' ' || pg_catalog.quote_ident(ocn.nspname) || '.' || pg_catalog.quote_ident(oc.opcname) END
               || CASE i.indoption[k.place - 1] WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST'
                    WHEN 3 THEN ' DESC' ELSE '' END
             END AS ordering
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnatts) AS k(place)
      JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place
      JOIN pg_catalog.pg_type t ON t.oid = ia.atttypid
      LEFT JOIN pg_catalog.pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1] AND i.indkey[k.place - 1] <> 0
      LEFT JOIN pg_catalog.pg_collation co
        ON k.place <= i.indnkeyatts AND co.oid = i.indcollation[k.place - 1]
      LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
      LEFT JOIN pg_catalog.pg_opclass oc
        ON k.place <= i.indnkeyatts AND oc.oid = i.indclass[k.place - 1]
      LEFT JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
      WHERE i.indexrelid = ?
      ORDER BY k.place
      """;

  private final Connection connection;
  private final List<UniqueKey> uniqueKeys = new ArrayList<>();
  private final List<IndexDetails> indexes = new ArrayList<>();

  private IndexReader(Connection connection) {
    this.connection = connection;
  }

  static IndexReader read(Connection connection, long table) throws SQLException {
    IndexReader reader = new IndexReader(connection);
    try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
      statement.setLong(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.add(rows);
        }
      }
    }
    return reader;
  }

  List<UniqueKey> uniqueKeys() {
    return uniqueKeys;
  }

  List<IndexDetails> indexes() {
    return indexes;
  }

  private void add(ResultSet row) throws SQLException {
    int keys = row.getInt("indnkeyatts");
    List<Part> parts = parts(row.getLong("oid"));
    boolean nullsNotDistinct = row.getBoolean("nulls_not_distinct");
    String options = row.getString("options");
    IndexDetails index =
        new IndexDetails(
            row.getString("relname"),
            row.getString("definition"),
            row.getBoolean("indisunique"),
            row.getString("amname"),
            parts.subList(0, keys),
            parts.subList(keys, parts.size()).stream()
                .map(part -> part.column().orElseThrow())
                .toList(),
            (nullsNotDistinct ? " NULLS NOT DISTINCT" : "")
                + (options == null ? "" : " WITH (" + options + ")"),
            Optional.ofNullable(row.getString("predicate")),
            Set.copyOf(DetailsReader.texts(row.getArray("uses"))),
            DetailsReader.texts(row.getArray("needs")));
    if (index.unique() && !index.hasExpressions()) {
      uniqueKeys.add(
          new UniqueKey(
              index.name(),
              index.parts().stream().map(part -> part.column().orElseThrow()).toList(),
              nullsNotDistinct));
    } else {
      indexes.add(index);
    }
  }

  private List<Part> parts(long index) throws SQLException {
    List<Part> parts = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PARTS)) {
      statement.setLong(1, index);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Optional<String> column = Optional.ofNullable(rows.getString("attname"));
          String ordering = rows.getString("ordering");
          parts.add(
              new Part(
                  column,
                  column.isPresent() ? "" : "(" + rows.getString("expression") + ")",
                  ordering == null ? "" : ordering));
        }
      }
    }
    return parts;
  }
}
