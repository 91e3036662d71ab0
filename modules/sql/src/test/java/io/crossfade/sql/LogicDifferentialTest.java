package io.crossfade.sql;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparisons, logic and choices against PostgreSQL. */
class LogicDifferentialTest {

  private static final String[] COLUMNS = {
    "a int2",
    "b tiny:int4",
    "c int8",
    "n numeric",
    "m numeric(8,2)",
    "d float8",
    "f float4",
    "s text",
    "u text",
    "v varchar(5)",
    "p char(5)",
    "o char(8)",
    "x bool",
    "y bool",
    "t date",
    "w timestamp",
    "z timestamptz",
    "q uuid",
    "r uuid",
    "g bytea",
    "h time"
  };

  private static Differential differential;

  @BeforeAll
  static void start() throws Exception {
    differential = new Differential();
  }

  @AfterAll
  static void stop() throws Exception {
    differential.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "a = b",
        "a <> c",
        "a < b",
        "b <= c",
        "c > a",
        "b >= a",
        "a != b",
        "n = m",
        "n < m",
        "n >= b",
        "b = n",
        "c > n",
        "d = f",
        "d < f",
        "f >= d",
        "d > n",
        "d = b",
        "f < c",
        "d = d",
        "d <> d",
        "n = n",
        "f > 0.1",
        "d = '0'",
        "s = u",
        "s <> u",
        "s = v",
        "v = u",
        "v = p",
        "p = v",
        "p = s",
        "s = p",
        "p = o",
        "p <> o",
        "p = 'abc'",
        "p = 'abc  '",
        "s = 'abc'",
        "v = 'abc'",
        "x = y",
        "x < y",
        "x >= y",
        "x = 't'",
        "t = w",
        "t < z",
        "w > z",
        "w = t",
        "z >= t",
        "t < '2010-01-01'",
        "w > '2010-01-01 00:00:00'",
        "z <= TIMESTAMP '2010-01-01'",
        "t = DATE '2024-02-03'",
        "q = r",
        "q < r",
        "q = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "g = g",
        "g < g",
        "h < h",
        "h = h",
        "b = '3'",
        "b < 2.5",
        "c = 3",
        "a = 1",
        "n = 1.0",
        "t <= t",
        "w <> w",
        "z = z",
        "-b < 3",
        "b + 1 > a"
      })
  void shouldCompare(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "x AND y",
        "x OR y",
        "NOT x",
        "x AND NOT y OR y",
        "NOT (x OR y)",
        "x AND NULL",
        "x OR NULL",
        "NULL AND x",
        "x IS TRUE",
        "x IS NOT TRUE",
        "x IS FALSE",
        "x IS NOT FALSE",
        "x IS UNKNOWN",
        "x IS NOT UNKNOWN",
        "x IS NULL",
        "s IS NOT NULL",
        "NULL IS NULL",
        "b > 0 AND 10 / b > 2",
        "b = 0 OR 10 / b > 2",
        "b IS DISTINCT FROM a",
        "b IS NOT DISTINCT FROM 3",
        "s IS DISTINCT FROM u",
        "p IS DISTINCT FROM 'abc'",
        "n IS DISTINCT FROM m",
        "d IS NOT DISTINCT FROM d",
        "b IS DISTINCT FROM NULL",
        "x IS DISTINCT FROM y",
        "b IN (1, 2, 3)",
        "b NOT IN (1, 2)",
        "b IN (1, NULL)",
        "b NOT IN (1, NULL)",
        "b IN (a, c)",
        "b IN (1, 2.5)",
        "n IN (0, 1, b)",
        "s IN ('a', 'abc')",
        "s NOT IN (u, v)",
        "p IN ('abc', 'a')",
        "p IN (s, 'a')",
        "b IN ('1', '2')",
        "b IN (3)",
        "d IN (0, 0.1)",
        "t IN ('2024-01-01', '2000-02-29')",
        "x IN (y, true)",
        "v IN ('a', p)",
        "b BETWEEN 1 AND 3",
        "b NOT BETWEEN a AND c",
        "n BETWEEN m AND 10",
        "t BETWEEN t AND w",
        "b BETWEEN 3 AND 1",
        "b BETWEEN '1' AND '3'",
        "b BETWEEN NULL AND 2",
        "d NOT BETWEEN 0 AND 1",
        "(x IS NULL) = (y IS NULL)",
        "b IN (1) AND x",
        "NOT b IN (1, 2)",
        "NOT b = 1",
        "x = (b > 1)",
        "TRUE",
        "FALSE OR x"
      })
  void shouldThinkInThreeValues(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "CASE WHEN x THEN b END",
        "CASE WHEN x THEN 1 ELSE 2.50 END",
        "CASE WHEN x THEN m ELSE 0 END",
        "CASE WHEN x THEN m ELSE m END",
        "CASE b WHEN 1 THEN 'one' WHEN 2 THEN 'two!' END",
        "CASE WHEN x THEN 'a' ELSE 'bbb' END",
        "CASE WHEN x THEN v ELSE v END",
        "CASE WHEN x THEN v ELSE s END",
        "CASE WHEN x THEN p ELSE s END",
        "CASE WHEN x THEN s ELSE p END",
        "CASE WHEN x THEN p ELSE o END",
        "CASE WHEN b = 0 THEN 0 ELSE 10 / b END",
        "CASE WHEN x THEN t ELSE w END",
        "CASE WHEN x THEN w ELSE z END",
        "CASE WHEN x THEN a ELSE c END",
        "CASE WHEN x THEN f ELSE n END",
        "CASE WHEN x THEN b ELSE f END",
        "CASE WHEN x THEN NULL ELSE b END",
        "CASE s WHEN u THEN 1 ELSE 0 END",
        "CASE WHEN x THEN '1' ELSE b END",
        "CASE WHEN x IS NULL THEN 'n' WHEN x THEN 't' ELSE v END",
        "COALESCE(b, 0)",
        "COALESCE(m, 0)",
        "COALESCE(m, 0.000)",
        "COALESCE(a, b, c)",
        "COALESCE(s, '')",
        "COALESCE(v, 'x')",
        "COALESCE(p, 'x')",
        "COALESCE(p, s)",
        "COALESCE(s, p)",
        "COALESCE(v, v)",
        "COALESCE(NULL, s)",
        "COALESCE(n, d)",
        "COALESCE(t, w)",
        "COALESCE(m, m)",
        "COALESCE(b, 10 / b)",
        "COALESCE(NULL, 'x')",
        "COALESCE(z, '2024-01-01')",
        "COALESCE(q, r)",
        "COALESCE(p, s) || '|'",
        "NULLIF(b, 0)",
        "NULLIF(b, c)",
        "NULLIF(s, '')",
        "NULLIF(p, 'abc')",
        "NULLIF(m, 0)",
        "NULLIF(v, s)",
        "NULLIF(v, p)",
        "NULLIF(1, n)",
        "NULLIF(d, 0)",
        "NULLIF(x, y)",
        "NULLIF('x', s)",
        "GREATEST(a, b, c)",
        "LEAST(a, b)",
        "GREATEST(n, m, 1)",
        "LEAST(d, f)",
        "GREATEST(b, NULL)",
        "GREATEST(t, w)",
        "LEAST(z, w)",
        "LEAST(x, y)",
        "GREATEST(q, r)",
        "GREATEST(m, m)",
        "LEAST(b, 2.5)",
        "GREATEST(b, '7')",
        "10 / NULLIF(b, 0)"
      })
  void shouldChoose(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "SELECT row_id AS id, 'B' || CAST(b AS VARCHAR) AS branch, CAST(b AS BIGINT) * 100 AS cents,"
            + " TRIM(p) AS note FROM public.t WHERE b IS NOT NULL",
        "SELECT row_id, b AS delta, w AS at, b > 0 AS big FROM public.t WHERE b <> 0",
        "SELECT s.row_id, UPPER(s.s) AS plan, CAST(s.b * 100 AS BIGINT) AS cents FROM t s"
            + " WHERE s.z IS NULL",
        "SELECT * FROM public.t WHERE x OR s LIKE '%a%' AND NOT y",
        "SELECT t.*, COALESCE(s, 'none') AS s2 FROM t WHERE p = 'abc' OR m BETWEEN 0 AND 1000",
        "SELECT row_id AS date, t AS \"Timestamp\", x AS values FROM t WHERE NOT x;"
      })
  void shouldSelectTheSameRows(String sql) throws Exception {
    differential.compareSelect(sql, COLUMNS);
  }
}
