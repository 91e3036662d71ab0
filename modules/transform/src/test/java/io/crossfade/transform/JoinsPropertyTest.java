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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random SELECTs over joined tables, over random histories of all of them: children before parents,
 * parents that go, rows that find another partner, tables of which one is far behind. At the end
 * the rows are what PostgreSQL gives of the same text over the rows that are left.
 */
class JoinsPropertyTest {

  private static final int RUNS = 60;

  private static final Table ORDERS =
      table(
          "o",
          Column.required("id", PgTypes.INT8),
          Column.nullable("customer", PgTypes.INT4),
          Column.nullable("country", PgTypes.TEXT),
          Column.nullable("n", PgTypes.NUMERIC));

  private static final Table CUSTOMERS =
      table(
          "c",
          Column.required("id", PgTypes.INT8),
          Column.nullable("boss", PgTypes.INT8),
          Column.nullable("country", PgTypes.TEXT),
          Column.nullable("name", PgTypes.TEXT));

  private static final Table COUNTRIES =
      table(
          "k",
          Column.required("id", PgTypes.TEXT),
          Column.nullable("vat", PgTypes.NUMERIC),
          Column.nullable("name", PgTypes.TEXT));

  private static final List<Table> TABLES = List.of(ORDERS, CUSTOMERS, COUNTRIES);

  private static Connection connection;
  private static Database database;

  private static Table table(String name, Column... columns) {
    return new Table(new TableId("public", name), List.of(columns), List.of("id"));
  }

  /** A shape of a FROM; what it puts out is left to chance. */
  enum Shape {
    CHILD_AND_PARENT("o.id", "o JOIN c ON c.id = o.customer", "o.n", "c.name"),
    CHILD_AND_PARENT_IF_ANY("o.id", "o LEFT JOIN c ON c.id = o.customer", "o.n", "c.name"),
    ONE_TO_ONE("o.id", "o JOIN c ON o.id = c.id", "o.n", "c.name"),
    ONE_TO_ONE_IF_ANY("o.id", "o LEFT JOIN c ON c.id = o.id AND o.n <> 2", "o.n", "c.name"),
    BY_NUMBERS("o.id", "o LEFT JOIN k ON k.vat = o.n AND k.id = o.country", "o.n", "k.name"),
    ITSELF(
        "c.id",
        "c LEFT JOIN c AS boss ON boss.id = c.boss",
        "boss.country",
        "CONCAT(c.name, '/', boss.name)"),
    CHAIN(
        "o.id",
        "o JOIN c ON c.id = o.customer JOIN k ON k.id = c.country",
        "k.vat",
        "c.name || k.name"),
    CHAIN_IF_ANY(
        "o.id",
        "o LEFT JOIN c ON c.id = o.customer LEFT JOIN k ON k.id = c.country",
        "k.vat",
        "CONCAT(c.name, k.name)"),
    CHAIN_OF_TWO_KINDS(
        "o.id",
        "o LEFT JOIN k ON k.id = o.country AND k.vat > 1 JOIN c ON c.id = o.customer AND"
            + " (c.country <> o.country OR k.vat > 2)",
        "k.vat",
        "c.name"),
    PARENT_AND_CHILDREN(
        "c.id, COALESCE(o.id, 0)",
        "c LEFT JOIN o ON o.customer = c.id AND o.n > 1",
        "o.n",
        "CONCAT(c.name, o.country)"),
    MANY_TO_MANY("c.id, o.id", "c JOIN o ON o.country = c.country", "o.n", "c.name"),
    TOTALS(
        "c.id",
        "c LEFT JOIN o ON o.customer = c.id",
        "SUM(o.n)",
        "CONCAT(c.name, COUNT(o.id), MAX(o.id))",
        "c.id"),
    GROUPS(
        "o.country",
        "o",
        "AVG(o.n)",
        "CONCAT(MIN(o.id), ARRAY_AGG(o.n ORDER BY o.id)::text)",
        "o.country"),
    GROUPS_OF_PAIRS(
        "c.country, o.customer",
        "o JOIN c ON c.id = o.customer LEFT JOIN k ON k.id = o.country",
        "SUM(k.vat)",
        "JSONB_AGG(c.name ORDER BY k.vat, o.id)::text",
        "c.country, o.customer");

