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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One row for each element, as PostgreSQL gives them of the same text. */
class SplittingTest {

  private static final Table TABLE =
      new Table(
          new TableId("public", "s"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.nullable("name", PgTypes.TEXT),
              Column.nullable("tags", PgTypes.array(PgTypes.TEXT)),
              Column.nullable("nums", PgTypes.array(PgTypes.INT4)),
              Column.nullable("data", PgTypes.JSONB),
              Column.nullable("doc", PgTypes.JSON)),
          List.of("id"));

  private static Database database;
  private static final List<Row> ROWS = new ArrayList<>();

  @BeforeAll
  static void fill() throws SQLException {
    database = SharedSandbox.postgres18().createDatabase();
    database.execute(
        "CREATE TABLE s (id bigint PRIMARY KEY, name text, tags text[], nums int[], data jsonb,"
            + " doc json)");
    Random random = new Random(4711);
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO s VALUES (?::bigint, ?, ?::text[], ?::int[], ?::jsonb, ?::json)")) {
      for (int id = 1; id <= 300; id++) {
        insert.setString(1, "" + id);
        insert.setString(2, oneOf(random, "a", "b", null));
        insert.setString(
            3,
            oneOf(
                random,
                null,
                "{}",
                "{x}",
                "{x,NULL,\"y z\"}",
                "{{a,b},{c,d}}",
                "[3:4]={\"\\\"q\\\"\",\"\"}",
                "{" + id + "," + random.nextInt(5) + "}"));
        insert.setString(4, oneOf(random, null, "{}", "{1,2,3}", "{NULL,-7}", "{" + id + "}"));
        String json =
            oneOf(
                random,
                null,
                "[]",
                "[1, 2.50, \"x\", null, true]",
                "[{\"a\": [1, 2], \"b\": null}, [1,  2]]",
                "[\"\\u00e9\\n\", \"\"]",
                "[" + id + "]");
        insert.setString(5, json);
        insert.setString(6, json);
        insert.executeUpdate();
      }
      try (ResultSet rows =
          connection
              .createStatement()
              .executeQuery(
                  "SELECT id::text, name, tags::text, nums::text, data::text, doc::text FROM s")) {
        while (rows.next()) {
          ROWS.add(row(rows, 6));
        }
      }
    }
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private static String oneOf(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  private static Row row(ResultSet rows, int columns) throws SQLException {
    String[] values = new String[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = rows.getString(i + 1);
    }
    return Row.of(values);
  }

  private static SelectPlan plan(String sql) throws SqlException {
    return new SqlCompiler(id -> Optional.of(TABLE).filter(table -> table.id().equals(id)))
        .compile(sql);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT s.id, t.tag FROM s CROSS JOIN UNNEST(s.tags) AS t(tag)",
        "SELECT id, tag FROM s, UNNEST(tags) AS t(tag)",
        "SELECT x.id, UPPER(tag) AS tag, n FROM public.s AS x CROSS JOIN LATERAL"
            + " UNNEST(x.tags) WITH ORDINALITY AS t(tag, n)",
        "SELECT id, num + 1 AS num, n FROM s LEFT JOIN UNNEST(nums) WITH ORDINALITY AS e(num, n) ON"
            + " TRUE WHERE num IS NULL OR num > 1",
        "SELECT * FROM s CROSS JOIN UNNEST(nums) AS e(num)",
        "SELECT e.*, s.id, s.name AS old FROM s INNER JOIN UNNEST(s.nums) AS e(name) ON true",
        "SELECT id, e FROM s CROSS JOIN UNNEST(STRING_TO_ARRAY(name || ',z', ',')) AS t(e)",
        "SELECT s.id, n, e.item FROM s CROSS JOIN jsonb_array_elements(s.data) WITH ORDINALITY AS"
            + " e(item, n)",
        "SELECT id, JSONB_EXTRACT_PATH_TEXT(item, 'a', '1') AS second, item FROM s,"
            + " jsonb_array_elements(data) AS e(item) WHERE n_is(item)",
        "SELECT id, item FROM s CROSS JOIN LATERAL jsonb_array_elements_text(data) AS e(item)",
        "SELECT id, item, n FROM s LEFT JOIN json_array_elements(doc) WITH ORDINALITY AS e(item, n)"
            + " ON TRUE",
        "SELECT id, item FROM s, json_array_elements_text(s.doc) AS e(item) -- the end",
        "SELECT EXTRACT(YEAR FROM DATE '2024-01-01') AS y, id, item FROM s, UNNEST(tags) AS"
            + " e(item)"
      })
  void shouldGiveTheRowsThatPostgresGives(String sql) throws Exception {
    String select = sql.replace(" WHERE n_is(item)", " WHERE JSONB_TYPEOF(item) = 'object'");
    SelectPlan plan = plan(select);
    assertThat(plan.splits()).isTrue();
    List<String> ours = new ArrayList<>();
    for (Row row : ROWS) {
      plan.rows(row).forEach(one -> ours.add(one.toString()));
    }
    assertThat(ours).hasSizeGreaterThan(20);
    assertThat(ours)
        .containsExactlyInAnyOrderElementsOf(
            executed(plan.oracleSql(UnaryOperator.identity()), plan.columns().size()));
    int columns = plan.columns().size();
    assertThat(executed(plan.oracleSqlWithOldKey(UnaryOperator.identity()), columns + 1))
        .as("with the old key beside it")
        .hasSameSizeAs(ours);
  }

