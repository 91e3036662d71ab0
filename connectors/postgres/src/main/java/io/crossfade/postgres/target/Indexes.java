package io.crossfade.postgres.target;

import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Constraints that were made NOT VALID, indexes whose build has failed, and unique ones. */
final class Indexes {

  private static final String UNPROVEN =
      """
      SELECT 'constraint ' || quote_ident(k.conname) || ' of ' || k.conrelid::regclass
             || ' is NOT VALID: ALTER TABLE ' || k.conrelid::regclass || ' VALIDATE CONSTRAINT '
             || quote_ident(k.conname)
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT k.convalidated
        AND (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
      UNION ALL
      SELECT 'index ' || i.indexrelid::regclass || ' of ' || i.indrelid::regclass
             || ' is INVALID: REINDEX INDEX CONCURRENTLY ' || i.indexrelid::regclass
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid
        AND (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
      ORDER BY 1
      """;

  private static final String OTHER_UNIQUE =
      """
      SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary
        AND n.nspname = ? AND c.relname = ? ORDER BY 1
      """;

  private Indexes() {}

  static List<String> otherUnique(Connection connection, TableId table) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(OTHER_UNIQUE)) {
      query.setString(1, table.schema());
      query.setString(2, table.name());
      return texts(query);
    }
  }

  /** Constraints and indexes that the database does not rely on. */
  static List<String> unproven(Connection connection, Collection<TableId> tables)
      throws SQLException {
    Object[] schemas = tables.stream().map(TableId::schema).toArray();
    Object[] names = tables.stream().map(TableId::name).toArray();
    try (PreparedStatement query = connection.prepareStatement(UNPROVEN)) {
      for (int i = 1; i <= 4; i += 2) {
        query.setArray(i, connection.createArrayOf("text", schemas));
        query.setArray(i + 1, connection.createArrayOf("text", names));
      }
      return texts(query);
    }
  }

  private static List<String> texts(PreparedStatement query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
