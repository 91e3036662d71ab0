package io.crossfade.postgres.source;

import io.crossfade.core.source.Change;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.sandbox.Database;
import io.crossfade.wire.RowCodec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Sends rows through both entrances of the raw topic, and into a target, and says the first value
 * that did not arrive as it left.
 */
final class BothWays {

  private static final TableId T = new TableId("public", "t");

  /** Below this many a target does not copy. */
  private static final int WORTH_A_COPY = 100;

  private final Database source;
  private final Database target;
  private Map<String, Row> printed = Map.of();

  /** Both databases have the types that are used. */
  BothWays(Database source, Database target) {
    this.source = source;
    this.target = target;
  }

  /** Makes the types of the samples. */
  static void prepare(Database database) throws SQLException {
    execute(database, TypeSamples.DDL);
  }

  /**
   * The first difference; empty where there is none.
   *
   * @param rows for each row, for each sample, a literal or null
   */
  Optional<String> difference(List<TypeSample> samples, List<List<String>> rows) throws Exception {
    String table = tableOf(samples);
    execute(source, "DROP TABLE IF EXISTS t", table);
    execute(target, "DROP TABLE IF EXISTS t", table);
    try (PostgresSource from = sourceOf(source);
        PostgresSource back = sourceOf(target)) {
      Table shape = from.describe(T).orElseThrow();
      LogRecorder recorder = new LogRecorder();
      from.prepareLog(Set.of(T), Optional.empty());
      try (LogStream stream = from.stream(List.of(shape), recorder)) {
        execute(source, inserts(samples, rows));
        recorder.awaitMarker(from);
      } finally {
        source.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE slot_name = '"
                + from.slot()
                + "' AND NOT active");
      }
      Map<String, Row> log = new TreeMap<>();
      for (Change change : recorder.changes) {
        if (!change.whole()) {
          return Optional.of("row " + change.row().get(0) + " came without a value by the log");
        }
        log.put(change.row().get(0), change.row());
      }
      Map<String, Row> chunk = chunks(from, shape);
      printed = chunk;
      if (chunk.size() != rows.size()) {
        return Optional.of(chunk.size() + " rows were read, " + rows.size() + " were written");
      }
      Optional<String> found = difference(samples, shape, "log", log, "chunk", chunk);
      return found.isPresent() ? found : inTheTarget(samples, back, shape, chunk);
    }
  }

  /** The rows of the last call as canonical text, by their numbers. */
  Map<String, Row> printed() {
    return printed;
  }

  private Optional<String> inTheTarget(
      List<TypeSample> samples, PostgresSource back, Table shape, Map<String, Row> rows)
      throws SQLException {
    List<Row> filled = new ArrayList<>(rows.values());
    for (int i = filled.size(); i < WORTH_A_COPY; i++) {
      String[] empty = new String[shape.columns().size()];
      empty[0] = Integer.toString(1_000_000 + i);
      filled.add(Row.of(empty));
    }
    for (boolean copy : new boolean[] {false, true}) {
      execute(target, "TRUNCATE t");
      Flushed flushed = write(shape, copy ? List.of() : filled, copy ? filled : List.of());
      if (!(flushed instanceof Flushed.Done)) {
        return Optional.of("the target does not take it: " + flushed);
      }
      Map<String, Row> written = chunks(back, back.describe(T).orElseThrow());
      written.keySet().removeIf(id -> id.length() == 7);
      Optional<String> found =
          difference(samples, shape, copy ? "copied" : "upserted", written, "chunk", rows);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Flushed write(Table shape, List<Row> upserts, List<Row> inserts) {
    PostgresTarget into = PostgresTarget.of(target.jdbcUrl(), target.user(), target.password());
    into.prepare();
    List<String> columns = shape.columns().stream().map(Column::name).toList();
    try (TargetSession session = into.open("group", "producer")) {
      return session.flush(
          new Flush(
              List.of(), List.of(new TableBatch(shape, columns, List.of(), upserts, inserts))));
    }
  }

  private static Optional<String> difference(
      List<TypeSample> samples,
      Table shape,
      String first,
      Map<String, Row> one,
      String second,
      Map<String, Row> other) {
    RowCodec codec = new RowCodec(shape);
    for (Map.Entry<String, Row> entry : other.entrySet()) {
      Row row = one.get(entry.getKey());
      if (row == null) {
        return Optional.of("row " + entry.getKey() + " is missing in " + first);
      }
      for (int i = 1; i < row.size(); i++) {
        String left = row.get(i);
        String right = entry.getValue().get(i);
        if (left == null ? right != null : !left.equals(right)) {
          return Optional.of(
              samples.get(i - 1)
                  + " of row "
                  + entry.getKey()
                  + ": "
                  + first
                  + " <"
                  + left
                  + ">, "
                  + second
                  + " <"
                  + right
                  + ">");
        }
      }
      if (!Arrays.equals(codec.key(row), codec.key(entry.getValue()))
          || !Arrays.equals(codec.value(row), codec.value(entry.getValue()))) {
        return Optional.of("the bytes of row " + entry.getKey() + " differ");
      }
    }
    return one.size() == other.size()
        ? Optional.empty()
        : Optional.of(first + " has " + one.size() + " rows, " + second + " " + other.size());
  }

  static Map<String, Row> chunks(PostgresSource from, Table shape) {
    Map<String, Row> rows = new TreeMap<>();
    for (Extent extent : from.extents(T)) {
      from.readChunk(
          shape,
          extent,
          0,
          extent.size(),
          new LogBeginning("", ""),
          (row, since) -> rows.put(row.get(0), row) == null);
    }
    return rows;
  }

  static String tableOf(List<TypeSample> samples) {
    StringBuilder sql = new StringBuilder("CREATE TABLE t (id int PRIMARY KEY");
    samples.forEach(s -> sql.append(", ").append(s.column()).append(' ').append(s.type()));
    return sql.append(')').toString();
  }

  static String[] inserts(List<TypeSample> samples, List<List<String>> rows) {
    String[] sql = new String[rows.size()];
    for (int r = 0; r < sql.length; r++) {
      StringBuilder values = new StringBuilder("INSERT INTO t VALUES (" + r);
      for (int c = 0; c < samples.size(); c++) {
        String literal = rows.get(r).get(c);
        values.append(", ").append(literal == null ? "NULL" : samples.get(c).sql(literal));
      }
      sql[r] = values.append(')').toString();
    }
    return sql;
  }

  /** On one session that understands literals as they are meant, whatever the database sets. */
  static void execute(Database database, String... sql) throws SQLException {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET search_path = public");
        for (String text : sql) {
          try {
            statement.execute(text);
          } catch (SQLException e) {
            throw new SQLException(e.getMessage() + " in " + text, e.getSQLState(), e);
          }
        }
      }
    }
  }

  static PostgresSource sourceOf(Database database) {
    return new PostgresSource(
        new PostgresAddress(database.jdbcUrl(), database.user(), database.password()),
        "t" + UUID.randomUUID().toString().substring(0, 8));
  }
}
