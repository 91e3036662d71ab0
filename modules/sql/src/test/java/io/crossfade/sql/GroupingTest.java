package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.group.Grouping;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups that are kept up to date row by row, as PostgreSQL makes them of the rows at once. */
class GroupingTest {

  private static final Table TABLE =
      new Table(
          new TableId("public", "t"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.nullable("who", PgTypes.TEXT),
              Column.nullable("small", PgTypes.INT2),
              Column.nullable("n", PgTypes.INT4),
              Column.nullable("big", PgTypes.INT8),
              Column.nullable("x", PgTypes.NUMERIC),
              Column.nullable("money", new ColumnType(TypeFamily.NUMERIC, 12, 2, "numeric(12,2)")),
              Column.nullable("yes", PgTypes.BOOLEAN),
              Column.nullable("day", PgTypes.DATE),
              Column.nullable("at", PgTypes.TIMESTAMPTZ),
              Column.nullable("tags", PgTypes.array(PgTypes.TEXT)),
              Column.nullable("doc", PgTypes.JSONB)),
          List.of("id"));

  private static Database database;
  private static Connection connection;

  @BeforeAll
  static void open() throws SQLException {
    database = SharedSandbox.postgres18().createDatabase();
    database.execute(
        "CREATE TABLE t (id bigint PRIMARY KEY, who text, small smallint, n int, big bigint,"
            + " x numeric, money numeric(12,2), yes boolean, day date, at timestamptz, tags text[],"
            + " doc jsonb)");
    connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    connection.createStatement().execute("SET timezone TO 'UTC'");
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
    database.close();
  }

  private static SelectPlan plan(String sql) throws SqlException {
    return new SqlCompiler(id -> Optional.of(TABLE).filter(table -> table.id().equals(id)))
        .compile(sql);
  }

  private static Row row(Random random, String id) {
    return Row.of(
        id,
        oneOf(random, "a", "b", "c", null),
        oneOf(random, "1", "-32768", null),
        oneOf(random, "0", "7", "2147483647", null),
        oneOf(random, "5", "9223372036854775807", "-9223372036854775808", null),
        oneOf(random, "1.0", "2.500", "-0.3333333333333", "100000", "NaN", null),
        oneOf(random, "1.00", "99.95", "-0.01", null),
        oneOf(random, "t", "f", null),
        oneOf(random, "2024-01-31", "2020-02-29", null),
        oneOf(random, "2024-01-31 12:00:00+00", "2024-01-31 12:00:00.5+00", null),
        oneOf(random, "{}", "{p,q}", "{q}", null),
        oneOf(random, "{\"k\": 1}", "[1, 2]", "\"x\\ny\"", null));
  }

