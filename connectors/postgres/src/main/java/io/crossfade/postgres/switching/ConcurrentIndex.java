package io.crossfade.postgres.switching;

import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An index that is built {@code CONCURRENTLY}. When that fails, or its client is killed, an index
 * stays behind that costs with every write and serves nobody; and {@code IF NOT EXISTS} is content
 * with it.
 *
 * @param name as written
 * @param table as written
 */
record ConcurrentIndex(String name, String table) {

  private static final String IDENTIFIER = "(?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";

  private static final Pattern BUILD =
      Pattern.compile(
          "\\s*CREATE\\s+(?:UNIQUE\\s+)?INDEX\\s+CONCURRENTLY\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?"
              + "(?:(?!ON\\s)("
              + IDENTIFIER
              + ")\\s*)?ON\\s+(?:ONLY\\s+)?("
              + IDENTIFIER
              + "(?:\\s*\\.\\s*"
              + IDENTIFIER
              + ")?).*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL | Pattern.UNICODE_CASE);

  /** An index has the schema of its table; a name of its own is read as PostgreSQL reads it. */
  private static final String INVALID =
      """
      SELECT n.nspname, c.relname,
        EXISTS (SELECT FROM pg_catalog.pg_locks l
                WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
                  AND l.pid <> pg_catalog.pg_backend_pid()
                  AND l.database = (SELECT oid FROM pg_catalog.pg_database
                                    WHERE datname = pg_catalog.current_database())) AS busy
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE i.indrelid = pg_catalog.to_regclass(?) AND NOT i.indisvalid
        AND c.relname = (pg_catalog.parse_ident(?))[1]
      """;

  /**
   * The index that a statement builds; empty where it builds none, or not in this way.
   *
   * @throws SwitchingException where it has no name
   */
  static Optional<ConcurrentIndex> of(String statement) {
    Matcher matcher = BUILD.matcher(statement);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    if (matcher.group(1) == null) {
      throw new SwitchingException(
          "give the index a name, so that what a failed attempt leaves can be found: " + statement);
    }
    return Optional.of(new ConcurrentIndex(matcher.group(1), matcher.group(2)));
  }

  /**
   * Drops what an earlier attempt has left. Not while somebody may still be building it: then the
   * lock counts as missed.
   */
  void dropRemains(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(INVALID)) {
      query.setString(1, table);
      query.setString(2, name);
      try (ResultSet rows = query.executeQuery()) {
        if (!rows.next()) {
          return;
        }
        if (rows.getBoolean("busy")) {
          throw new SQLException("somebody works on " + table + " or its indexes", "55P03");
        }
        TableId index = new TableId(rows.getString("nspname"), rows.getString("relname"));
        try (Statement statement = connection.createStatement()) {
          statement.execute("DROP INDEX CONCURRENTLY " + Sql.name(index));
        }
      }
    }
  }
}