    private final List<String> key;
    private final String from;
    private final String value;
    private final String text;
    private final String group;

    Shape(String key, String from, String value, String text) {
      this(key, from, value, text, "");
    }

    Shape(String key, String from, String value, String text, String group) {
      this.group = group;
      this.key = List.of(key.split(", (?!0)"));
      this.from = from;
      this.value = value;
      this.text = text;
    }

    private String select(Random random) {
      List<String> items = new ArrayList<>();
      for (int i = 0; i < key.size(); i++) {
        items.add(key.get(i) + " AS k" + i);
      }
      items.add(value + " AS value");
      items.add(
          oneOf(random, text, "UPPER(" + text + ")", "COALESCE(" + text + ", '?')") + " AS t");
      String where =
          oneOf(
              random,
              "",
              "",
              " WHERE " + value + " IS NULL OR " + text + " <> 'b'",
              " WHERE COALESCE(" + text + ", 'x') <> 'x'");
      String select = "SELECT " + String.join(", ", items) + " FROM " + from;
      List<String> notNull = key.stream().map(one -> one + " IS NOT NULL").toList();
      return group.isEmpty()
          ? select + where
          : select
              + " WHERE "
              + String.join(" AND ", notNull)
              + " GROUP BY "
              + group
              + where.replace("WHERE", "HAVING");
    }

    private Set<Bug> mustBeFound() {
      Set<Bug> bugs = EnumSet.of(Bug.NOTHING_IS_TAKEN_BACK);
      if (!group.isEmpty()) {
        bugs.addAll(EnumSet.of(Bug.ROWS_ARE_NEVER_TAKEN_OUT, Bug.EMPTY_GROUPS_STAY));
      }
      if (from.contains("JOIN")) {
        bugs.add(Bug.THE_RIGHT_WAKES_NOBODY);
      }
      if (from.contains("LEFT JOIN") && group.isEmpty()) {
        bugs.addAll(EnumSet.of(Bug.NOBODY_IS_ALONE_NO_MORE, Bug.NOBODY_BECOMES_ALONE));
      }
      // Where the partner is not the key, a row may be alone here, and then there.
      if (this == CHILD_AND_PARENT_IF_ANY || this == MANY_TO_MANY) {
        bugs.add(Bug.PAIRS_ARE_THEIR_ROWS);
      }
      return bugs;
    }
  }

  @BeforeAll
  static void open() throws SQLException {
    database = SharedSandbox.postgres18().createDatabase();
    database.execute(
        "CREATE TABLE o (id bigint PRIMARY KEY, customer int, country text, n numeric)",
        "CREATE TABLE c (id bigint PRIMARY KEY, boss bigint, country text, name text)",
        "CREATE TABLE k (id text PRIMARY KEY, vat numeric, name text)");
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
    Set<Bug> found = EnumSet.noneOf(Bug.class);
    for (Bug bug : shape.mustBeFound()) {
      for (int run = 0; run < 10 * RUNS && !found.contains(bug); run++) {
        if (problem(shape, run, Optional.of(bug)).isPresent()) {
          found.add(bug);
        }
      }
    }
    assertThat(found).isEqualTo(shape.mustBeFound());
  }

  /** Fails where the rows are too few to say anything. */
  @Test
  void shouldHaveRowsToCompare() throws Exception {
    for (Shape shape : Shape.values()) {
      long rows = 0;
      for (int run = 0; run < 40; run++) {
        Random random = new Random(run);
        SelectPlan plan = plan(shape.select(random));
        store(history(random, new ArrayList<>()));
        rows += executed(plan).size();
      }
      assertThat(rows).as(shape.name()).isGreaterThan(20);
    }
  }

  private record Change(Table table, Row row, boolean deleted) {}

