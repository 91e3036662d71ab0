package io.crossfade.sql;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Casts against PostgreSQL. */
class CastDifferentialTest {

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
        "a::int4",
        "a::int8",
        "b::int2",
        "c::int4",
        "c::int2",
        "a::numeric",
        "c::numeric(10,2)",
        "b::numeric(3)",
        "c::float4",
        "c::float8",
        "b::real",
        "b::bool",
        "x::int4",
        "x::int",
        "n::int2",
        "n::int4",
        "n::int8",
        "n::numeric(10,2)",
        "n::numeric(40,5)",
        "m::numeric",
        "m::numeric(10,4)",
        "m::numeric(5,1)",
        "n::float8",
        "n::float4",
        "m::float8",
        "d::int4",
        "d::int8",
        "d::int2",
        "f::int8",
        "f::int4",
        "d::numeric",
        "f::numeric",
        "d::float4",
        "f::float8",
        "d::numeric(20,3)",
        "f::double precision",
        "d::float",
        "b::numeric(12,2)",
        "CAST(c AS BIGINT)",
        "CAST(b AS SMALLINT)",
        "CAST(n AS DECIMAL(20,4))",
        "CAST(b AS INTEGER)",
        "CAST(m * 100 AS BIGINT)",
        "(b + 0.5)::int"
      })
  void shouldCastNumbers(String expression) throws Exception {
    differential.compare(
        expression,
        "a int2",
        "b int4",
        "c int8",
        "n numeric",
        "m numeric(12,2)",
        "d float8",
        "f float4",
        "x bool");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "a::text",
        "c::varchar",
        "c::varchar(3)",
        "c::char(4)",
        "n::text",
        "m::varchar(5)",
        "d::text",
        "f::text",
        "d::varchar(4)",
        "x::text",
        "x::varchar(2)",
        "x::char",
        "t::text",
        "w::text",
        "z::text",
        "z::varchar(10)",
        "q::text",
        "q::varchar",
        "j::text",
        "l::text",
        "l::json",
        "g::text",
        "h::text",
        "v::text",
        "s::varchar",
        "s::varchar(3)",
        "v::varchar(2)",
        "v::varchar(20)",
        "s::char(4)",
        "s::char",
        "p::text",
        "p::varchar",
        "p::char(3)",
        "p::char(9)",
        "s::bpchar",
        "p::bpchar",
        "s::text::varchar(4)::char(6)::text",
        "CAST(c AS VARCHAR)",
        "CAST(s AS CHARACTER VARYING(2))",
        "CAST(d AS TEXT)",
        "'abc'::char(5)",
        "CAST('xyz' AS varchar(2))",
        "NULL::text",
        "length(s::char(5))",
        "CAST(NULL AS int)"
      })
  void shouldCastToText(String expression) throws Exception {
    differential.compare(
        expression,
        "a int2",
        "c int8",
        "n numeric",
        "m numeric(12,2)",
        "d float8",
        "f float4",
        "x bool",
        "t date",
        "w timestamp",
        "z timestamptz",
        "q uuid",
        "j json",
        "l jsonb",
        "g bytea",
        "h time",
        "s text",
        "v varchar(5)",
        "p char(5)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "s::int2",
        "s::int4",
        "s::int8",
        "s::numeric",
        "s::numeric(10,2)",
        "s::float8",
        "s::float4",
        "v::int4",
        "p::int4",
        "p::numeric"
      })
  void shouldReadNumbersFromText(String expression) throws Exception {
    differential.compareWhereRead(
        expression, "s numbers:text", "v numbers:varchar(9)", "p numbers:char(6)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"b::bool", "u::uuid", "j::json", "b::varchar(3)::bool"})
  void shouldReadOtherTypesFromText(String expression) throws Exception {
    differential.compare(expression, "b booleans:text", "u uuids:text", "j jsons:text");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "s::date",
        "s::timestamp",
        "s::timestamptz",
        "s::timestamp(3)",
        "s::timestamp(0) with time zone"
      })
  void shouldReadIsoTimesFromText(String expression) throws Exception {
    differential.compareWhereRead(expression, "s dates:text");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "t::timestamp",
        "t::timestamptz",
        "w::date",
        "z::date",
        "w::timestamptz",
        "z::timestamp",
        "w::timestamp(3)",
        "w::timestamp(0)",
        "z::timestamp(2) with time zone",
        "t::timestamp(1)",
        "t::date",
        "CAST(w AS timestamp with time zone)",
        "CAST(w AS timestamp without time zone)",
        "DATE '2024-02-29'",
        "TIMESTAMP '2024-02-29 01:02:03.5'",
        "CAST('2024-02-29' AS date)",
        "'2024-02-29 10:00:00+02'::timestamptz",
        "w::timestamp(6)",
        "z::text::timestamptz"
      })
  void shouldCastTimes(String expression) throws Exception {
    differential.compareWhereRead(expression, "t date", "w timestamp", "z timestamptz");
  }
}
