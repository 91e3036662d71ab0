package io.crossfade.postgres.catalog;

import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.source.PostgresAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * One session that looks at a database's tables. Not for several threads. Every method blocks on
 * the catalogue, may be repeated, and throws {@link SourceException} where the database does not
 * answer or refuses.
 */
public final class Catalog implements AutoCloseable {

  private final Connection connection;
  private final String server;

  private Catalog(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
  }

  /**
   * Opens a session.
   *
   * @throws SourceException with the server's SQLException as its cause
   */
  public static Catalog open(PostgresAddress address) {
    Properties properties = new Properties();
    properties.setProperty("user", address.username());
    properties.setProperty("password", address.password());
    properties.setProperty("ApplicationName", "crossfade");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("loginTimeout", "15");
    try {
      Connection connection = DriverManager.getConnection(address.url(), properties);
      try {
        CanonicalSession.pin(connection);
        connection.setReadOnly(true);
        return new Catalog(connection, address.toString());
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed("connecting", address.toString(), e);
    }
  }

  /** All tables that somebody has made, in the order of their names. */
  public List<TableId> tables() {
    return with("listing the tables", () -> TableList.read(connection, Optional.empty()));
  }

  /** All that is known of a table; empty where there is none of that name. */
  public Optional<TableDetails> details(TableId table) {
    return with(
        "reading the keys and indexes of " + table, () -> DetailsReader.read(connection, table));
  }

  /**
   * What something that may be read like a table is, for people: {@code "a view"}; empty where
   * there is nothing of that name.
   */
  public Optional<String> kind(TableId table) {
    return with("looking at " + table, () -> kindOf(table));
  }

  /** The words that must stand between quotes where they are the name of a column or a table. */
  public Set<String> keywords() {
    return with(
        "reading the keywords",
        () -> {
          Set<String> words = new HashSet<>();
          try (PreparedStatement statement =
                  connection.prepareStatement(
                      "SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode <> 'U'");
              ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              words.add(rows.getString(1));
            }
          }
          return words;
        });
  }

  private Optional<String> kindOf(TableId table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT CASE c.relkind WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a partitioned table'
                     WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
                     WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence'
                     ELSE 'no table' END
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?
            """)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  private <T> T with(String doing, Reading<T> reading) {
    try {
      return reading.read();
    } catch (SQLException e) {
      throw failed(doing, server, e);
    }
  }

  private static SourceException failed(String doing, String server, SQLException e) {
    return new SourceException(
        doing + " at " + server + ": " + e.getMessage() + " (SQLSTATE " + e.getSQLState() + ")", e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed("closing the session", server, e);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws SQLException;
  }
}
