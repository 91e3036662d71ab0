package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Check;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.ColumnUse;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What PostgreSQL holds to be one key is one record key, or its type is refused as a key. */
@Timeout(180)
class KeyTypesTest {

  private static final TableId T = new TableId("public", "t");
  private static final int VERSION = 18;

  /** Fails where a key is its text as printed, or where an interval may be one. */
  @Test
  void shouldGiveEqualKeysEqualBytesWhereATypeMayBeAKey() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        PostgresSource source = BothWays.sourceOf(database)) {
      BothWays.prepare(database);
      List<TypeSample> samples = TypeSamples.of(VERSION);
      BothWays.execute(database, BothWays.tableOf(samples));
      BothWays.execute(database, BothWays.inserts(samples, rows(samples)));
      Table shape = source.describe(T).orElseThrow();
      Map<String, Row> rows = BothWays.chunks(source, shape);
      List<ColumnUse> uses = uses(database);
      Set<String> differ = new TreeSet<>();
      for (int i = 0; i < samples.size(); i++) {
        String column = samples.get(i).column();
        Optional<Map<Integer, Set<Integer>>> equal = equal(database, column);
        if (equal.isEmpty()) {
          assertThat(uses.get(i + 1).notAsKey()).as(samples.get(i).type()).isPresent();
          continue;
        }
        RowCodec codec = new RowCodec(new Table(T, shape.columns(), List.of(column)));
        boolean same = equal.get().equals(byBytes(codec, rows, i + 1));
        if (uses.get(i + 1).notAsKey().isEmpty()) {
          assertThat(same).as("equal values of %s have equal keys", samples.get(i)).isTrue();
        } else if (!same) {
          differ.add(samples.get(i).type());
        }
      }

      // These are refused because it would go wrong, not because nobody knows.
      assertThat(differ)
          .contains(
              "interval",
              "jsonb",
              "citext",
              "amount",
              "amount[]",
              "numeric[]",
              "numrange",
              "nummultirange",
              "float8[]");
    }
  }

  private static List<List<String>> rows(List<TypeSample> samples) {
    List<List<String>> rows = TypesTest.extremes(samples);
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      List<String> row = new ArrayList<>();
      samples.forEach(s -> row.add(s.any(random)));
      rows.add(row);
    }
    return rows;
  }

  private static List<ColumnUse> uses(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      return ColumnUse.read(connection, T);
    }
  }

  /**
   * For each row those with an equal value; empty where the type has no equality that always
   * answers.
   */
  private static Optional<Map<Integer, Set<Integer>>> equal(Database database, String column)
      throws SQLException {
    Map<Integer, Set<Integer>> equal = new HashMap<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT a.id, b.id FROM t a JOIN t b ON a." + column + " = b." + column)) {
      while (rows.next()) {
        equal.computeIfAbsent(rows.getInt(1), id -> new HashSet<>()).add(rows.getInt(2));
      }
      return Optional.of(equal);
    } catch (SQLException e) {
      // No such operator; or it compares areas, which overflow.
      if (Set.of("42883", "22003").contains(e.getSQLState())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Map<Integer, Set<Integer>> byBytes(
      RowCodec codec, Map<String, Row> rows, int column) {
    Map<String, Set<Integer>> groups = new HashMap<>();
    rows.forEach(
        (id, row) -> {
          if (row.get(column) != null) {
            String key = new String(codec.key(row), StandardCharsets.UTF_8);
            groups.computeIfAbsent(key, k -> new HashSet<>()).add(Integer.valueOf(id));
          }
        });
    Map<Integer, Set<Integer>> equal = new HashMap<>();
    groups.values().forEach(group -> group.forEach(id -> equal.put(id, group)));
    return equal;
  }

  @Test
  void shouldTellEachKeyByTheLogAsByTheTableAndFindItsRow() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        PostgresSource source = BothWays.sourceOf(database)) {
      BothWays.prepare(database);
      Map<TableId, Table> tables = new HashMap<>();
      Map<TableId, Set<String>> inserts = new HashMap<>();
      for (TypeSample sample : TypeSamples.of(VERSION)) {
        TableId id = new TableId("public", "k" + sample.column());
        BothWays.execute(
            database, "CREATE TABLE " + id.name() + " (k " + sample.type() + ", n int)");
        if (!mayBeAKey(database, id)) {
          continue;
        }
        BothWays.execute(database, "ALTER TABLE " + id.name() + " ADD PRIMARY KEY (k)");
        Set<String> sql = new LinkedHashSet<>();
        sample
            .extremes()
            .forEach(
                e ->
                    sql.add(
                        "INSERT INTO "
                            + id.name()
                            + " VALUES ("
                            + sample.sql(e)
                            + ", 1)"
                            + " ON CONFLICT DO NOTHING"));
        inserts.put(id, sql);
        tables.put(id, source.describe(id).orElseThrow());
      }
      assertThat(tables).hasSizeGreaterThan(50);
      assertThat(source.check(tables.keySet())).noneMatch(c -> c.level() == Check.Level.FAIL);
      LogRecorder recorder = new LogRecorder();
      source.prepareLog(tables.keySet(), Optional.empty());
      Map<TableId, Set<String>> read = new HashMap<>();
      try (LogStream stream = source.stream(List.copyOf(tables.values()), recorder)) {
        for (TableId id : tables.keySet()) {
          BothWays.execute(database, inserts.get(id).toArray(String[]::new));
          read.put(id, readAndFound(source, tables.get(id)));
          BothWays.execute(database, "DELETE FROM " + id.name());
        }
        recorder.awaitMarker(source);
      }

      for (TableId id : tables.keySet()) {
        String type = tables.get(id).column("k").type().name();
        assertThat(told(recorder, tables.get(id), Operation.INSERT))
            .as(type)
            .isEqualTo(read.get(id));
        assertThat(told(recorder, tables.get(id), Operation.DELETE))
            .as(type)
            .isEqualTo(read.get(id));
      }
    }
  }

  private static boolean mayBeAKey(Database database, TableId table) throws SQLException {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      return ColumnUse.read(connection, table).get(0).notAsKey().isEmpty();
    }
  }

  /** The keys of a chunk, each of which must find its row again. */
  private static Set<String> readAndFound(PostgresSource source, Table table) {
    RowCodec codec = new RowCodec(table);
    List<Row> rows = new ArrayList<>();
    for (Extent extent : source.extents(table.id())) {
      source.readChunk(
          table, extent, 0, extent.size(), new LogBeginning("", ""), (row, since) -> rows.add(row));
    }
    List<Row> keys = rows.stream().map(row -> codec.keyRow(codec.key(row))).toList();
    List<Row> again = new ArrayList<>();
    source.readKeys(table, keys, (row, since) -> again.add(row));
    assertThat(again).as(table.column("k").type().name()).containsExactlyInAnyOrderElementsOf(rows);
    return keysOf(codec, rows);
  }

  private static Set<String> told(LogRecorder recorder, Table table, Operation operation) {
    return keysOf(
        new RowCodec(table),
        recorder.changes.stream()
            .filter(c -> c.table().equals(table.id()) && c.operation() == operation)
            .map(Change::row)
            .toList());
  }

  private static Set<String> keysOf(RowCodec codec, List<Row> rows) {
    Set<String> keys = new TreeSet<>();
    rows.forEach(row -> keys.add(new String(codec.key(row), StandardCharsets.UTF_8)));
    return keys;
  }
}
