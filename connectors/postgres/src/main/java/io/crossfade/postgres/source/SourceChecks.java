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
    encoding();
    enums();
    walLevel();
    slots();
    role();
    boolean published =
        !value("SELECT count(*) FROM pg_catalog.pg_publication WHERE pubname = '" + slot + "'")
            .equals("0");
    if (published && !tables.isEmpty()) {
      checks.add(PublicationCheck.of(connection, slot, tables));
    } else if (!tables.isEmpty()) {
      mayPublish();
    }
    for (TableId table : tables) {
      table(table, published);
      new ColumnChecks(connection, slot, table).addTo(checks);
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

  /** In SQL_ASCII the server does not know what its bytes mean, so it cannot send them as UTF-8. */
  private void encoding() throws SQLException {
    String encoding = value("SHOW server_encoding");
    checks.add(
        encoding.equals("SQL_ASCII")
            ? Check.fail(
                "source.encoding",
                "the database's encoding is SQL_ASCII: its bytes cannot be read as characters",
                "dump it and restore it into a database with the encoding that its applications use")
            : Check.ok("source.encoding", "the database's encoding is " + encoding));
  }

  /**
   * Debezium 3.5.0 reads all types of the database when it starts, and fails on an enum without
   * values, for which it takes a domain over an enum, too.
   */
  private void enums() throws SQLException {
    String types =
        value(
            "SELECT string_agg(pg_catalog.format_type(t.oid, NULL), ', ' ORDER BY t.oid)"
                + " FROM pg_catalog.pg_type t WHERE t.typcategory = 'E'"
                + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)");
    if (types != null) {
      checks.add(
          Check.fail(
              "source.enums",
              "the database has a domain over an enum, or an enum without values, which Debezium"
                  + " cannot read: "
                  + types,
              "make columns of the domain columns of its enum, and drop it; drop enums without"
                  + " values"));
    }
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

  private void mayPublish() throws SQLException {
    String database = value("SELECT quote_ident(current_database())");
    checks.add(
        value("SELECT pg_catalog.has_database_privilege(current_database(), 'CREATE')").equals("t")
            ? Check.ok("source.publication", "a publication may be created")
            : Check.fail(
                "source.publication",
                "our role may not create a publication in database " + database,
                "GRANT CREATE ON DATABASE "
                    + database
                    + " TO "
                    + value("SELECT quote_ident(current_user)")));
  }

  private void table(TableId table, boolean published) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT c.relkind, c.relpersistence, c.relreplident,
                   EXISTS (SELECT FROM pg_catalog.pg_constraint k
                           WHERE k.conrelid = c.oid AND k.contype = 'p') AS has_key,
                   EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS parent,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
                   pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
                   pg_catalog.pg_get_userbyid(c.relowner) AS owner,
                   -- Chunks read the partitions themselves, where their own policies count.
                   (SELECT string_agg(h.oid::regclass::text, ', ' ORDER BY h.oid::regclass::text)
                    FROM (SELECT c.oid UNION
                          SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p) h
                    WHERE pg_catalog.row_security_active(h.oid)) AS hidden
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
        table(table, row, published);
      }
    }
  }

  private void table(TableId table, ResultSet row, boolean published) throws SQLException {
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
    } else if (row.getString("hidden") != null) {
      String role = value("SELECT quote_ident(current_user)");
      fail(
          table,
          "has row-level security that hides rows from our role (" + row.getString("hidden") + ")",
          "ALTER ROLE " + role + " BYPASSRLS");
    } else if (!published && !row.getBoolean("owned")) {
      fail(
          table,
          "may be published by its owner only",
          "GRANT " + row.getString("owner") + " TO " + value("SELECT quote_ident(current_user)"));
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
