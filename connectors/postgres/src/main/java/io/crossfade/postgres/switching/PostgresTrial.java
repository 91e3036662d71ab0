package io.crossfade.postgres.switching;

import io.crossfade.core.switching.Trial;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A table of schema {@code crossfade}. */
final class PostgresTrial implements Trial {

  private static final String SCHEMA = "crossfade";

  private final Server server;
  private final String migration;
  private final TableId table;

  /**
   * @param name two in one database have different ones: what came would be sent again
   */
  PostgresTrial(Server server, String migration, String name) {
    this.server = server;
    this.migration = migration;
    this.table = new TableId(SCHEMA, name);
  }

  @Override
  public TableId prepare() {
    return server.with(
        "making table " + table,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            // Two that create at once would clash in the catalogue in spite of IF NOT EXISTS.
            statement.execute(
                """
                DO $$
                BEGIN
                  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('crossfade.trial'));
                  IF pg_catalog.to_regnamespace('crossfade') IS NULL THEN
                    CREATE SCHEMA crossfade;
                  END IF;
                  IF pg_catalog.to_regclass('%1$s') IS NULL THEN
                    CREATE TABLE %1$s (migration text COLLATE "C" PRIMARY KEY, word text NOT NULL);
                    COMMENT ON TABLE %1$s IS
                      'Proves that rows come from the new tables to the old ones; nothing of yours';
                  END IF;
                END $$
                """
                    .formatted(table));
            return table;
          }
        });
  }

  @Override
  public void write(String word) {
    server.with(
        "writing to " + table,
        connection ->
            run(
                connection,
                "INSERT INTO "
                    + table
                    + " VALUES (?, ?) ON CONFLICT (migration) DO UPDATE SET word = excluded.word",
                word));
  }

  @Override
  public boolean has(String word) {
    return server.with(
        "reading " + table,
        connection ->
            run(connection, "SELECT FROM " + table + " WHERE migration = ? AND word = ?", word));
  }

  @Override
  public void remove() {
    server.with(
        "removing table " + table,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS " + table);
            return true;
          }
        });
  }

  /** Whether the statement had a row to give. */
  private boolean run(Connection connection, String sql, String word) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, migration);
      statement.setString(2, word);
      if (!statement.execute()) {
        return false;
      }
      try (ResultSet rows = statement.getResultSet()) {
        return rows.next();
      }
    }
  }
}
