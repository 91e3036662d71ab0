package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not on the list, where it is found, and what is said about it. */
class RefusalTest {

  private static final Table TABLE =
      new Table(
          PostgresOracle.TABLE,
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.nullable("a", PgTypes.INT4),
              Column.nullable("n", PgTypes.NUMERIC),
              Column.nullable("d", PgTypes.FLOAT8),
              Column.nullable("s", PgTypes.TEXT),
              Column.nullable("u", PgTypes.TEXT),
              Column.nullable("c", PgTypes.character(5)),
              Column.nullable("b", PgTypes.BOOLEAN),
              Column.nullable("at", PgTypes.TIMESTAMPTZ),
              Column.nullable("data", PgTypes.JSONB),
              Column.nullable("js", PgTypes.JSON),
              Column.nullable("mood", ColumnType.of(TypeFamily.OPAQUE, "mood"))),
          List.of("id"));

  private static List<SqlProblem> problems(String sql) {
    SqlException e =
        catchThrowableOfType(SqlException.class, () -> TestTables.compiler(TABLE).compile(sql));
    assertThat(e).as(sql).isNotNull();
    return e.problems();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " | ",
      quoteCharacter = '~',
      textBlock =
          """
          SELECT now() AS x FROM t                         | 8  | NOW is not repeatable
          SELECT a, CURRENT_TIMESTAMP AS x FROM t          | 11 | CURRENT_TIMESTAMP is not repeatable
          SELECT current_date FROM t                       | 8  | not repeatable
          SELECT random() AS x FROM t                      | 8  | RANDOM is not repeatable
          SELECT gen_random_uuid() AS x FROM t             | 8  | not repeatable
          SELECT nextval('s') AS x FROM t                  | 8  | not repeatable
          SELECT user FROM t                               | 8  | not repeatable
          SELECT order FROM t                              | 8  | cannot read this
          SELECT desc FROM t                               | 8  | quote it: "desc"
          SELECT id, data->'k' AS x FROM t                 | 16 | jsonb_extract_path(x, 'key')
          SELECT id, data->>'k' AS x FROM t                | 16 | jsonb_extract_path_text(x, 'key')
          SELECT data #>> '{a}' AS x FROM t                | 13 | jsonb_extract_path_text
          SELECT at AT TIME ZONE 'UTC' AS x FROM t         | 11 | write timezone('UTC', x)
          SELECT at + INTERVAL '1-2' AS x FROM t           | 22 | is no interval like
          SELECT at + INTERVAL '1 2' DAY TO HOUR AS x FROM t | 13 | write intervals as INTERVAL '1' DAY
          SELECT EXTRACT(fortnight FROM at) AS x FROM t    | 16 | there is no field fortnight
          SELECT EXTRACT(week FROM at - at) AS x FROM t    | 16 | depends on its version
          SELECT date_trunc(s, at) AS x FROM t             | 19 | between quotes
          SELECT date_trunc('dow', at) AS x FROM t         | 19 | cannot truncate
          SELECT date_part('day', at) AS x FROM t          | 8  | write EXTRACT
          SELECT timezone('CET', at) AS x FROM t           | 17 | no abbreviation
          SELECT timezone('Asia/Tehran', at) AS x FROM t   | 17 | is not known by this name
          SELECT timezone('Europe/Nowhere', at) AS x FROM t | 17 | is not known by this name
          SELECT timezone(s, at) AS x FROM t               | 17 | between quotes
          SELECT at + at AS x FROM t                       | 8  | no operator
          SELECT s COLLATE "C" AS x FROM t                 | 10 | COLLATE is not supported
          SELECT a ISNULL AS x FROM t                      | 10 | write IS NULL
          SELECT a isnull FROM t                           | 10 | write IS NULL
          SELECT a hour FROM t                             | 10 | write AS before the name hour
          SELECT a ^ 2 AS x FROM t                         | 10 | write POWER(a, b)
          SELECT a & 2 AS x FROM t                         | 10 | operator & is not supported
          SELECT s ~ u AS x FROM t                         | 12 | between quotes
          SELECT s ~ '\\w' AS x FROM t                   | 12 | write [A-Za-z0-9_]
          SELECT s ~ '(?=a)' AS x FROM t                   | 12 | is not supported here
          SELECT s ~ '(a' AS x FROM t                      | 12 | invalid regular expression
          SELECT a ~ '1' AS x FROM t                       | 8  | takes text
          SELECT regexp_replace(s, '(a|b)', '\\1') AS x FROM t | 35 | which part of the match
          SELECT regexp_replace(s, 'a', 'b', 'n') AS x FROM t | 36 | only g and i
          SELECT s !~* 'é' AS x FROM t                     | 14 | beyond ASCII
          SELECT E'a' AS x FROM t                          | 8  | plain quotes
          SELECT $$a$$ AS x FROM t                         | 8  | plain quotes
          SELECT $1 AS x FROM t                            | 8  | no parameters
          SELECT a FROM t WHERE a = ?                      | 27 | no parameters
          SELECT s[1] AS x FROM t                          | 8  | takes an array, this is text
          SELECT data['k'] AS x FROM t                     | 8  | write jsonb_extract_path
          SELECT ARRAY[] AS x FROM t                       | 8  | write '{}'::text[]
          SELECT a = ALL(ARRAY[1]) AS x FROM t             | 8  | is not supported
          SELECT s || ARRAY['x'] AS x FROM t               | 8  | no operator text || text[]
          SELECT json_value(data, s) AS x FROM t           | 25 | between quotes
          SELECT json_value(data, '$.a[*]') AS x FROM t    | 25 | members and elements
          SELECT json_value(data, '$.a' ERROR ON ERROR) AS x FROM t | 8 | ON ERROR and ON EMPTY
          SELECT json_value(data, '$' RETURNING numeric(3,1)) AS x FROM t | 39 | return text and cast it
          SELECT jsonb_array_length(js) AS x FROM t        | 8  | jsonb_… takes jsonb
          SELECT 'a' 'b' AS x FROM t                       | 12 | one literal
          SELECT uuid 'a' AS x FROM t                      | 8  | write CAST('…' AS uuid)
          SELECT int4 '5' AS x FROM t                      | 8  | write CAST('…' AS int4)
          SELECT a + 1 FROM t                              | 8  | give it one with AS
          SELECT a, 'x' FROM t                             | 11 | give it one with AS
          SELECT a, a FROM t                               | 11 | two output columns a
          SELECT *, a FROM t                               | 11 | two output columns a
          SELECT *, u.* FROM t                             | 11 | write t.*
          SELECT x.a FROM t                                | 8  | there is no table x in FROM
          SELECT public.t.a FROM t                         | 8  | give the table an alias
          SELECT aa FROM t                                 | 8  | has no column aa; did you mean a?
          SELECT a FROM nowhere                            | 15 | the source has no table public.nowhere
          SELECT a FROM x.y.z                              | 15 | schema.table
          SELECT DISTINCT a FROM t                         | 1  | DISTINCT is not supported
          SELECT count(*) AS x FROM t                      | 8  | an aggregate needs GROUP BY
          SELECT a FROM t ORDER BY a                       | 17 | ORDER BY
          SELECT a FROM t LIMIT 1                          | 23 | LIMIT
          SELECT a FROM t UNION SELECT a FROM t            | 1  | UNION is not supported
          SELECT a FROM (SELECT a FROM t) x                | 16 | subqueries are not supported
          SELECT (SELECT 1) AS x FROM t                    | 8  | subqueries are not supported
          SELECT a FROM t WHERE a IN (SELECT 1)            | 29 | subqueries are not supported
          SELECT a FROM t WHERE EXISTS (SELECT 1)          | 23 | subqueries are not supported
          SELECT row_number() OVER (ORDER BY a) AS x FROM t | 8 | window functions are not supported
          WITH x AS (SELECT 1) SELECT a FROM t             | 1  | WITH is not supported
          INSERT INTO t VALUES (1)                         | 1  | a mapping is a SELECT
          SELECT a                                         | 1  | FROM schema.table
          SELECT a FROM t user                             | 17 | quote it: "user"
          SELECT concat() AS x FROM t                      | 8  | concat is not supported
          SELECT upper() AS x FROM t                       | 8  | no function upper()
          SELECT nullif(a) AS x FROM t                     | 8  | two arguments
          SELECT a FROM t AS x (y)                         | 20 | names for the columns
          SELECT a FROM t TABLESAMPLE SYSTEM (1)           | 15 | is not supported
          SELECT frobnicate(a) AS x FROM t                 | 8  | frobnicate is not supported yet
          SELECT a, uper(s) AS x FROM t                    | 11 | did you mean upper?
          SELECT my.f(a) AS x FROM t                       | 11 | functions of your own
          SELECT a + s AS x FROM t                         | 8  | no operator integer + text
          SELECT a || 1 AS x FROM t                        | 8  | cast one side to text
          SELECT a, NOT a AS x FROM t                      | 15 | must be boolean, this is integer
          SELECT a FROM t WHERE a                          | 23 | argument of WHERE must be boolean
          SELECT a FROM t WHERE s < 'x'                    | 23 | collation
          SELECT a FROM t WHERE s BETWEEN 'a' AND 'b'      | 23 | collation
          SELECT greatest(s, u) AS x FROM t                | 8  | collation
          SELECT a FROM t WHERE data = '{}'                | 23 | comparing jsonb is not supported yet
          SELECT a FROM t WHERE mood = 'happy'             | 23 | no operator mood = unknown
          SELECT upper(mood) AS x FROM t                   | 8  | no function upper(mood)
          SELECT coalesce(mood, mood) IS NULL AS x FROM t WHERE coalesce(mood, 'x') IS NULL | 55 | only be passed on
          SELECT CAST(s AS bytea) AS x FROM t              | 8  | is not supported yet
          SELECT CAST(mood AS text) AS x FROM t            | 8  | is not supported yet
          SELECT CAST(id AS boolean) AS x FROM t           | 8  | does not exist in PostgreSQL
          SELECT CAST(a AS interval) AS x FROM t           | 8  | does not exist in PostgreSQL
          SELECT CAST(s AS interval day) AS x FROM t       | 27 | CAST(… AS interval)
          SELECT CAST(a AS money) AS x FROM t              | 18 | a cast to money is not supported
          SELECT CAST(a AS numeric(1001)) AS x FROM t      | 18 | is not supported
          SELECT a::timestamptz(3) AS x FROM t             | 11 | timestamp(n) with time zone
          SELECT power(s, 2) AS x FROM t                   | 8  | no function power(text, integer)
          SELECT substring(s, '(x)*') AS x FROM t          | 21 | which part of the match
          SELECT to_char(at, 'TMMonth') AS x FROM t        | 20 | pattern TM of TO_CHAR
          SELECT to_char(n, '999D99') AS x FROM t          | 19 | only 9 0 , .
          SELECT to_char(d, '9') AS x FROM t               | 8  | cast to numeric
          SELECT to_char(at - at, 'DD') AS x FROM t        | 8  | TO_CHAR of an interval
          SELECT to_char(at, s) AS x FROM t                | 20 | between quotes
          SELECT CASE WHEN b THEN a ELSE s END AS x FROM t | 8  | cannot be matched
          SELECT CASE a WHEN 'x' THEN 1 END AS x FROM t    | 20 | invalid input syntax
          SELECT CAST('x' AS int) AS x FROM t              | 13 | invalid input syntax for type integer
          SELECT DATE '2024-02-30' AS x FROM t             | 8  | out of range
          SELECT DATE 'yesterday' AS x FROM t              | 8  | is no ISO date
          SELECT a, 1 / 0 AS x FROM t                      | 11 | this always fails: division by zero
          SELECT a FROM t WHERE a = 10 / (5 - 5)           | 27 | this always fails
          SELECT s LIKE 'x' ESCAPE 'ab' AS x FROM t        | 15 | invalid escape
          SELECT s LIKE a AS x FROM t                      | 15 | LIKE takes text
          SELECT (a, n) AS x FROM t                        | 8  | rows of values
          SELECT a BETWEEN SYMMETRIC 1 AND 2 AS x FROM t   | 8  | SYMMETRIC
          SELECT round(d, 2) AS x FROM t                   | 8  | no function round(double precision, integer)
          SELECT s || a + 1 AS x FROM t                    | 8  | parentheses
          SELECT a + 1 || s AS x FROM t                    | 12 | parentheses
          SELECT a < n < d AS x FROM t                     | 8  | parentheses
          SELECT a FROM t FOR UPDATE                       | 21 | cannot read
          SELECT a FROM t WHERE                            | 17 | cannot read
          SELECT a, FROM t                                 | 9  | cannot read
          SELECT a FROM t; SELECT a FROM t                 | 16 | cannot read
          """)
  void shouldRefuseAtItsPlace(String sql, int column, String message) {
    List<SqlProblem> problems = problems(sql.trim());
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).message()).contains(message);
    assertThat(problems.get(0).line()).isEqualTo(1);
    assertThat(problems.get(0).column()).isEqualTo(column);
  }

  @Test
  void shouldReportAllProblemsInTheOrderOfTheText() {
    String sql =
        "SELECT a + s AS x,\n\t upper(a) AS \"Ü\",\r\n       date, now() AS y\nFROM t WHERE s < u";
    assertThat(problems(sql))
        .extracting(p -> p.line() + ":" + p.column())
        .containsExactly("3:8", "3:14");
    assertThat(problems(sql.replace("date, now()", "id, 1")))
        .extracting(p -> p.line() + ":" + p.column())
        .containsExactly("1:8", "2:3", "4:14");
  }

  @Test
  void shouldCountColumnsInTheUsersTextNotInTheParsers() {
    String sql = "SELECT id AS date, a AS timestamp, s + 1 AS x FROM t";
    assertThat(problems(sql)).containsExactly(problems(sql).get(0));
    assertThat(problems(sql).get(0).column()).isEqualTo(sql.indexOf("s + 1") + 1);
  }
}
