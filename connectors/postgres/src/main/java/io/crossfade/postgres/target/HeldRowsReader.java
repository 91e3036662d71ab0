package io.crossfade.postgres.target;

import static io.crossfade.postgres.CanonicalSession.quote;
import static java.util.stream.Collectors.joining;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.target.HeldRows;
import io.crossfade.core.target.ParkedRow;
import io.crossfade.core.target.TargetDatabase.HeldRow;
import io.crossfade.postgres.TableReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a group's tables lack, and of the rows that wait longest, for whom. */
final class HeldRowsReader {

  private static final int SHOWN = 10;

  /** Of a unique constraint or index over plain columns; none for an expression's. */
  private static final String COLUMNS_OF_UNIQUE =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, -1)
      FROM pg_catalog.pg_index x
      JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
      JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      CROSS JOIN LATERAL unnest(x.indkey::smallint[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
      WHERE n.nspname = ? AND t.relname = ? AND i.relname = ? AND x.indisunique
        AND x.indexprs IS NULL AND k.place <= x.indnkeyatts
      ORDER BY k.place
      """;

  private final Connection connection;
  private final DisplacedTable displaced;
  private final DeadTable dead;

  HeldRowsReader(Connection connection, String group) {
    this.connection = connection;
    this.displaced = new DisplacedTable(connection, group);
    this.dead = new DeadTable(connection, group);
  }

  HeldRows read() throws SQLException {
    long[] counts = dead.counts();
    long parked = displaced.count();
    List<ParkedRow> oldest = new ArrayList<>();
    if (parked > 0) {
      for (DisplacedTable.Entry entry : displaced.oldest(SHOWN)) {
        oldest.add(shown(entry));
      }
    }
    return new HeldRows(parked, oldest, counts[0], counts[1], counts[2]);
  }

  HeldRow read(Table table, Row key, Optional<String> recordKey) throws SQLException {
    List<ParkedRow> waiting = new ArrayList<>();
    for (DisplacedTable.Entry entry : displaced.of(table.id(), key)) {
      waiting.add(shown(entry));
    }
    return new HeldRow(dead.of(table.id(), TableWriter.text(table, key), recordKey), waiting);
  }

  private ParkedRow shown(DisplacedTable.Entry entry) throws SQLException {
    Optional<Table> table = TableReader.read(connection, entry.table());
    boolean known = table.isPresent() && table.get().primaryKey().size() == entry.key().size();
    return new ParkedRow(
        entry.table(),
        known ? TableWriter.text(table.get(), entry.key()) : entry.key().toString(),
        entry.since(),
        entry.why().error(),
        known ? holder(table.get(), entry) : "",
        known && stands(table.get(), entry));
  }

  private boolean stands(Table table, DisplacedTable.Entry entry) throws SQLException {
    return !TableWriter.of(connection, table, table.primaryKey())
        .present(List.of(entry.key()))
        .isEmpty();
  }

  /** Empty where no such row is there any more, or where the constraint does not say which. */
  private String holder(Table table, DisplacedTable.Entry entry) throws SQLException {
    if (entry.image().isEmpty() || entry.why().constraint().isEmpty()) {
      return "";
    }
    List<String> conditions = new ArrayList<>();
    List<String> values = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS_OF_UNIQUE)) {
      statement.setString(1, entry.table().schema());
      statement.setString(2, entry.table().name());
      statement.setString(3, entry.why().constraint());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          int at = entry.columns().indexOf(rows.getString(1));
          if (at < 0) {
            return "";
          }
          conditions.add(quote(rows.getString(1)) + " = ?::" + rows.getString(2));
          values.add(entry.image().get().get(at));
        }
      }
    }
    return conditions.isEmpty() ? "" : keyWhere(table, conditions, values);
  }

  private String keyWhere(Table table, List<String> conditions, List<String> values)
      throws SQLException {
    String key =
        table.primaryKey().stream()
            .map(
                c ->
                    "pg_catalog.format('%s = %s', '"
                        + c.replace("'", "''")
                        + "', "
                        + quote(c)
                        + ")")
            .collect(joining(", "));
    String sql =
        "SELECT pg_catalog.concat_ws(', ', "
            + key
            + ") FROM "
            + quote(table.id().schema())
            + "."
            + quote(table.id().name())
            + " WHERE "
            + String.join(" AND ", conditions)
            + " LIMIT 1";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        statement.setString(i + 1, values.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
  }
}
