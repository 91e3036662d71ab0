package io.crossfade.postgres;

import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.serving.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.Locale;

/** {@code crossfade.serving} of a PostgreSQL. */
public record ServingRows(Sessions sessions) implements ServingTable {

  /**
   * A role that may not create finds it made by somebody else, and is asked for nothing. Two that
   * create at once would clash in the catalogue in spite of IF NOT EXISTS.
   */
  private static final String PREPARE =
      """
      DO $$
      BEGIN
        PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('crossfade.serving'));
        IF pg_catalog.to_regclass('crossfade.serving') IS NOT NULL THEN
          RETURN;
        END IF;
        IF pg_catalog.to_regnamespace('crossfade') IS NULL THEN
          CREATE SCHEMA crossfade;
        END IF;
        CREATE TABLE crossfade.serving (
          migration text COLLATE "C" PRIMARY KEY,
          reads text NOT NULL CHECK (reads IN ('old', 'new')),
          writes text NOT NULL CHECK (writes IN ('old', 'new')),
          since timestamptz NOT NULL,
          who text NOT NULL,
          why text NOT NULL
        );
        COMMENT ON TABLE crossfade.serving IS
          'Who serves the reads and writes of each migration; without a row the old tables do';
        GRANT USAGE ON SCHEMA crossfade TO PUBLIC;
        GRANT SELECT ON crossfade.serving TO PUBLIC;
      END $$
      """;

  private static final String WRITE =
      """
      INSERT INTO crossfade.serving AS s (migration, reads, writes, since, who, why)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (migration) DO UPDATE SET
        reads = excluded.reads, writes = excluded.writes, since = excluded.since,
        who = excluded.who, why = excluded.why
      WHERE s IS DISTINCT FROM excluded
      """;

  /** How a database gives out sessions that commit by themselves. */
  @FunctionalInterface
  public interface Sessions {
    void with(String doing, Work work);
  }

  /** What is done on one. */
  @FunctionalInterface
  public interface Work {
    void on(Connection connection) throws SQLException;
  }

  @Override
  public void prepare() {
    sessions.with(
        "Making table crossfade.serving",
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(PREPARE);
          }
        });
  }

  @Override
  public void write(String migration, Serving serving) {
    sessions.with(
        "Writing into crossfade.serving",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            statement.setString(1, migration);
            statement.setString(2, text(serving.reads()));
            statement.setString(3, text(serving.writes()));
            statement.setObject(4, serving.since().atOffset(ZoneOffset.UTC));
            statement.setString(5, serving.who());
            statement.setString(6, serving.why());
            statement.executeUpdate();
          }
        });
  }

  private static String text(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }
}
