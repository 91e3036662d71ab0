package io.crossfade.sql;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions and patterns over text against PostgreSQL. */
class TextDifferentialTest {

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
        "s || u",
        "s || v",
        "s || c",
        "c || s",
        "v || c",
        "c || v",
        "c || c",
        "s || 'x'",
        "'x' || c",
        "s || i",
        "i || s",
        "'B' || i",
        "s || b",
        "b || 'x'",
        "s || n",
        "f || s",
        "s || t",
        "z || s",
        "s || NULL",
        "i || '-' || s",
        "s || q",
        "s || j",
        "c || i",
        "upper(s)",
        "lower(s)",
        "initcap(s)",
        "upper(c)",
        "lower(v)",
        "initcap(c)",
        "upper('groß')",
        "trim(s)",
        "trim(c)",
        "trim(BOTH 'a' FROM s)",
        "trim(LEADING 'ab' FROM s)",
        "trim(TRAILING FROM s)",
        "trim(u FROM s)",
        "btrim(s)",
        "btrim(s, u)",
        "ltrim(s, 'ax')",
        "ltrim(s)",
        "rtrim(s)",
        "rtrim(c, 'x')",
        "rtrim(s, u)",
        "length(s)",
        "length(c)",
        "length(v)",
        "char_length(c)",
        "character_length(s)",
        "reverse(s)",
        "reverse(c)",
        "md5(s)",
        "md5(c)",
        "replace(s, 'a', 'bb')",
        "replace(s, u, '-')",
        "replace(s, '', 'x')",
        "translate(s, 'abc', 'xy')",
        "translate(s, u, v)",
        "substring(s FROM 2 FOR 3)",
        "substring(s, i)",
        "substring(s, i, 2)",
        "substring(s FROM 2)",
        "substr(s, 2)",
        "substr(s, i, k)",
        "left(s, i)",
        "right(s, i)",
        "left(c, 2)",
        "right(v, -1)",
        "split_part(s, ',', 1)",
        "split_part(s, ',', i)",
        "split_part(s, u, 2)",
        "split_part(s, '', i)",
        "lpad(s, 5)",
        "rpad(s, 5)",
        "lpad(s, i, 'xy')",
        "rpad(s, i, u)",
        "lpad(c, 7, 'é')",
        "rpad(s, 3, '')",
        "position('a' IN s)",
        "position(u IN s)",
        "strpos(s, u)",
        "strpos(c, ' ')",
        "concat(s, u)",
        "concat(c, i, b, f, n, t, z, q, j)",
        "concat(s)",
        "concat_ws(',', s, u, i)",
        "concat_ws(s, u, b)",
        "concat_ws(c, s, c)",
        "concat_ws(NULL, s)",
        "concat('x', NULL, s)",
        "upper(s || lower(u))",
        "lpad('x', i)",
        "substring(s, -1, 3)",
        "length(s) + i",
        "left(upper(trim(c)), 3) || '.'"
      })
  void shouldComputeWithText(String expression) throws Exception {
    differential.compare(
        expression,
        "s text",
        "u text",
        "v varchar(7)",
        "c char(6)",
        "i tiny:int4",
        "k int4",
        "b bool",
        "n numeric(6,2)",
        "f float8",
        "t date",
        "z timestamptz",
        "q uuid",
        "j json");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "s LIKE u",
        "s NOT LIKE u",
        "s ILIKE u",
        "s NOT ILIKE u",
        "s LIKE '%a%'",
        "s LIKE '_b%'",
        "c LIKE 'abc%'",
        "c LIKE 'abc'",
        "c LIKE '%  '",
        "v LIKE c",
        "s ILIKE 'ABC%'",
        "s ILIKE 'GROSS' OR s ILIKE 'groß'",
        "s LIKE 'a!%b' ESCAPE '!'",
        "s LIKE u ESCAPE ''",
        "s LIKE '%x%' ESCAPE 'x'",
        "s LIKE u ESCAPE 'a'",
        "s LIKE u ESCAPE v",
        "s LIKE '%\\%%'",
        "s LIKE '%\\'",
        "s ILIKE u ESCAPE 'A'",
        "s LIKE '%_%_%'",
        "s LIKE 'a%b%c%'",
        "c ILIKE u",
        "s LIKE '%' ESCAPE '%'",
        "s LIKE '__' ESCAPE '_'",
        "s NOT LIKE '%a'",
        "s LIKE '%é%'",
        "s LIKE v || '%'",
        "s ILIKE 'ελλάς%'"
      })
  void shouldMatchPatterns(String expression) throws Exception {
    differential.compare(expression, "s text", "u text", "v varchar(3)", "c char(6)");
  }
}
