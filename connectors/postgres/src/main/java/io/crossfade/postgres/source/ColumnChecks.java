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
import java.util.LinkedHashMap;
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
    Map<String, String> notCarried = notCarried();
    for (ColumnUse column : ColumnUse.read(connection, table)) {
      String place = table + "." + column.name() + " ";
      String why = notCarried.get(column.name());
      if (why != null && column.inKey()) {
        checks.add(Check.fail("source.type", place + why, "make other columns the primary key"));
      } else if (why != null) {
        // Does no harm where no SELECT uses it; compiling the spec refuses one that does.
        checks.add(Check.warn("source.type", place + why, "leave it out of the SELECT"));
      } else if (column.inKey() && column.notAsKey().isPresent()) {
        checks.add(
            Check.fail(
                "source.key-type",
                place
                    + "is "
                    + column.type()
                    + ", which cannot be in a primary key here: "
                    + column.notAsKey().get(),
                "make other columns the primary key; docs/types.md lists the types that may be"));
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

  /** The columns that cannot come both ways, and why; an empty answer is the usual one. */
  Map<String, String> notCarried() throws SQLException {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (ColumnUse column : ColumnUse.read(connection, table)) {
      if (column.refused().isPresent()) {
        reasons.put(
            column.name(),
            "is " + column.type() + ", which cannot be carried: " + column.refused().get());
      } else if (!column.generated().isEmpty() && !published(column)) {
        reasons.put(
            column.name(),
            "is generated, and the log does not have it; write its expression instead");
      }
    }
    return reasons;
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

  private String rename(ColumnUse column) {
    return "ALTER TABLE "
        + ReplicationLog.quoted(table)
        + " RENAME COLUMN "
        + CanonicalSession.quote(column.name())
        + " TO …";
  }
}
