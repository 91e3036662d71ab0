package io.crossfade.sql;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON against PostgreSQL. */
class JsonDifferentialTest {

  private static final String[] COLUMNS = {
    "j json", "b jsonb", "w written:json", "s jsons:text", "t written:text", "k keys:text"
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
        "s::jsonb",
        "t::jsonb",
        "t::json",
        "w::jsonb",
        "j::jsonb",
        "b::json",
        "b::text",
        "CAST(t AS jsonb)",
        "jsonb_extract_path(b, 'a')",
        "jsonb_extract_path(t::jsonb, 'a')",
        "jsonb_extract_path(t::jsonb, 'a', 'b')",
        "jsonb_extract_path(t::jsonb, k)",
        "jsonb_extract_path_text(t::jsonb, k)",
        "jsonb_extract_path_text(t::jsonb, 'a')",
        "jsonb_extract_path_text(t::jsonb, 'a', k)",
        "jsonb_extract_path_text(t::jsonb, k, '0')",
        "jsonb_extract_path_text(b, '0')",
        "jsonb_extract_path_text(b, NULL)",
        "json_extract_path(w, 'a')",
        "json_extract_path(w, k)",
        "json_extract_path_text(w, k)",
        "json_extract_path_text(w, 'a', 'b')",
        "json_extract_path_text(w, 'a', k)",
        "json_extract_path(w, 'a', k)",
        "json_extract_path_text(j, 'a')",
        "jsonb_array_length(t::jsonb)",
        "json_array_length(w)",
        "jsonb_typeof(t::jsonb)",
        "json_typeof(w)",
        "jsonb_array_length(jsonb_extract_path(t::jsonb, 'a'))",
        "upper(jsonb_extract_path_text(t::jsonb, 'a'))"
      })
  void shouldReadJson(String expression) throws Exception {
    differential.compare(expression, COLUMNS);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "json_value(w::jsonb, '$.a')",
        "json_value(w, '$.a')",
        "JSON_VALUE(t::jsonb, '$')",
        "JSON_VALUE(t::jsonb, '$.a.b')",
        "JSON_VALUE(t::jsonb, '$.\"a b\"')",
        "JSON_VALUE(t::jsonb, '$[0]')",
        "JSON_VALUE(t::jsonb, '$.a[1]')",
        "JSON_VALUE(t::jsonb, '$[0].a')",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING int)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING numeric)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING boolean)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING float8)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING varchar)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING text)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING date)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING timestamptz)",
        "JSON_VALUE(t::jsonb, '$.a' RETURNING bigint)",
        "(t::jsonb)::int",
        "(t::jsonb)::numeric",
        "(t::jsonb)::bool",
        "(t::jsonb)::float8",
        "CAST(jsonb_extract_path(t::jsonb, 'a') AS smallint)",
        "jsonb_extract_path(t::jsonb, 'a')::bigint",
        "jsonb_extract_path(t::jsonb, 'a')::real"
      })
  void shouldTakeScalarsOutOfJson(String expression) throws Exception {
    differential.compareWhereRead(expression, COLUMNS);
  }
}
