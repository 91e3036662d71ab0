package io.crossfade.postgres.source;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;

/** Whether a server is a standby of the primary, where the old tables can be read. */
final class StandbyCheck {

  private static final String ID = "source.read-from";

  private StandbyCheck() {}

  static Check of(Connection primary, Connection standby, Collection<TableId> tables)
      throws SQLException {
    String who =
        one(
            standby,
            "SELECT current_database() || ' on ' || coalesce(inet_server_addr()::text, '?')");
    if (!one(standby, "SELECT pg_catalog.pg_is_in_recovery()").equals("t")) {
      return Check.fail(
          ID, who + " is no standby", "name a physical standby of the source, or leave it out");
    }
    // A logical replica has rows of its own at other places, under other transactions.
    String identity = "SELECT system_identifier FROM pg_catalog.pg_control_system()";
    String database = "SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()";
    if (!one(standby, identity).equals(one(primary, identity))
        || !one(standby, database).equals(one(primary, database))) {
      return Check.fail(
          ID,
          who + " is a standby of another server or another database",
          "name a standby of source.url");
    }
    for (TableId table : tables) {
      try (PreparedStatement query =
          standby.prepareStatement(
              "SELECT has_table_privilege(pg_catalog.to_regclass(?), 'SELECT')")) {
        query.setString(1, ReplicationLog.quoted(table));
        try (ResultSet rows = query.executeQuery()) {
          rows.next();
          if (!rows.getBoolean(1)) {
            return Check.fail(
                ID,
                table + " cannot be read at " + who,
                "wait until the standby has replayed its creation, or grant SELECT at the primary");
          }
        }
      }
    }
    return Check.ok(ID, who + " is a standby of the source");
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
