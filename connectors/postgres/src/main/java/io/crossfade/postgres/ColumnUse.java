package io.crossfade.postgres;

import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a source's column can be used for.
 *
 * @param name of the column
 * @param type as PostgreSQL prints it
 * @param inKey whether it is a part of the primary key
 * @param generated whether the database computes it: {@code s} stored, {@code v} virtual, empty
 *     where it does not
 * @param refused why its values cannot be carried; empty where they can
 * @param notAsKey why it cannot be a part of a key; empty where it can
 */
public record ColumnUse(
    String name,
    String type,
    boolean inKey,
    String generated,
    Optional<String> refused,
    Optional<String> notAsKey) {

  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid::bigint, pg_catalog.format_type(a.atttypid, a.atttypmod),
             EXISTS (SELECT FROM pg_catalog.pg_constraint k
                     WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)),
             a.attgenerated::text,
             (SELECT l.collname FROM pg_catalog.pg_collation l
              WHERE l.oid = a.attcollation AND NOT l.collisdeterministic)
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  public ColumnUse {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(generated, "generated");
    Objects.requireNonNull(refused, "refused");
    Objects.requireNonNull(notAsKey, "notAsKey");
  }

  /** The columns of a table in its order; none where there is no such table. Repeatable. */
  public static List<ColumnUse> read(Connection connection, TableId table) throws SQLException {
    TypeUses types = new TypeUses(connection);
    List<ColumnUse> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          long oid = rows.getLong(2);
          Optional<String> collation =
              Optional.ofNullable(rows.getString(6))
                  .map(
                      c ->
                          "collation "
                              + c
                              + " is not deterministic: texts that differ are one key");
          KeyUse key = types.key(oid);
          columns.add(
              new ColumnUse(
                  rows.getString(1),
                  rows.getString(3),
                  rows.getBoolean(4),
                  rows.getString(5),
                  types.refused(oid),
                  key.allowed() ? collation : Optional.of(key.why())));
        }
      }
    }
    return columns;
  }
}
