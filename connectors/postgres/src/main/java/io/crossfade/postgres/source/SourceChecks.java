package io.crossfade.postgres.source;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a server must be like to be a source. Changes nothing. */
final class SourceChecks {

  private static final int OLDEST = 140000;

  private final Connection connection;
  private final String slot;
  private final List<Check> checks = new ArrayList<>();

  SourceChecks(Connection connection, String slot) {
    this.connection = connection;
    this.slot = slot;
  }

  List<Check> all(Collection<TableId> tables) throws SQLException {
    if (!version()) {
      return checks;
    }
    walLevel();
    slots();
    role();
    for (TableId table : tables) {
      table(table);
    }
    return checks;
  }

  private boolean version() throws SQLException {
    int number = Integer.parseInt(value("SHOW server_version_num"));
    String version = value("SHOW server_version");
    if (number >= OLDEST) {
      checks.add(Check.ok("source.version", "PostgreSQL " + version));
      return true;
    }
    checks.add(
        Check.fail(
            "source.version",
            "PostgreSQL "
                + version
                + "; 14 or later is needed, for range scans over ctid and logical messages",
            "upgrade the server, or migrate from a standby that was upgraded"));
    return false;
  }

  private void walLevel() throws SQLException {
    String level = value("SHOW wal_level");
    checks.add(
        level.equals("logical")
            ? Check.ok("source.wal-level", "wal_level is logical")
            : Check.fail(
                "source.wal-level",
                "wal_level is " + level + "; logical is needed",
                "ALTER SYSTEM SET wal_level = 'logical'; then restart the server"));
  }

  private void slots() throws SQLException {
    boolean ours =
        !value(
                "SELECT count(*) FROM pg_catalog.pg_replication_slots WHERE slot_name = '"
                    + slot
                    + "'")
            .equals("0");
    if (ours) {
      checks.add(Check.ok("source.slots", "replication slot " + slot + " is there"));
    } else {
      free(
          "source.slots",
          "replication slot",
          "max_replication_slots",
          "SELECT count(*) FROM pg_catalog.pg_replication_slots");
    }
    free(
        "source.wal-senders",
        "WAL sender",
        "max_wal_senders",
        "SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE application_name <> 'Debezium Streaming'");
  }

  private void free(String id, String what, String setting, String used) throws SQLException {
    int most = Integer.parseInt(value("SHOW " + setting));
    int now = Integer.parseInt(value(used));
    checks.add(
        now < most
            ? Check.ok(id, now + " of " + most + " in use")
            : Check.fail(
                id,
                "no " + what + " is free: " + now + " of " + most + " in use",
                "drop one that is not needed, or ALTER SYSTEM SET "
                    + setting
                    + " = "
                    + (most + 2)
                    + "; then restart the server"));
  }

  private void role() throws SQLException {
    boolean may =
        value(
                "SELECT rolreplication OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
            .equals("t");
    String role = value("SELECT quote_ident(current_user)");
    checks.add(
        may
            ? Check.ok("source.role", "role " + role + " may replicate")
            : Check.fail(
                "source.role",
                "role " + role + " may not replicate",
                "ALTER ROLE " + role + " REPLICATION"));
  }

  private void table(TableId table) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT c.relkind, c.relpersistence, c.relreplident,
                   EXISTS (SELECT FROM pg_catalog.pg_constraint k
                           WHERE k.conrelid = c.oid AND k.contype = 'p') AS has_key,
                   EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS parent,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
                   c.relrowsecurity
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?
            """)) {
      query.setString(1, table.schema());
      query.setString(2, table.name());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          checks.add(
              Check.fail(
                  "source.table",
                  table + " is not there",
                  "correct the name in the SELECT; names are folded to lower case unless quoted"));
          return;
        }
        table(table, row);
      }
    }
  }

  private void table(TableId table, ResultSet row) throws SQLException {
    String kind = row.getString("relkind");
    String name = ReplicationLog.quoted(table);
    if (!kind.equals("r") && !kind.equals("p")) {
      fail(table, "is no table (pg_class.relkind is " + kind + ")", "migrate the tables behind it");
    } else if (!row.getString("relpersistence").equals("p")) {
      fail(
          table,
          "is unlogged or temporary: its changes are not in the log",
          "ALTER TABLE " + name + " SET LOGGED");
    } else if (kind.equals("r") && row.getBoolean("parent")) {
      fail(
          table,
          "has tables that inherit from it",
          "migrate each of them, or make it a partitioned table");
    } else if (!row.getBoolean("has_key")) {
      fail(
          table,
          "has no primary key, so its rows cannot be told apart",
          "ALTER TABLE " + name + " ADD PRIMARY KEY (…)");
    } else if (!row.getBoolean("readable")) {
      fail(
          table,
          "may not be read by our role",
          "GRANT SELECT ON " + name + " TO " + value("SELECT quote_ident(current_user)"));
    } else {
      identity(table, row.getString("relreplident"), name);
    }
  }

  private void identity(TableId table, String identity, String name) {
    switch (identity) {
      case "f":
        checks.add(Check.ok("source.table", table + ": replica identity full"));
        break;
      case "d":
        checks.add(Check.ok("source.table", table + ": replica identity is the primary key"));
        break;
      case "i":
        fail(
            table,
            "has REPLICA IDENTITY USING INDEX: deletes come without the primary key",
            "ALTER TABLE " + name + " REPLICA IDENTITY DEFAULT");
        break;
      default:
        fail(
            table,
            "has REPLICA IDENTITY NOTHING: updates and deletes are refused or come without a key",
            "ALTER TABLE " + name + " REPLICA IDENTITY DEFAULT");
    }
  }

  private void fail(TableId table, String found, String fix) {
    checks.add(Check.fail("source.table", table + " " + found, fix));
  }

  private String value(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
