package io.crossfade.sql;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays against PostgreSQL. */
class ArrayDifferentialTest {

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
        "a[1]",
        "a[i]",
        "a[0]",
        "t[1]",
        "t[2]",
        "a[1][2]",
        "m[1]",
        "m[1][2]",
        "m[i][i]",
        "v[1]",
        "n[1]",
        "z[1]",
        "w[2]",
        "f[1]",
        "x[1]",
        "p[1]",
        "a[i + 1] + 1",
        "upper(t[1])",
        "a[1.4]",
        "a['1']",
        "cardinality(a)",
        "cardinality(m)",
        "array_length(a, 1)",
        "array_length(m, i)",
        "array_to_string(a, ',')",
        "array_to_string(t, '|', 'none')",
        "array_to_string(t, s)",
        "array_to_string(m, '-')",
        "array_to_string(t, ',', NULL)",
        "array_to_string(x, ',')",
        "string_to_array(s, ',')",
        "string_to_array(s, ',', '')",
        "string_to_array(s, NULL)",
        "string_to_array(s, '')",
        "string_to_array(s, s)",
        "string_to_array(s, 'a', 'b')",
        "a::text",
        "t::text",
        "m::text",
        "CAST(t AS text)",
        "n::text[]",
        "a::text[]",
        "a::bigint[]",
        "t::varchar(2)[]",
        "v::text[]",
        "x::text[]",
        "n::int[]",
        "a::numeric[]",
        "z::date[]",
        "CAST(a AS double precision[])",
        "a::numeric(5,1)[]",
        "m::text[]",
        "p::text[]",
        "ARRAY[1, 2, i]",
        "ARRAY[s, 'x', NULL]",
        "ARRAY[i, 1.5]",
        "ARRAY['a', 'b']",
        "ARRAY[v[1]]",
        "'{1,2}'::int[]",
        "'{a,\"b c\",NULL}'::text[]",
        "coalesce(a, ARRAY[1])",
        "a IS NULL",
        "i = ANY(a)",
        "i = ANY (ARRAY[1, 2, 3])",
        "s = ANY(t)",
        "'x' = ANY(t)",
        "3 = ANY(m)",
        "CASE WHEN i > 1 THEN a END",
        "(string_to_array(s, ','))[1]",
        "concat(a, s)",
        "array_to_string(string_to_array(s, 'b'), '')",
        "concat_ws(',', t, i)"
      })
  void shouldReadArrays(String expression) throws Exception {
    differential.compareWhereRead(
        expression,
        "a int_array:int4[]",
        "m int_matrix:int4[]",
        "t text_array:text[]",
        "v text_array:varchar(30)[]",
        "p text_array:char(30)[]",
        "n number_array:numeric[]",
        "f number_array:float8[]",
        "x bool_array:bool[]",
        "z time_array:timestamptz[]",
        "w time_array:date[]",
        "s text",
        "i tiny:int4");
  }
}
