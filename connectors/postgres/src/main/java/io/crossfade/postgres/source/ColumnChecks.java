package io.crossfade.postgres.source;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.ColumnUse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a table's columns must be like to come both by chunks and by the log. Changes nothing. */
final class ColumnChecks {

  private final Connection connection;
  private final String publication;
  private final TableId table;

  ColumnChecks(Connection connection, String publication, TableId table) {
    this.connection = connection;
    this.publication = publication;
    this.table = table;
  }

  /** Adds what will not do. */
  void addTo(List<Check> checks) throws SQLException {
    Map<String, String> names = new HashMap<>();
    for (ColumnUse column : ColumnUse.read(connection, table)) {
      String place = table + "." + column.name() + " ";
      type(column, place, checks);
      if (!column.generated().isEmpty() && !published(column)) {
        checks.add(
            Check.fail(
                "source.generated",
                place + "is a generated column, which the log does not have",
                generatedFix(column)));
      }
      // Debezium folds names to lower case, and takes quotes off theirs.
      String other = names.put(column.name().toLowerCase(Locale.ROOT), column.name());
      if (other != null || column.name().matches("(?s)([\"'`]).*\\1")) {
        checks.add(
            Check.fail(
                "source.column-name",
                place
                    + (other != null
                        ? "differs from " + other + " in case only"
                        : "has quotes at both ends of its name")
                    + ": Debezium cannot tell its values",
                rename(column)));
      }
    }
  }

  private void type(ColumnUse column, String place, List<Check> checks) {
    String is = place + "is " + column.type();
    if (column.refused().isPresent()) {
      checks.add(
          Check.fail(
              "source.type",
              is + ", which cannot be carried: " + column.refused().get(),
              "make it a type that can be, for instance oid or text; docs/types.md lists them"));
    } else if (column.inKey() && column.notAsKey().isPresent()) {
      checks.add(
          Check.fail(
              "source.key-type",
              is + ", which cannot be in a primary key here: " + column.notAsKey().get(),
              "make other columns the primary key; docs/types.md lists the types that may be"));
    }
  }

  /** Whether a publication that is there has it, or the one that we shall make will. */
  private boolean published(ColumnUse column) throws SQLException {
    if (!column.generated().equals("s") || !ReplicationLog.publishesGenerated(connection)) {
      return false;
    }
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT pubgencols::text FROM pg_catalog.pg_publication WHERE pubname = ?")) {
      query.setString(1, publication);
      try (ResultSet rows = query.executeQuery()) {
        return !rows.next() || rows.getString(1).equals("s");
      }
    }
  }

  private String generatedFix(ColumnUse column) {
    return column.generated().equals("s")
        ? "ALTER TABLE "
            + ReplicationLog.quoted(table)
            + " ALTER COLUMN "
            + CanonicalSession.quote(column.name())
            + " DROP EXPRESSION; or migrate from PostgreSQL 18, whose log can have it"
        : "drop it, and compute it in the SELECT";
  }

  private String rename(ColumnUse column) {
    return "ALTER TABLE "
        + ReplicationLog.quoted(table)
        + " RENAME COLUMN "
        + CanonicalSession.quote(column.name())
        + " TO …";
  }
}
