package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of several tables, joined as PostgreSQL joins them by the same text. */
class JoiningTest {

  private static final Map<TableId, Table> TABLES =
      Map.of(
          new TableId("public", "orders"),
          new Table(
              new TableId("public", "orders"),
              List.of(
                  Column.required("id", PgTypes.INT8),
                  Column.nullable("customer_id", PgTypes.INT4),
                  Column.nullable("country", PgTypes.TEXT),
                  Column.nullable("amount", PgTypes.NUMERIC),
                  Column.nullable("tags", PgTypes.array(PgTypes.TEXT))),
              List.of("id")),
          new TableId("public", "customers"),
          new Table(
              new TableId("public", "customers"),
              List.of(
                  Column.required("id", PgTypes.INT8),
                  Column.nullable("name", PgTypes.TEXT),
                  Column.nullable("country", PgTypes.TEXT),
                  Column.nullable("boss", PgTypes.INT8)),
              List.of("id")),
          new TableId("shop", "countries"),
          new Table(
              new TableId("shop", "countries"),
              List.of(
                  Column.required("code", PgTypes.TEXT),
                  Column.nullable("vat", PgTypes.NUMERIC),
                  Column.nullable("since", PgTypes.DATE)),
              List.of("code")));

  private static Database database;
  private static final Map<TableId, List<Row>> ROWS = new HashMap<>();

