package io.crossfade.postgres.target;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the new tables' triggers, their constraints and their policies mean for apply. */
final class TargetChecks {

  /** Those that run for origin sessions only, which is what a trigger is unless told otherwise. */
  private static final String TRIGGERS =
      """
      SELECT DISTINCT n.nspname, c.relname, coalesce(k.conname, t.tgname), coalesce(k.contype, ' '),
        k.conrelid = c.oid,
        ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey))
      FROM pg_catalog.pg_trigger t
      JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
      WHERE t.tgenabled = 'O'
        AND (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
      ORDER BY 1, 2, 3
      """;

  private static final String HIDDEN =
      """
      SELECT n.nspname, c.relname
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
        AND pg_catalog.row_security_active(c.oid)
      ORDER BY 1, 2
      """;

  private final Connection connection;
  private final boolean asReplica;
  private final List<Check> checks = new ArrayList<>();

  private TargetChecks(Connection connection) throws SQLException {
    this.connection = connection;
    this.asReplica = ReplicaRole.take(connection);
  }

  /** Looks at these tables with a connection of the role that writes. */
  static List<Check> of(Connection connection, Collection<TableId> tables) throws SQLException {
    TargetChecks checks = new TargetChecks(connection);
    checks.each(
        TRIGGERS,
        tables,
        (table, row) -> checks.look(table, row.getString(3), row.getString(4), row.getBoolean(5)));
    checks.each(HIDDEN, tables, (table, row) -> checks.hidden(table));
    return checks.checks;
  }

  /** As {@link #of}, for tables of which these columns are filled. */
  static List<Check> ofFilled(Connection connection, Map<TableId, Set<String>> columns)
      throws SQLException {
    TargetChecks checks = new TargetChecks(connection);
    checks.each(
        TRIGGERS,
        columns.keySet(),
        (table, row) -> {
          // A constraint on columns that are not written is not looked at when they are not.
          boolean constraint = !row.getString(4).isBlank();
          boolean ours =
              Stream.of((String[]) row.getArray(6).getArray())
                  .anyMatch(columns.get(table)::contains);
          if (!constraint || ours) {
            checks.look(table, row.getString(3), row.getString(4), row.getBoolean(5));
          }
        });
    checks.each(HIDDEN, columns.keySet(), (table, row) -> checks.hidden(table));
    return checks.checks;
  }

  @FunctionalInterface
  private interface Look {
    void at(TableId table, ResultSet row) throws SQLException;
  }

  private void each(String sql, Collection<TableId> tables, Look look) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(
          1, connection.createArrayOf("text", tables.stream().map(TableId::schema).toArray()));
      query.setArray(
          2, connection.createArrayOf("text", tables.stream().map(TableId::name).toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          look.at(new TableId(rows.getString(1), rows.getString(2)), rows);
        }
      }
    }
  }

  private void hidden(TableId table) throws SQLException {
    checks.add(
        Check.fail(
            "target.row-security",
            table + " has row-level security that hides rows from our role",
            "ALTER ROLE "
                + CanonicalSession.quote(connection.getMetaData().getUserName())
                + " BYPASSRLS"));
  }

  private void look(TableId table, String name, String constraint, boolean own)
      throws SQLException {
    switch (constraint) {
      case "f":
        if (!asReplica && own) {
          foreignKey(table, name);
        }
        break;
      case "p", "u", "x":
        if (asReplica) {
          checks.add(
              Check.fail(
                  "target.deferrable",
                  "constraint "
                      + name
                      + " of "
                      + table
                      + " is DEFERRABLE: it is not checked for a session that may leave foreign keys"
                      + " and triggers to the source, as ours may",
                  "make it anew without DEFERRABLE, until the switch"));
        }
        break;
      default:
        if (!asReplica) {
          checks.add(
              Check.warn(
                  "target.triggers",
                  "trigger " + name + " of " + table + " runs for every row that is written",
                  grant()));
        }
    }
  }

  private void foreignKey(TableId table, String name) throws SQLException {
    checks.add(
        Check.fail(
            "target.foreign-keys",
            "foreign key "
                + name
                + " of "
                + table
                + " would refuse rows that come before those they refer to: each new table is filled"
                + " by itself",
            grant()
                + "; or ALTER TABLE "
                + CanonicalSession.quote(table.schema())
                + "."
                + CanonicalSession.quote(table.name())
                + " DROP CONSTRAINT "
                + CanonicalSession.quote(name)
                + ", until the switch"));
  }

  private String grant() throws SQLException {
    String role = CanonicalSession.quote(connection.getMetaData().getUserName());
    return connection.getMetaData().getDatabaseMajorVersion() >= 15
        ? "as superuser: GRANT SET ON PARAMETER session_replication_role TO " + role
        : "before PostgreSQL 15 only superusers may leave it to the source: ALTER ROLE "
            + role
            + " SUPERUSER";
  }
}