  private static Optional<String> problem(Shape shape, int seed, Optional<Bug> bug)
      throws Exception {
    Random random = new Random(seed);
    String select = shape.select(random);
    SelectPlan plan = plan(select);
    List<Change> changes = new ArrayList<>();
    Map<Table, Map<String, Row>> left = history(random, changes);
    Table target = target(plan, shape.key.size());
    SimulatedFlow flow =
        new SimulatedFlow(
            FlowTopics.of(new Names("m"), List.of(Mappings.of(plan.into(target), target, false))),
            random,
            bug);
    // What is not read is not published.
    changes.stream()
        .filter(change -> plan.sources().contains(change.table()))
        .forEach(change -> flow.publish(change.table(), change.row(), change.deleted()));
    flow.run();
    List<String> ours = new ArrayList<>(flow.rows().stream().map(Row::toString).sorted().toList());
    store(left);
    List<String> theirs = executed(plan).stream().sorted().toList();
    return ours.equals(theirs)
        ? Optional.empty()
        : Optional.of(select + " of seed " + seed + ": " + ours + " and not " + theirs);
  }

  private static Map<Table, Map<String, Row>> history(Random random, List<Change> changes) {
    Map<Table, Map<String, Row>> rows = new LinkedHashMap<>();
    TABLES.forEach(table -> rows.put(table, new TreeMap<>()));
    for (int i = 0; i < 80; i++) {
      Table table = TABLES.get(random.nextInt(TABLES.size()));
      String id =
          table == COUNTRIES ? oneOf(random, "de", "fr", "it") : "" + (1 + random.nextInt(5));
      if (rows.get(table).containsKey(id) && random.nextInt(4) == 0) {
        String[] key = new String[table.columns().size()];
        key[0] = id;
        rows.get(table).remove(id);
        changes.add(new Change(table, Row.of(key), true));
        continue;
      }
      Row row = row(random, table, id);
      rows.get(table).put(id, row);
      changes.add(new Change(table, row, false));
    }
    return rows;
  }

  private static Row row(Random random, Table table, String id) {
    String country = oneOf(random, "de", "fr", "it", "xx", null);
    String number = oneOf(random, "1", "2", "2.0", "3.50", null);
    String name = oneOf(random, "a", "b", "c", null);
    String other = oneOf(random, "1", "2", "3", "4", "5", "9", null);
    return table == ORDERS
        ? Row.of(id, other, country, number)
        : table == CUSTOMERS ? Row.of(id, other, country, name) : Row.of(id, number, name);
  }

  private static SelectPlan plan(String select) throws Exception {
    return new SqlCompiler(id -> TABLES.stream().filter(t -> t.id().equals(id)).findFirst())
        .compile(select);
  }

  private static Table target(SelectPlan plan, int keys) {
    List<Column> columns = new ArrayList<>();
    for (OutputColumn output : plan.columns()) {
      columns.add(
          columns.size() < keys
              ? Column.required(output.name(), output.type())
              : Column.nullable(output.name(), output.type()));
    }
    return new Table(
        new TableId("public", "t"),
        columns,
        columns.subList(0, keys).stream().map(Column::name).toList());
  }

  private static void store(Map<Table, Map<String, Row>> rows) throws SQLException {
    for (Map.Entry<Table, Map<String, Row>> table : rows.entrySet()) {
      String name = table.getKey().id().toString();
      StringBuilder sql = new StringBuilder("TRUNCATE " + name + ";");
      for (Row row : table.getValue().values()) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
          values.add(row.get(i) == null ? "NULL" : "'" + row.get(i) + "'");
        }
        sql.append("INSERT INTO " + name + " VALUES (" + String.join(", ", values) + ");");
      }
      connection.createStatement().execute(sql.toString());
    }
  }

  private static List<String> executed(SelectPlan plan) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet result =
        connection.createStatement().executeQuery(plan.oracleSql(UnaryOperator.identity()))) {
      while (result.next()) {
        String[] row = new String[plan.columns().size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = result.getString(i + 1);
        }
        rows.add(Row.of(row).toString());
      }
    }
    return rows;
  }

  private static String oneOf(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }
}