  private static String oneOf(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  /** One group. */
  private record Kept(Grouping.Group group, Map<String, List<Row>> members) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT who, COUNT(*) AS rows, COUNT(n) AS some FROM t GROUP BY who",
        "SELECT who, SUM(small) AS a, SUM(n) AS b, SUM(big) AS c, SUM(x) AS d, SUM(money) AS e FROM"
            + " t GROUP BY who",
        "SELECT who, AVG(small) AS a, AVG(n) AS b, AVG(big) AS c, AVG(x) AS d, AVG(money) AS e FROM"
            + " t GROUP BY who",
        "SELECT who, MIN(n) AS a, MAX(n) AS b, MIN(money) AS c, MAX(day) AS d, MIN(at) AS e, MAX(big)"
            + " AS f FROM t GROUP BY who",
        "SELECT who, BOOL_AND(yes) AS a, BOOL_OR(yes) AS b, EVERY(n > 1) AS c FROM t GROUP BY who",
        "SELECT who, ARRAY_AGG(id ORDER BY id) AS ids, ARRAY_AGG(n ORDER BY n DESC, id) AS ns,"
            + " ARRAY_AGG(n ORDER BY n, id) AS up,"
            + " ARRAY_AGG(day ORDER BY day NULLS FIRST, id DESC) AS days FROM t GROUP BY who",
        "SELECT who, JSONB_AGG(n ORDER BY id) AS a, JSON_AGG(who ORDER BY id) AS b, JSONB_AGG(doc"
            + " ORDER BY id) AS c, jsonb_agg(money ORDER BY id) AS d, json_agg(yes ORDER BY id) AS e"
            + " FROM t GROUP BY who",
        "SELECT who, COUNT(*) FILTER (WHERE n > 1) AS a, SUM(n) FILTER (WHERE yes) AS b,"
            + " ARRAY_AGG(id ORDER BY id) FILTER (WHERE yes) AS c FROM t GROUP BY who",
        "SELECT UPPER(who) AS w, n % 2 AS odd, SUM(n::bigint + 1) * 2 AS twice, COUNT(*) + COUNT(n) AS both"
            + " FROM t WHERE n > 0 GROUP BY UPPER(who), n % 2 HAVING COUNT(*) > 1 OR MAX(n) > 5",
        "SELECT EXTRACT(YEAR FROM day)::int AS y, who, COUNT(*) AS c FROM t GROUP BY EXTRACT(YEAR"
            + " FROM day)::int, who HAVING SUM(n) IS NOT NULL",
        "SELECT tag, COUNT(*) AS c, ARRAY_AGG(id ORDER BY id, ord) AS ids FROM t CROSS JOIN"
            + " UNNEST(tags) WITH ORDINALITY AS e(tag, ord) GROUP BY tag",
        "SELECT id, who || '!' AS loud, COUNT(*) AS c, MAX(ord) AS last FROM t CROSS JOIN"
            + " UNNEST(tags) WITH ORDINALITY AS e(tag, ord) GROUP BY t.id",
        "SELECT money, yes, day, COUNT(*) FROM t GROUP BY money, yes, day",
        "SELECT CASE WHEN COUNT(*) > 2 THEN 'many' ELSE who END AS w, COALESCE(SUM(n), 0) FROM t"
            + " GROUP BY t.who"
      })
  void shouldKeepWhatPostgresMakes(String select) throws Exception {
    SelectPlan plan = plan(select);
    Grouping grouping = plan.grouping().orElseThrow();
    Random random = new Random(4711);
    Map<String, Row> rows = new TreeMap<>();
    Map<Row, Kept> groups = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      String id = "" + (1 + random.nextInt(30));
      Row before = rows.remove(id);
      take(plan, groups, id, before, -1);
      if (before == null || random.nextInt(3) > 0) {
        Row now = row(random, id);
        rows.put(id, now);
        take(plan, groups, id, now, 1);
      }
      if (i % 100 == 99) {
        assertThat(texts(plan, grouping, groups))
            .as("after " + i)
            .containsExactlyInAnyOrderElementsOf(executed(plan, rows));
      }
    }
    assertThat(executed(plan, rows)).hasSizeGreaterThan(1);
  }

  /** Fails where what is remembered is not what was, for it is written and read each time. */
  private static void take(SelectPlan plan, Map<Row, Kept> groups, String id, Row row, int times)
      throws Exception {
    if (row == null) {
      return;
    }
    Grouping grouping = plan.grouping().orElseThrow();
    for (Grouping.Part part : plan.parts(row)) {
      Kept kept = groups.get(part.key());
      Grouping.Group group =
          kept == null ? grouping.none() : grouping.of(List.copyOf(kept.group().texts()));
      Map<String, List<Row>> members = kept == null ? new TreeMap<>() : kept.members();
      if (times > 0) {
        group.add(part.arguments());
        members.computeIfAbsent(id, i -> new ArrayList<>()).add(part.arguments());
      } else {
        group.remove(part.arguments());
        members.get(id).remove(part.arguments());
      }
      if (group.isEmpty()) {
        groups.remove(part.key());
      } else {
        groups.put(part.key(), new Kept(group, members));
      }
    }
  }

  private static List<String> texts(SelectPlan plan, Grouping grouping, Map<Row, Kept> groups)
      throws Exception {
    List<String> texts = new ArrayList<>();
    for (Map.Entry<Row, Kept> one : groups.entrySet()) {
      Row group =
          one.getValue()
              .group()
              .row(
                  one.getKey(),
                  sink -> one.getValue().members().values().forEach(rows -> rows.forEach(sink)));
      assertThat(group.size()).isEqualTo(grouping.rows().columns().size());
      plan.rows(group).forEach(row -> texts.add(row.toString()));
    }
    return texts;
  }

  private static List<String> executed(SelectPlan plan, Map<String, Row> rows) throws SQLException {
    StringBuilder sql = new StringBuilder("TRUNCATE t;");
    for (Row row : rows.values()) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        values.add(row.get(i) == null ? "NULL" : "'" + row.get(i) + "'");
      }
      sql.append("INSERT INTO t VALUES (" + String.join(", ", values) + ");");
    }
    connection.createStatement().execute(sql.toString());
    List<String> found = new ArrayList<>();
    try (ResultSet result =
        connection.createStatement().executeQuery(plan.oracleSql(UnaryOperator.identity()))) {
      while (result.next()) {
        String[] row = new String[plan.columns().size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = result.getString(i + 1);
        }
        found.add(Row.of(row).toString());
      }
    }
    try (ResultSet result =
        connection
            .createStatement()
            .executeQuery(plan.oracleSqlWithOldKey(UnaryOperator.identity()))) {
      int count = 0;
      while (result.next()) {
        count++;
        assertThat(result.getString(plan.columns().size() + 1)).isNotNull();
      }
      assertThat(count).as("with an old key beside it").isEqualTo(found.size());
    }
    return found;
  }

  @Test
  void shouldTellTypesAndWhereColumnsComeFrom() throws Exception {
    SelectPlan plan =
        plan(
            "SELECT who, n % 2 AS odd, COUNT(*) AS c, SUM(n) AS s, SUM(big) AS b, AVG(small) AS a,"
                + " MAX(money) AS m, ARRAY_AGG(money ORDER BY id) AS l FROM t WHERE yes GROUP BY who,"
                + " n % 2");
    assertThat(plan.columns().stream().map(column -> column.type().name()))
        .containsExactly(
            "text", "integer", "bigint", "bigint", "numeric", "numeric", "numeric", "numeric[]");
    assertThat(plan.columns().get(2).nullable()).isFalse();
    assertThat(plan.columns().get(3).nullable()).isTrue();
    assertThat(plan.inputColumns(TABLE.id()))
        .containsExactly("id", "who", "small", "n", "big", "money", "yes");
    assertThat(Lineage.of(plan, 0)).isEqualTo(new Lineage(Lineage.Kind.COPIED, List.of("who")));
    assertThat(Lineage.of(plan, 3)).isEqualTo(new Lineage(Lineage.Kind.COMPUTED, List.of("n")));
    assertThat(plan.groupKey()).contains(List.of("who", "odd"));
    assertThat(plan.isRowByRow()).isFalse();
    assertThat(plan.keepsKey(TABLE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SELECT who, n FROM t GROUP BY who                              | 13 | t.n must stand in GROUP BY or within an aggregate
          SELECT who, n + 1 AS m, COUNT(*) FROM t GROUP BY who           | 13 | t.n must stand in GROUP BY or within an aggregate
          SELECT who, COUNT(*) FROM t GROUP BY who HAVING n > 1          | 49 | t.n must stand in GROUP BY or within an aggregate
          SELECT id, e FROM t CROSS JOIN UNNEST(tags) AS x(e) GROUP BY id | 12 | x.e must stand in GROUP BY or within an aggregate
          SELECT COUNT(*) FROM t                                         | 8  | an aggregate needs GROUP BY
          SELECT who FROM t WHERE COUNT(*) > 1 GROUP BY who              | 25 | an aggregate stands in a SELECT or HAVING only
          SELECT who FROM t GROUP BY COUNT(*)                            | 28 | an aggregate stands in a SELECT or HAVING only
          SELECT who, SUM(MAX(n)) FROM t GROUP BY who                    | 17 | an aggregate within another one
          SELECT who, COUNT(DISTINCT n) FROM t GROUP BY who              | 13 | DISTINCT in an aggregate is not supported
          SELECT who, MAX(who) AS m FROM t GROUP BY who                  | 13 | depends on the collation
          SELECT who, MAX(x) AS m FROM t GROUP BY who                    | 13 | 1.0 and 1.00 are equal; cast to numeric with a scale
          SELECT x, COUNT(*) FROM t GROUP BY x                           | 36 | rows are not put together by numeric: 1.0 and 1.00 are equal
          SELECT doc, COUNT(*) FROM t GROUP BY doc                       | 38 | rows are not put together by jsonb
          SELECT who, SUM(n::float8) AS s FROM t GROUP BY who            | 13 | depends on the order in which rows are added; cast to numeric
          SELECT who, SUM(day) AS s FROM t GROUP BY who                  | 13 | sum of date is not supported
          SELECT who, ARRAY_AGG(n) AS l FROM t GROUP BY who              | 13 | the order of the values is left to chance
          SELECT who, JSONB_AGG(n ORDER BY day) AS l FROM t GROUP BY who | 13 | the order of the values is left to chance
          SELECT who, ARRAY_AGG(n ORDER BY who) AS l FROM t GROUP BY who | 34 | the order of text is not the same everywhere
          SELECT who, STRING_AGG(who, ',' ORDER BY id) AS l FROM t GROUP BY who | 13 | string_agg takes one value
          SELECT who, BOOL_AND(n) AS l FROM t GROUP BY who               | 13 | bool_and takes a boolean
          SELECT who, COUNT(*) FROM t GROUP BY 1                         | 38 | write the expression that is meant
          SELECT who, COUNT(*) FROM t GROUP BY ROLLUP (who)              | 38 | ROLLUP is not supported
          SELECT who FROM t GROUP BY who HAVING COUNT(*)                 | 39 | argument of HAVING must be boolean
          SELECT who FROM t HAVING who = 'a'                             | 26 | HAVING needs GROUP BY
          SELECT DISTINCT who FROM t                                     | 1  | write GROUP BY with the columns
          SELECT who, SUM(n) OVER (ORDER BY id) AS s FROM t              | 13 | window functions are not supported
          """)
  void shouldSayWhereAndWhyNot(String sql, int column, String message) {
    assertThatThrownBy(() -> plan(sql))
        .isInstanceOfSatisfying(
            SqlException.class,
            e -> {
              assertThat(e.problems()).as(e.getMessage()).hasSize(1);
              assertThat(e.problems().get(0).message()).contains(message);
              assertThat(e.problems().get(0).column()).isEqualTo(column);
            });
  }
}
