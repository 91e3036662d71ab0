package io.crossfade.postgres.switching;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;

/**
 * The table {@code crossfade.definitions}: which steps of which statements were begun and done, of
 * one list of a migration. Transactions are the caller's.
 */
final class DefinitionMarks {

  /** Two that create at once would clash in the catalogue in spite of IF NOT EXISTS. */
  private static final String PREPARE =
      """
      DO $$
      BEGIN
        PERFORM pg_catalog.pg_advisory_xact_lock(
          pg_catalog.hashtext('crossfade.definitions'));
        IF pg_catalog.to_regnamespace('crossfade') IS NULL THEN
          CREATE SCHEMA crossfade;
        END IF;
        IF pg_catalog.to_regclass('crossfade.definitions') IS NULL THEN
          CREATE TABLE crossfade.definitions (
            migration text COLLATE "C" NOT NULL,
            list text COLLATE "C" NOT NULL,
            ordinal integer NOT NULL,
            step integer NOT NULL,
            statement text NOT NULL,
            sql text NOT NULL,
            begun timestamptz NOT NULL DEFAULT pg_catalog.now(),
            done timestamptz,
            PRIMARY KEY (migration, list, ordinal, step)
          );
          COMMENT ON TABLE crossfade.definitions IS
            'Statements of expand: and contract: that were executed here, step by step';
        END IF;
      END $$
      """;

  private static final String INSERT =
      """
      INSERT INTO crossfade.definitions AS d
        (migration, list, ordinal, step, statement, sql, done)
      VALUES (?, ?, ?, ?, ?, ?, CASE WHEN ? THEN pg_catalog.clock_timestamp() END)
      ON CONFLICT (migration, list, ordinal, step) DO UPDATE SET done = excluded.done
      """;

  /**
   * What is known of a step.
   *
   * @param statement the whole one, as it is compared
   * @param sql what was executed
   * @param begun when
   * @param done whether it is done, too
   */
  record Mark(String statement, String sql, Instant begun, boolean done) {}

  /**
   * Which step.
   *
   * @param ordinal of the statement, from 1
   * @param step of the statement, from 1
   */
  record Place(int ordinal, int step) {}

  private final String migration;
  private final String list;

  DefinitionMarks(String migration, String list) {
    this.migration = migration;
    this.list = list;
  }

  static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(PREPARE);
    }
  }

  /** All of the list; empty where the table is missing, too. */
  Map<Place, Mark> all(Connection connection) throws SQLException {
    Map<Place, Mark> all = new HashMap<>();
    if (!isThere(connection)) {
      return all;
    }
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT ordinal, step, statement, sql, begun, done IS NOT NULL FROM"
                + " crossfade.definitions WHERE migration = ? AND list = ?")) {
      query.setString(1, migration);
      query.setString(2, list);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          all.put(
              new Place(rows.getInt(1), rows.getInt(2)),
              new Mark(
                  rows.getString(3),
                  rows.getString(4),
                  rows.getObject(5, OffsetDateTime.class).toInstant(),
                  rows.getBoolean(6)));
        }
      }
    }
    return all;
  }

  private static boolean isThere(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT pg_catalog.to_regclass('crossfade.definitions') IS NOT NULL")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  void write(Connection connection, Place place, String statement, String sql, boolean done)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, migration);
      insert.setString(2, list);
      insert.setInt(3, place.ordinal());
      insert.setInt(4, place.step());
      insert.setString(5, statement);
      insert.setString(6, sql);
      insert.setBoolean(7, done);
      insert.executeUpdate();
    }
  }

  /** As if it had not begun. */
  void forget(Connection connection, Place place) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM crossfade.definitions"
                + " WHERE migration = ? AND list = ? AND ordinal = ? AND step = ?")) {
      delete.setString(1, migration);
      delete.setString(2, list);
      delete.setInt(3, place.ordinal());
      delete.setInt(4, place.step());
      delete.executeUpdate();
    }
  }

  /** The statement by which somebody makes us forget one. */
  String forgetting(int ordinal) {
    return "DELETE FROM crossfade.definitions WHERE migration = "
        + Sql.literal(migration)
        + " AND list = "
        + Sql.literal(list)
        + " AND ordinal = "
        + ordinal;
  }
}