  @BeforeAll
  static void fill() throws SQLException {
    database = SharedSandbox.postgres18().createDatabase();
    database.execute(
        "CREATE SCHEMA shop",
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, country text,"
            + " amount numeric, tags text[])",
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text, country text, boss bigint)",
        "CREATE TABLE shop.countries (code text PRIMARY KEY, vat numeric, since date)",
        "INSERT INTO shop.countries VALUES ('DE', 19, '2024-01-01'), ('FR', 20.0, NULL),"
            + " ('de', NULL, '2020-02-29')",
        "INSERT INTO customers SELECT i, NULLIF('c' || i % 7, 'c3'),"
            + " (ARRAY['DE', 'FR', 'XX', 'de', NULL])[i % 5 + 1], NULLIF(i % 9, 4)"
            + " FROM generate_series(1, 40) i",
        "INSERT INTO orders SELECT i, NULLIF(i * 7 % 60, 5),"
            + " (ARRAY['DE', 'de', NULL, 'YY'])[i % 4 + 1], i * 1.50,"
            + " (ARRAY['{}', '{a,b}', NULL, '{x}'])[i % 4 + 1]::text[]"
            + " FROM generate_series(1, 200) i");
    for (Table table : TABLES.values()) {
      List<String> columns = table.columns().stream().map(c -> c.name() + "::text").toList();
      ROWS.put(
          table.id(),
          rows("SELECT " + String.join(", ", columns) + " FROM " + table.id(), columns.size()));
    }
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  private static List<Row> rows(String sql, int columns) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        ResultSet result = connection.createStatement().executeQuery(sql)) {
      while (result.next()) {
        String[] values = new String[columns];
        for (int i = 0; i < columns; i++) {
          values[i] = result.getString(i + 1);
        }
        rows.add(Row.of(values));
      }
    }
    return rows;
  }

  private static SelectPlan plan(String sql) throws SqlException {
    return new SqlCompiler(id -> Optional.ofNullable(TABLES.get(id))).compile(sql);
  }

  /** Row by row: the slowest way there is, and the plainest. */
  private static List<Row> joined(Joining joining, List<Table> tables) throws Exception {
    List<Row> left = ROWS.get(tables.get(0).id());
    for (Joining.Step step : joining.steps()) {
      List<Row> out = new ArrayList<>();
      for (Row one : left) {
        boolean alone = true;
        Optional<Row> key = step.keyOfLeft(one);
        for (Row other : key.isEmpty() ? List.<Row>of() : ROWS.get(step.right().id())) {
          Row both = step.joined(one, other);
          if (step.keyOfRight(other).equals(key) && step.matches(both)) {
            out.add(both);
            alone = false;
          }
        }
        if (alone && step.outer()) {
          out.add(step.alone(one));
        }
      }
      left = out;
    }
    return left;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT o.id, c.name FROM orders o JOIN customers c ON o.customer_id = c.id",
        "SELECT o.id, name FROM orders o INNER JOIN customers c ON c.id = customer_id",
        "SELECT o.id, c.id AS customer, UPPER(c.name) AS name FROM public.orders AS o LEFT OUTER"
            + " JOIN public.customers c ON o.customer_id = c.id WHERE COALESCE(c.country, 'DE') ="
            + " 'DE'",
        "SELECT orders.id, customers.country FROM orders LEFT JOIN customers ON customers.id ="
            + " orders.customer_id AND customers.country = orders.country",
        "SELECT o.id, c.id AS c, vat FROM orders o JOIN customers c ON c.id = o.customer_id LEFT"
            + " JOIN shop.countries k ON k.code = c.country",
        "SELECT o.id, vat, c.name FROM orders o LEFT JOIN shop.countries k ON code = o.country AND"
            + " vat > 18 LEFT JOIN customers c ON c.id = o.customer_id AND c.country = k.code",
        "SELECT o.id, o.amount * (100 + k.vat) / 100 AS gross FROM orders o JOIN shop.countries k"
            + " ON UPPER(o.country) = k.code",
        "SELECT a.id, b.name AS boss, c.name AS above FROM customers a LEFT JOIN customers b ON"
            + " a.boss = b.id LEFT JOIN customers c ON c.id = b.boss",
        "SELECT c.*, o.id AS order_id FROM customers c JOIN orders o ON o.customer_id = c.id",
        "SELECT c.id, o.id AS order_id, o.amount FROM customers c LEFT JOIN orders o ON"
            + " o.customer_id = c.id AND o.amount < 90 AND c.name <> 'c1'",
        "SELECT o.id, tag, n, c.name FROM orders o JOIN customers c ON o.customer_id = c.id CROSS"
            + " JOIN UNNEST(o.tags) WITH ORDINALITY AS t(tag, n) WHERE tag <> COALESCE(c.name, '')"
      })
  void shouldGiveTheRowsThatPostgresGives(String sql) throws Exception {
    SelectPlan plan = plan(sql);
    List<String> ours = new ArrayList<>();
    for (Row row : joined(plan.joining().orElseThrow(), plan.sources())) {
      plan.rows(row).forEach(one -> ours.add(one.toString()));
    }
    assertThat(ours).hasSizeGreaterThan(20);
    int columns = plan.columns().size();
    assertThat(ours)
        .containsExactlyInAnyOrderElementsOf(
            rows(plan.oracleSql(UnaryOperator.identity()), columns).stream()
                .map(Row::toString)
                .toList());
    assertThat(rows(plan.oracleSqlWithOldKey(UnaryOperator.identity()), columns + 1))
        .as("with the old key beside it")
        .hasSameSizeAs(ours);
  }

  @Test
  void shouldRenameEachTable() throws Exception {
    SelectPlan plan =
        plan(
            "SELECT o.id, customers.name FROM orders o\n JOIN customers ON customers.id ="
                + " o.customer_id;");
    assertThat(plan.oracleSql(id -> new TableId("x", id.name() + "_1")))
        .isEqualTo(
            "SELECT o.id, customers.name FROM \"x\".\"orders_1\" o\n JOIN \"x\".\"customers_1\" AS"
                + " \"customers\" ON customers.id = o.customer_id");
  }

  @Test
  void shouldTellWhichColumnsOfWhichTableAreRead() throws Exception {
    SelectPlan plan =
        plan(
            "SELECT o.id, c.name || k.code AS both FROM orders o JOIN customers c ON o.customer_id ="
                + " c.id LEFT JOIN shop.countries k ON k.code = c.country WHERE k.vat > 1");
    assertThat(plan.sources().stream().map(Table::id).map(TableId::toString))
        .containsExactly("public.orders", "public.customers", "shop.countries");
    assertThat(plan.inputColumns(new TableId("public", "orders")))
        .containsExactly("id", "customer_id");
    assertThat(plan.inputColumns(new TableId("public", "customers")))
        .containsExactly("id", "name", "country");
    assertThat(plan.inputColumns(new TableId("shop", "countries"))).containsExactly("code", "vat");
    assertThat(Lineage.of(plan, 1).reads()).isEqualTo(Arrays.asList("c.name", "k.code"));
    assertThat(plan.columns().get(1).nullable()).as("of an outer join").isTrue();
    assertThat(plan.keepsKey(TABLES.get(new TableId("public", "orders")))).isFalse();
  }

  @Test
  void shouldMatchNothingWithNull() throws Exception {
    Joining.Step step =
        plan("SELECT o.id FROM orders o JOIN customers c ON o.customer_id = c.id")
            .joining()
            .orElseThrow()
            .steps()
            .get(0);
    assertThat(step.keyOfLeft(Row.of("1", null, "DE", "1", null))).isEmpty();
    assertThat(step.keyOfLeft(Row.of("1", "7", "DE", "1", null))).contains(Row.of("7"));
    assertThat(step.keyOfRight(Row.of("7", null, null, null))).contains(Row.of("7"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT o.id FROM orders o JOIN customers c ON o.amount > c.id                 | 47 | no value of the table is to equal one of those before it
          SELECT o.id FROM orders o JOIN customers c ON c.id = 7                        | 47 | no value of the table is to equal one of those before it
          SELECT o.id FROM orders o CROSS JOIN customers c                              | 38 | each row with each is not supported: write JOIN
          SELECT o.id FROM orders o, customers c                                        | 28 | each row with each is not supported: write JOIN
          SELECT o.id FROM orders o RIGHT JOIN customers c ON o.id = c.id               | 38 | write the tables the other way round
          SELECT o.id FROM orders o FULL JOIN customers c ON o.id = c.id                | 37 | FULL JOIN is not supported
          SELECT o.id FROM orders o JOIN customers c USING (id)                         | 32 | write which columns are equal: JOIN … ON
          SELECT o.id FROM orders o NATURAL JOIN customers c                            | 40 | write which columns are equal: JOIN … ON
          SELECT id FROM orders o JOIN customers c ON o.id = c.id                       |  8 | id is in more than one of o, c: write which
          SELECT o.id FROM orders o JOIN customers o ON o.id = o.boss                   | 32 | there are two tables o in FROM
          SELECT o.id FROM orders o JOIN nobody c ON o.id = c.id                        | 32 | the source has no table public.nobody
          SELECT o.id FROM orders o JOIN customers c ON o.id = c.nme                    | 54 | public.customers has no column nme; did you mean name
          SELECT o.id FROM orders o JOIN customers c ON o.id = d.id                     | 54 | there is no table d in FROM; there are o, c
          SELECT o.id FROM orders o JOIN customers c ON o.country = c.id                | 47 | there is no operator text = bigint
          SELECT o.id FROM orders o JOIN customers c ON c.id + 1                        | 47 | argument of JOIN/ON must be boolean
          SELECT o.id FROM orders o JOIN (customers c JOIN orders p ON p.id = c.id) ON o.id = c.id | 45 | without parentheses
          SELECT o.id FROM orders o JOIN (SELECT 1 AS id) c ON c.id = o.id              | 33 | subqueries are not supported
          SELECT o.id FROM orders o CROSS JOIN UNNEST(o.tags) AS t(x) JOIN customers c ON c.name = x | 38 | elements come last
          """)
  void shouldSayWhereAndWhyNot(String sql, int column, String message) {
    assertThatThrownBy(() -> plan(sql))
        .isInstanceOfSatisfying(
            SqlException.class,
            e -> {
              assertThat(e.problems()).hasSize(1);
              assertThat(e.problems().get(0).message()).contains(message);
              assertThat(e.problems().get(0).column()).isEqualTo(column);
            });
  }
}
