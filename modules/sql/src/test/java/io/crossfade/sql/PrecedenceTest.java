package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.problem.SqlException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which operators bind closer: as in PostgreSQL, or refused. */
class PrecedenceTest {

  private static final String[] COLUMNS = {
    "a tiny:int4", "b tiny:int4", "x bool", "y bool", "s text", "u text"
  };

  private static final List<String> NUMBERS = List.of("a", "b", "1", "-b", "2", "a::int8");
  private static final List<String> BOOLEANS = List.of("x", "y", "NOT x", "TRUE", "x IS TRUE");
  private static final List<String> TEXTS = List.of("s", "u", "'x'", "a::text", "upper(s)");
  private static final List<String> ARITHMETIC = List.of("+", "-", "*", "%");
  private static final List<String> COMPARISONS = List.of("=", "<>", "<", ">=", "IS DISTINCT FROM");
  private static final List<String> LOGIC = List.of("AND", "OR", "=", "<>", "IS DISTINCT FROM");

  private static Differential differential;

  @BeforeAll
  static void start() throws Exception {
    differential = new Differential(SharedSandbox.postgres18(), 60);
  }

  @AfterAll
  static void stop() throws Exception {
    differential.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "a + b::bigint",
        "a * b + 2",
        "a - b - 2",
        "-a::int8",
        "- a * b",
        "NOT x = y",
        "NOT x AND y",
        "x OR y AND x",
        "a + 1 > b AND NOT x",
        "s || u LIKE 'x%'",
        "s || 'x' || u = u",
        "a + b IS NULL",
        "a = b IS NULL",
        "a BETWEEN 1 AND 2 AND x",
        "NOT a BETWEEN 1 AND 2",
        "a IN (1, 2) = x",
        "s LIKE 'a%' = y",
        "NOT s LIKE 'a%' OR x",
        "s || (a + 1)",
        "(s || a)::varchar(3)",
        "a % b * 2",
        "a = b OR a < b IS TRUE",
        "x = NOT y"
      })
  void shouldBindAsPostgresDoes(String expression) throws Exception {
    try {
      differential.compare(expression, COLUMNS);
    } catch (SqlException refused) {
      assertThat(refused).hasMessageContaining("parentheses");
    }
  }

  @Test
  void shouldReadACastCloserThanAnAddition() throws Exception {
    // Calcite 1.42 reads it as (a + b)::bigint, which is an integer overflow here.
    SelectPlan plan =
        TestTables.compiler()
            .compile("SELECT abalance + bid::bigint AS x FROM public.pgbench_accounts");
    assertThat(plan.evaluate(Row.of("1", "2147483647", "2147483647", null)))
        .contains(Row.of("4294967294"));
  }

  @Test
  void shouldNeverGroupAnotherWayThanPostgres() throws Exception {
    Random random = new Random(20260101);
    int taken = 0;
    for (int i = 0; i < 1500 && taken < 60; i++) {
      String expression = anything(random, 2 + random.nextInt(3));
      try {
        differential.compare(expression, COLUMNS);
        taken++;
      } catch (SqlException refused) {
        assertThat(refused.problems()).isNotEmpty();
      }
    }
    assertThat(taken).isEqualTo(60);
  }

  private static String anything(Random random, int length) {
    StringBuilder text = new StringBuilder(comparable(random));
    for (int i = 0; i < length; i++) {
      text.append(' ').append(pick(random, LOGIC)).append(' ').append(comparable(random));
      if (random.nextInt(5) == 0) {
        text.append(pick(random, List.of(" IS NULL", " IS NOT TRUE", " IS FALSE")));
      }
    }
    return text.toString();
  }

  private static String comparable(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> pick(random, BOOLEANS);
      case 1 -> chain(random, TEXTS, List.of("||", "||", "+")) + " LIKE '%a'";
      case 2 ->
          chain(random, TEXTS, List.of("||"))
              + " "
              + pick(random, List.of("=", "<>"))
              + " "
              + chain(random, TEXTS, List.of("||", "LIKE"));
      case 3 -> chain(random, NUMBERS, ARITHMETIC) + " IN (1, 2)";
      default ->
          chain(random, NUMBERS, ARITHMETIC)
              + " "
              + pick(random, COMPARISONS)
              + " "
              + chain(random, NUMBERS, ARITHMETIC);
    };
  }

  private static String chain(Random random, List<String> operands, List<String> operators) {
    StringBuilder text = new StringBuilder(pick(random, operands));
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append(' ').append(pick(random, operators)).append(' ').append(pick(random, operands));
    }
    return text.toString();
  }

  private static String pick(Random random, List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