  private static List<String> executed(String sql, int columns) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect();
        ResultSet result = connection.createStatement().executeQuery(sql)) {
      while (result.next()) {
        rows.add(Arrays.toString(texts(result, columns)));
      }
    }
    return rows;
  }

  private static String[] texts(ResultSet result, int columns) throws SQLException {
    String[] values = new String[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = result.getString(i + 1);
    }
    return values;
  }

  @Test
  void shouldTellThatAnElementComesFromItsArray() throws Exception {
    SelectPlan plan =
        plan("SELECT id, tag, n, 1 AS one FROM s, UNNEST(tags) WITH ORDINALITY AS t(tag, n)");
    assertThat(Lineage.of(plan, 0).kind()).isEqualTo(Lineage.Kind.COPIED);
    assertThat(Lineage.of(plan, 1))
        .isEqualTo(new Lineage(Lineage.Kind.COMPUTED, List.of("tags")))
        .isEqualTo(Lineage.of(plan, 2));
    assertThat(Lineage.of(plan, 3).kind()).isEqualTo(Lineage.Kind.CONSTANT);
    assertThat(plan.inputColumns(plan.source().id())).containsExactly("id", "tags");
  }

  @Test
  void shouldFailWherePostgresFails() throws Exception {
    SelectPlan plan = plan("SELECT id, e FROM s, jsonb_array_elements(data) AS t(e)");
    for (String data : List.of("{\"a\": 1}", "1", "null")) {
      assertThatThrownBy(() -> plan.rows(Row.of("1", null, null, null, data, null)))
          .isInstanceOf(EvaluationException.class)
          .extracting(e -> ((EvaluationException) e).sqlState())
          .isEqualTo("22023");
      assertThatThrownBy(() -> executed("SELECT jsonb_array_elements('" + data + "'::jsonb)", 1))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("22023");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT id FROM s CROSS JOIN UNNEST(tags)                               | 29 | name the elements: AS t(element)
          SELECT id FROM s CROSS JOIN UNNEST(tags) AS t                          | 29 | name the element: AS t(element)
          SELECT id FROM s CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(a)       | 29 | name the element and its number
          SELECT id FROM s JOIN UNNEST(tags) AS t(a) ON a = 'x'                  | 23 | write CROSS JOIN
          SELECT id FROM s RIGHT JOIN UNNEST(tags) AS t(a) ON TRUE               | 29 | write CROSS JOIN
          SELECT id FROM s CROSS JOIN UNNEST(name) AS t(a)                       | 36 | this is text; UNNEST takes an array
          SELECT id FROM s CROSS JOIN UNNEST(tagz) AS t(a)                       | 36 | public.s has no column tagz; did you mean tags
          SELECT id, b FROM s CROSS JOIN UNNEST(tags) AS t(a)                    | 12 | public.s, the elements t have no column b
          SELECT id, name FROM s CROSS JOIN UNNEST(tags) AS t(name)              | 12 | name is in more than one of s, t: write which
          SELECT x.id FROM s CROSS JOIN UNNEST(tags) AS t(a)                     | 8  | there is no table x in FROM; there are s, t
          SELECT id FROM s, jsonb_array_elements(tags) AS t(a)                   | 40 | this is text[]; the function takes jsonb
          """)
  void shouldRefuseWhatItCannotSplit(String sql, int column, String message) {
    assertThatThrownBy(() -> plan(sql))
        .isInstanceOfSatisfying(
            SqlException.class,
            e -> {
              assertThat(e.problems().get(0).message()).contains(message);
              assertThat(e.problems().get(0).column()).isEqualTo(column);
            });
  }
}
