package io.crossfade.sql;

import io.crossfade.sandbox.SharedSandbox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arithmetic against PostgreSQL. */
class ArithmeticDifferentialTest {

  private static Differential differential;
  private static Differential fewRows;

  @BeforeAll
  static void start() throws Exception {
    differential = new Differential();
    fewRows = new Differential(SharedSandbox.postgres18(), 120);
  }

  @AfterAll
  static void stop() throws Exception {
    differential.close();
    fewRows.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "a + b",
        "a - b",
        "a * b",
        "a / b",
        "a % b",
        "b + a",
        "b - a",
        "b * a",
        "b / a",
        "b % a",
        "a + c",
        "a - c",
        "a * c",
        "a / c",
        "a % c",
        "c + a",
        "c - a",
        "c * a",
        "c / a",
        "c % a",
        "b + c",
        "b - c",
        "b * c",
        "b / c",
        "b % c",
        "a + a",
        "a * a",
        "a - a",
        "a / a",
        "-a",
        "-b",
        "-c",
        "+a",
        "abs(a)",
        "abs(b)",
        "abs(c)",
        "mod(a, b)",
        "mod(c, a)",
        "a + 1",
        "1 - b",
        "c * 100",
        "b / 0.5",
        "a + '1'",
        "b * '3'",
        "-a * -b",
        "- -a",
        "b % 7",
        "b + 3000000000",
        "(a + b) * c",
        "a + b * c - a / b",
        "b - -5",
        "c + 1.5",
        "b + 1e3",
        "c / 5.",
        "b * .5",
        "round(b)",
        "ceil(c)",
        "floor(a)",
        "trunc(b)",
        "sign(a)",
        "round(b, -2)",
        "round(c, 1)"
      })
  void shouldComputeWithIntegers(String expression) throws Exception {
    differential.compare(expression, "a int2", "b int4", "c int8");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "n + m",
        "n - m",
        "n * m",
        "n / m",
        "n % m",
        "m / n",
        "-n",
        "+n",
        "abs(n)",
        "sign(n)",
        "ceil(n)",
        "ceiling(m)",
        "floor(n)",
        "round(n)",
        "round(n, 2)",
        "round(n, -3)",
        "round(n, i)",
        "trunc(n)",
        "trunc(n, 1)",
        "trunc(n, -2)",
        "trunc(n, i)",
        "mod(n, m)",
        "n + i",
        "i - n",
        "n * i",
        "n / i",
        "i / n",
        "n % i",
        "n + 0.10",
        "n * 100",
        "n / 3",
        "1 / n",
        "n / 7.00",
        "(n + m) / 2",
        "n * n * n",
        "m * 100",
        "n - n",
        "n + '1.5'"
      })
  void shouldComputeWithNumeric(String expression) throws Exception {
    differential.compare(expression, "n numeric", "m numeric(12,2)", "i tiny:int4");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "d + e",
        "d - e",
        "d * e",
        "d / e",
        "f + g",
        "f - g",
        "f * g",
        "f / g",
        "d + f",
        "f - d",
        "f * d",
        "d / f",
        "-d",
        "-f",
        "+d",
        "abs(d)",
        "abs(f)",
        "ceil(d)",
        "floor(d)",
        "round(d)",
        "trunc(d)",
        "sign(d)",
        "ceil(f)",
        "sign(f)",
        "d + i",
        "i * d",
        "f + i",
        "i / f",
        "d + n",
        "n * f",
        "d / 3",
        "d * 0.1",
        "d + '0.1'",
        "f / '3'",
        "d - d",
        "f * f"
      })
  void shouldComputeWithFloats(String expression) throws Exception {
    differential.compare(
        expression, "d float8", "e float8", "f float4", "g float4", "i int4", "n numeric(12,2)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "power(n, m)",
        "power(m, n)",
        "power(n, i)",
        "power(k, i)",
        "power(m, k)",
        "power(k, m)",
        "power(k, 0.5)",
        "power(abs(k), k)",
        "power(1.1, k)",
        "power(0.9999, k)",
        "power(k, 2)",
        "power(m, -1)",
        "power(2.0, i)",
        "power(10.0, k)",
        "power(n, 3)",
        "power(n, 0.5)",
        "power(abs(k), 1.5)",
        "POW(abs(m), 0.1)"
      })
  void shouldRaiseToPowers(String expression) throws Exception {
    fewRows.compareWhereRead(
        expression, "n numeric", "m numeric(8,3)", "i tiny:int4", "k numeric(5,2)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "to_char(m, '999,999.99')",
        "to_char(m, 'FM999,999.99')",
        "to_char(m, '00000.00')",
        "to_char(m, 'FM0.00')",
        "to_char(m, '9.9')",
        "to_char(m, '99999')",
        "to_char(m, 'FM99999')",
        "to_char(i, '999')",
        "to_char(i, '000')",
        "to_char(i, 'FM000')",
        "to_char(i, 'S99')",
        "to_char(i, '99MI')",
        "to_char(i, '99S')",
        "to_char(i, 'FM99MI')",
        "to_char(k, '990.000')",
        "to_char(k, 'FM990.099')",
        "to_char(k, '0,009.99')",
        "to_char(k, '9,999')",
        "to_char(k, 'S990.9')",
        "to_char(k, 'FM999.999MI')",
        "to_char(i, '9')",
        "to_char(k, '9.99S')"
      })
  void shouldFormatNumbers(String expression) throws Exception {
    differential.compareWhereRead(expression, "m numeric(8,3)", "i tiny:int4", "k numeric(5,2)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "power(i, 2)",
        "power(d, i)",
        "power(2, i)",
        "power(i, i)",
        "power(d, e)",
        "power(f, i)"
      })
  void shouldRaiseFloatsWhereTheResultIsExact(String expression) throws Exception {
    differential.compareWhereRead(
        expression, "d float8", "e float8", "f tiny:float8", "i tiny:int4");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"t + i", "i + t", "t - i", "t - u", "t + 1", "t - '2024-01-01'"})
  void shouldComputeWithDates(String expression) throws Exception {
    differential.compare(expression, "t date", "u date", "i tiny:int4");
  }
}
