package io.crossfade.sandbox;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database of a {@link PostgresServer}, as its superuser sees it.
 *
 * <p>Closing drops it, with its replication slots, whoever is connected.
 */
public record Database(PostgresServer server, String name) implements AutoCloseable {

  public String jdbcUrl() {
    return server.jdbcUrl(name);
  }

  public String user() {
    return server.user();
  }

  public String password() {
    return server.password();
  }

  public Connection connect() throws SQLException {
    return server.connect(name);
  }

  /** Executes each statement, or several in one text, on one connection with autocommit. */
  public void execute(String... sql) {
    for (String text : sql) {
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        statement.execute(text);
      } catch (SQLException e) {
        throw new SandboxException("Failed in " + name + ": " + text, e);
      }
    }
  }

  /** The rows as text, each as its columns joined by "|" in the manner of {@code psql -A}. */
  public List<String> query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      List<String> result = new ArrayList<>();
      while (rows.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          String value = rows.getString(i);
          row.append(i == 1 ? "" : "|").append(value == null ? "" : value);
        }
        result.add(row.toString());
      }
      return result;
    } catch (SQLException e) {
      throw new SandboxException("Failed in " + name + ": " + sql, e);
    }
  }

  /** Drops the database and its replication slots; whoever is connected is thrown out. */
  public void drop() {
    String literal = "'" + name.replace("'", "''") + "'";
    server
        .database()
        .execute(
            """
            DO $$
            DECLARE slot record;
            BEGIN
              FOR slot IN SELECT * FROM pg_replication_slots WHERE database = %s LOOP
                IF slot.active_pid IS NOT NULL THEN
                  PERFORM pg_terminate_backend(slot.active_pid, 10000);
                END IF;
                PERFORM pg_drop_replication_slot(slot.slot_name);
              END LOOP;
            END $$
            """
                .formatted(literal),
            "DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)");
  }

  @Override
  public void close() {
    drop();
  }

  static String quote(String identifier) {
    return "\"" + identifier.replace("\"", "\"\"") + "\"";
  }

  /**
   * Has all triggers that are there by now, those behind foreign keys included, run in every
   * session: also in one that leaves them to a source, with {@code session_replication_role =
   * replica}.
   */
  public void enableTriggersAlways() {
    execute(
        """
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tgrelid::regclass AS tbl, tgname FROM pg_catalog.pg_trigger LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tbl, t.tgname);
          END LOOP;
        END $$""");
  }
}
