package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.transform.SimulatedFlow.Bug;
import io.crossfade.wire.Names;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random SELECTs of each shape whose rows claim their keys, over random histories: what old rows
 * say comes over partitions that are ahead or behind, and at the end the claims are what PostgreSQL
 * gives of the same text over the rows that are left.
 */
class ShapesPropertyTest {

  private static final int RUNS = 60;

  private static final Table OLD =
      new Table(
          new TableId("public", "s"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.nullable("name", PgTypes.TEXT),
              Column.nullable("n", PgTypes.INT4),
              Column.nullable("tags", PgTypes.array(PgTypes.TEXT)),
              Column.nullable("data", PgTypes.JSONB)),
          List.of("id"));

  private static Connection connection;
  private static Database database;

  /** A shape of a SELECT. */
  enum Shape {
    /** The elements of an array, numbered. */
    ARRAY("id, ord", "id, ord", "CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(e, ord)", "e"),
    /** The same, with rows that have none. */
    ARRAY_OR_NONE(
        "id, COALESCE(ord, 0) AS ord",
        "id, ord",
        "LEFT JOIN UNNEST(tags) WITH ORDINALITY AS t(e, ord) ON TRUE",
        "e"),
    /** Of a JSON array. */
    JSON(
        "id, ord",
        "id, ord",
        ", jsonb_array_elements_text(data) WITH ORDINALITY AS t(e, ord)",
        "e"),
    /** Another key. */
    NEW_KEY("name AS k", "k", "", "name"),
    /** Another key of two columns, of which each is a part. */
    NEW_PAIR("id % 7 AS part, name AS k", "part, k", "", "name");

    private final String keyOutputs;
    private final List<String> key;
    private final String from;
    private final String text;

    Shape(String keyOutputs, String key, String from, String text) {
      this.keyOutputs = keyOutputs;
      this.key = List.of(key.split(", "));
      this.from = from;
      this.text = text;
    }

    private String select(Random random) {
      String some =
          oneOf(
              random,
              "UPPER(" + text + ")",
              text + " || '-' || COALESCE(name, '?')",
              "CASE WHEN n > 2 THEN " + text + " ELSE 'few' END",
              "COALESCE(" + text + ", 'none')");
      String number = oneOf(random, "n + 1", "COALESCE(n, 0) % 3", "LENGTH(" + text + ")", "n");
      List<String> where = new ArrayList<>();
      if (this == NEW_KEY || this == NEW_PAIR) {
        where.add("name IS NOT NULL");
      }
      if (random.nextBoolean()) {
        where.add(oneOf(random, "n > 1", "n IS NULL OR n < 4", text + " <> 'b'", "id % 2 = 0"));
      }
      return "SELECT "
          + keyOutputs
          + ", "
          + some
          + " AS some, "
          + number
          + " AS number FROM public.s "
          + from
          + (where.isEmpty() ? "" : " WHERE (" + String.join(") AND (", where) + ")");
    }
  }

