package io.crossfade.postgres.switching;

import io.crossfade.core.switching.OwnSchema;
import io.crossfade.postgres.ServerErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Schema {@code crossfade}, which all migrations of a database share. */
final class PostgresOwnSchema implements OwnSchema {

  /** Tables whose rows belong to the consumer group of a flow. */
  private static final List<String> BY_GROUP = List.of("progress", "sealed", "displaced", "dead");

  /** Tables whose rows belong to a migration. */
  private static final List<String> BY_MIGRATION =
      List.of("serving", "trial_sent", "trial_received", "definitions");

  private static final String FENCES =
      """
      SELECT EXISTS (
        SELECT FROM pg_catalog.pg_trigger
        WHERE tgfoid = pg_catalog.to_regprocedure('crossfade.fence()'))
      """;

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /** Whoever put something of his own beside ours keeps it, and the schema with it. */
  private static final Set<String> STAYS = Set.of(INSUFFICIENT_PRIVILEGE, "2BP01");

  private final Server server;
  private final String migration;

  PostgresOwnSchema(Server server, String migration) {
    this.server = server;
    this.migration = migration;
  }

  @Override
  public boolean holds(List<String> groups) {
    return server.with(
        "looking at schema crossfade",
        connection -> {
          for (String table : tables(connection)) {
            if (isOurs(connection, "SELECT FROM", table, groups)) {
              return true;
            }
          }
          return false;
        });
  }

  @Override
  public List<String> remove(List<String> groups) {
    return server.with(
        "removing schema crossfade",
        connection -> {
          connection.setAutoCommit(false);
          List<String> tables = tables(connection);
          forget(connection, tables, groups);
          connection.commit();
          if (!isSchema(connection) || needed(connection, tables)) {
            return List.of();
          }
          try {
            drop(connection, tables);
            connection.commit();
            return List.of();
          } catch (SQLException e) {
            connection.rollback();
            if (!STAYS.contains(String.valueOf(e.getSQLState()))) {
              throw e;
            }
            return List.of(
                "schema crossfade, empty of rows: "
                    + ServerErrors.text(e).replaceAll("\\s+", " ")
                    + "; its owner drops it: DROP SCHEMA crossfade CASCADE");
          }
        });
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> all = new ArrayList<>(BY_GROUP);
    all.addAll(BY_MIGRATION);
    List<String> tables = new ArrayList<>();
    for (String table : all) {
      if (is(connection, "SELECT to_regclass('crossfade." + table + "') IS NOT NULL")) {
        tables.add(table);
      }
    }
    return tables;
  }

  private void forget(Connection connection, List<String> tables, List<String> groups)
      throws SQLException {
    for (String table : tables) {
      isOurs(connection, "DELETE FROM", table, groups);
    }
  }

  /** Whether there are rows of this migration, which are read or deleted. */
  private boolean isOurs(Connection connection, String verb, String table, List<String> groups)
      throws SQLException {
    boolean byGroup = BY_GROUP.contains(table);
    try (PreparedStatement statement =
        connection.prepareStatement(
            verb
                + " crossfade."
                + table
                + " WHERE "
                + (byGroup ? "consumer_group" : "migration")
                + " = ANY (?)")) {
      statement.setArray(
          1,
          connection.createArrayOf("text", byGroup ? groups.toArray() : new Object[] {migration}));
      if (!statement.execute()) {
        return statement.getUpdateCount() > 0;
      }
      try (ResultSet rows = statement.getResultSet()) {
        return rows.next();
      }
    }
  }

  /** Whether another migration has something there. */
  private static boolean needed(Connection connection, List<String> tables) throws SQLException {
    if (is(connection, FENCES)) {
      return true;
    }
    for (String table : tables) {
      if (is(connection, "SELECT EXISTS (SELECT FROM crossfade." + table + ")")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSchema(Connection connection) throws SQLException {
    return is(connection, "SELECT to_regnamespace('crossfade') IS NOT NULL");
  }

  private static void drop(Connection connection, List<String> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : tables) {
        statement.execute("DROP TABLE crossfade." + table);
      }
      statement.execute("DROP FUNCTION IF EXISTS crossfade.fence()");
      statement.execute("DROP SCHEMA crossfade");
    }
  }

  private static boolean is(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getBoolean(1);
    }
  }
}
