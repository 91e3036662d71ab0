package io.crossfade.postgres.source;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Whether a publication that somebody else may have made gives all that happens to the old tables:
 * what it leaves out would be missing in silence.
 */
final class PublicationCheck {

  private static final String ID = "source.publication";

  /** Row filters and column lists came with PostgreSQL 15, hence the way round by JSON. */
  private static final String SQL =
      """
      SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AS all_operations,
             p.pubviaroot AS via_root,
             coalesce(bool_or(to_jsonb(r) ->> 'prqual' IS NOT NULL), false) AS filters_rows,
             coalesce(bool_or(to_jsonb(r) ->> 'prattrs' IS NOT NULL), false) AS lists_columns
      FROM pg_catalog.pg_publication p
      LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
      WHERE p.pubname = ? GROUP BY p.oid, p.pubinsert, p.pubupdate, p.pubdelete,
        p.pubtruncate, p.pubviaroot
      """;

  private PublicationCheck() {}

  /** The publication is there. */
  static Check of(Connection connection, String name, Collection<TableId> tables)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(SQL)) {
      query.setString(1, name);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        List<String> wrong = new ArrayList<>();
        if (!row.getBoolean("all_operations")) {
          wrong.add("leaves out some of insert, update, delete and truncate");
        }
        if (!row.getBoolean("via_root")) {
          wrong.add("names partitions instead of their tables");
        }
        if (row.getBoolean("filters_rows")) {
          wrong.add("filters rows");
        }
        if (row.getBoolean("lists_columns")) {
          wrong.add("leaves out columns");
        }
        if (wrong.isEmpty()) {
          return Check.ok(ID, "publication " + name + " gives all that happens");
        }
        return Check.fail(
            ID,
            "publication " + name + " " + String.join(" and ", wrong),
            "DROP PUBLICATION "
                + name
                + "; "
                + ReplicationLog.createPublication(connection, name, tables));
      }
    }
  }
}