  @BeforeAll
  static void open() throws SQLException {
    database = SharedSandbox.postgres18().createDatabase();
    database.execute(
        "CREATE TABLE s (id bigint PRIMARY KEY, name text, n int, tags text[], data jsonb)");
    connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
    database.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndWithWhatPostgresGives(Shape shape) throws Exception {
    for (int run = 0; run < RUNS; run++) {
      assertThat(problem(shape, run, Optional.empty())).isEmpty();
    }
  }

  /** Each shape has bugs that it finds. */
  @ParameterizedTest
  @EnumSource
  void shouldFindPlantedBugs(Shape shape) throws Exception {
    List<Bug> found = new ArrayList<>();
    for (Bug bug : Bug.values()) {
      for (int run = 0; run < RUNS && !found.contains(bug); run++) {
        if (problem(shape, run, Optional.of(bug)).isPresent()) {
          found.add(bug);
        }
      }
    }
    boolean handsOn = shape == Shape.NEW_KEY || shape == Shape.NEW_PAIR;
    assertThat(found)
        .contains(Bug.NOTHING_IS_TAKEN_BACK)
        .contains(
            handsOn
                ? new Bug[] {Bug.ANYBODY_TAKES_AWAY, Bug.LAST_TO_COME_HAS_IT}
                : new Bug[] {Bug.ONE_KEY_IS_REMEMBERED});
  }

  /** Fails where the SELECTs of a shape are all alike, or their rows too few to say anything. */
  @Test
  void shouldHaveRowsToCompare() throws Exception {
    for (Shape shape : Shape.values()) {
      long rows = 0;
      for (int run = 0; run < 10; run++) {
        Random random = new Random(run);
        SelectPlan plan = plan(shape.select(random));
        store(history(random, new ArrayList<>()));
        rows += executed(plan).size();
      }
      assertThat(rows).as(shape.name()).isGreaterThan(20);
    }
  }

  /** A change of an old row; null: it is deleted. */
  private record Change(String id, Row row) {}

  private static Optional<String> problem(Shape shape, int seed, Optional<Bug> bug)
      throws Exception {
    Random random = new Random(seed);
    String select = shape.select(random);
    SelectPlan plan = plan(select);
    List<Change> changes = new ArrayList<>();
    Map<String, Row> left = history(random, changes);
    Table target = target(plan, shape.key);
    SimulatedFlow flow =
        new SimulatedFlow(
            FlowTopics.of(new Names("m"), List.of(Mappings.of(plan.into(target), target, false))),
            random,
            bug);
    for (Change change : changes) {
      boolean deleted = change.row() == null;
      Row row = deleted ? Row.of(change.id(), null, null, null, null) : change.row();
      flow.publish(OLD, row, deleted);
    }
    flow.run();
    List<String> ours = new ArrayList<>();
    flow.rows().forEach(row -> ours.add(text(row, target, plan)));
    store(left);
    List<String> theirs = executed(plan);
    ours.sort(String::compareTo);
    theirs.sort(String::compareTo);
    return ours.equals(theirs)
        ? Optional.empty()
        : Optional.of(select + " of seed " + seed + ": " + ours + " and not " + theirs);
  }

  /** Names are unique at the end of each change, as by a unique index. */
  private static Map<String, Row> history(Random random, List<Change> changes) {
    Map<String, Row> rows = new TreeMap<>();
    for (int i = 0; i < 60; i++) {
      String id = "" + (1 + random.nextInt(9));
      if (rows.containsKey(id) && random.nextInt(5) == 0) {
        rows.remove(id);
        changes.add(new Change(id, null));
        continue;
      }
      String name = oneOf(random, "a", "b", "c", "d", null);
      boolean taken =
          name != null
              && rows.entrySet().stream()
                  .anyMatch(e -> !e.getKey().equals(id) && name.equals(e.getValue().get(1)));
      if (!taken) {
        Row row =
            Row.of(
                id,
                name,
                oneOf(random, "1", "2", "3", "5", null),
                oneOf(random, "{}", "{a}", "{a,b}", "{b,NULL,c}", null),
                oneOf(random, "[]", "[\"x\"]", "[\"x\", 1, null]", null));
        rows.put(id, row);
        changes.add(new Change(id, row));
      }
    }
    return rows;
  }

  private static String text(Row row, Table rows, SelectPlan plan) {
    List<String> names = rows.columns().stream().map(Column::name).toList();
    return plan.columns().stream()
        .map(column -> row.get(names.indexOf(column.name())))
        .toList()
        .toString();
  }

  private static SelectPlan plan(String select) throws Exception {
    return new SqlCompiler(id -> Optional.of(OLD).filter(table -> table.id().equals(id)))
        .compile(select);
  }

  private static Table target(SelectPlan plan, List<String> key) {
    List<Column> columns = new ArrayList<>();
    for (OutputColumn output : plan.columns()) {
      columns.add(
          key.contains(output.name())
              ? Column.required(output.name(), output.type())
              : Column.nullable(output.name(), output.type()));
    }
    return new Table(new TableId("public", "t"), columns, key);
  }

  private static void store(Map<String, Row> rows) throws SQLException {
    connection.createStatement().execute("TRUNCATE s");
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO s VALUES (?::bigint, ?, ?::int, ?::text[], ?::jsonb)")) {
      for (Row row : rows.values()) {
        for (int i = 0; i < row.size(); i++) {
          insert.setString(i + 1, row.get(i));
        }
        insert.executeUpdate();
      }
    }
  }

  private static List<String> executed(SelectPlan plan) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet result =
        connection.createStatement().executeQuery(plan.oracleSql(UnaryOperator.identity()))) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= plan.columns().size(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private static String oneOf(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }
}
