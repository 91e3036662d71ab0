package io.crossfade.postgres.switching;

import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.Retirement;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Tables that get another name. Views, foreign keys and indexes follow a renamed table by
 * themselves: PostgreSQL knows them by its number.
 */
final class PostgresRetirement implements Retirement {

  /** Bytes of a name; PostgreSQL cuts what is longer. */
  private static final int LONGEST_NAME = 63;

  private static final String BEFORE = "_";
  private static final String BEHIND = "_old";

  private static final String LOOK =
      """
      SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
             pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      """;

  /** How a table is found. */
  private record Found(boolean owned, boolean mayCreate) {}

  private final Server server;

  PostgresRetirement(Server server) {
    this.server = server;
  }

  @Override
  public TableId aside(TableId table) {
    StringBuilder name = new StringBuilder(table.name());
    while (bytes(BEFORE + name + BEHIND) > LONGEST_NAME) {
      name.setLength(name.offsetByCodePoints(name.length(), -1));
    }
    return new TableId(table.schema(), BEFORE + name + BEHIND);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public List<String> obstacles(Collection<TableId> tables) {
    return server.with(
        "looking whether tables can be renamed",
        connection -> {
          List<String> obstacles = new ArrayList<>();
          for (TableId table : tables) {
            Optional<Found> found = find(connection, table);
            if (found.isEmpty()) {
              obstacles.add("there is no table " + table);
              continue;
            }
            if (find(connection, aside(table)).isPresent()) {
              obstacles.add(
                  aside(table) + " is there already, so " + table + " cannot get its name");
            }
            if (!found.get().owned()) {
              obstacles.add("our role is no member of the role that owns " + table);
            }
            if (!found.get().mayCreate()) {
              obstacles.add("our role may not CREATE in schema " + table.schema());
            }
          }
          return obstacles;
        });
  }

  @Override
  public LockOutcome putAside(Collection<TableId> tables, Patience patience) {
    return server.with(
        "renaming " + tables,
        connection -> {
          Attempts attempts = new Attempts(connection, patience);
          return attempts.run(
              before ->
                  TransactionReader.holding(
                      connection,
                      left(connection, tables).keySet(),
                      TransactionReader.Against.EVERYTHING,
                      before),
              attempts.inTransaction(() -> rename(connection, attempts, tables)));
        });
  }

  private void rename(Connection connection, Attempts attempts, Collection<TableId> tables)
      throws SQLException {
    Map<TableId, TableId> left = left(connection, tables);
    attempts.lock(new TreeSet<>(left.keySet()), TransactionReader.Against.EVERYTHING.lock());
    try (Statement statement = connection.createStatement()) {
      for (Map.Entry<TableId, TableId> table : left.entrySet()) {
        statement.execute(
            "ALTER TABLE "
                + Sql.name(table.getKey())
                + " RENAME TO "
                + CanonicalSession.quote(table.getValue().name()));
      }
    }
  }

  /** Those that have their former name still, with the new one. */
  private Map<TableId, TableId> left(Connection connection, Collection<TableId> tables)
      throws SQLException {
    Map<TableId, TableId> left = new LinkedHashMap<>();
    for (TableId table : tables) {
      if (find(connection, aside(table)).isEmpty() && find(connection, table).isPresent()) {
        left.put(table, aside(table));
      }
    }
    return left;
  }

  @Override
  public List<TableId> present(Collection<TableId> tables) {
    return server.with(
        "looking for tables",
        connection -> {
          List<TableId> present = new ArrayList<>();
          for (TableId table : tables) {
            if (find(connection, aside(table)).isPresent()) {
              present.add(aside(table));
            } else if (find(connection, table).isPresent()) {
              present.add(table);
            }
          }
          return present;
        });
  }

  private static Optional<Found> find(Connection connection, TableId table) throws SQLException {
    try (PreparedStatement look = connection.prepareStatement(LOOK)) {
      look.setString(1, table.schema());
      look.setString(2, table.name());
      try (ResultSet rows = look.executeQuery()) {
        return rows.next()
            ? Optional.of(new Found(rows.getBoolean("owned"), rows.getBoolean("may_create")))
            : Optional.empty();
      }
    }
  }
}
