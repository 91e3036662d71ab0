package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SqlCompilerTest {

  private static final String ACCOUNTS =
      "SELECT aid AS account_id, 'B' || CAST(bid AS VARCHAR) AS branch, CAST(abalance AS BIGINT) *"
          + " 100 AS balance_cents, TRIM(filler) AS note FROM public.pgbench_accounts";

  private static final String HISTORY =
      "SELECT id, aid AS account_id, delta, mtime AS at, delta > 0 AS big FROM"
          + " public.pgbench_history WHERE delta <> 0";

  private static final String SUBSCRIPTIONS =
      """
      SELECT s.id, s.customer_id, UPPER(s.plan) AS plan, CAST(s.amount * 100 AS BIGINT) AS amount_cents
      FROM public.customer_subscriptions s
      WHERE s.deleted_at IS NULL
      """;

  @Test
  void shouldMapAccounts() throws Exception {
    SelectPlan plan = TestTables.compiler().compile(ACCOUNTS);
    assertThat(plan.evaluate(Row.of("1", "7", "-2000000000", "x" + " ".repeat(83))))
        .contains(Row.of("1", "B7", "-200000000000", "x"));
    assertThat(plan.evaluate(Row.of("1", null, null, null)))
        .contains(Row.of("1", null, null, null));
    assertThat(plan.columns())
        .extracting(OutputColumn::name, OutputColumn::type)
        .containsExactly(
            tuple("account_id", PgTypes.INT4),
            tuple("branch", PgTypes.TEXT),
            tuple("balance_cents", PgTypes.INT8),
            tuple("note", PgTypes.TEXT));
    assertThat(plan.columns().get(0).passedFrom()).contains("aid");
    assertThat(plan.columns().get(0).injectiveOf()).contains("aid");
    assertThat(plan.columns().get(1).injectiveOf()).isEmpty();
    assertThat(plan.inputColumns(plan.source().id()))
        .containsExactly("aid", "bid", "abalance", "filler");
  }

  @Test
  void shouldMapAndFilterHistory() throws Exception {
    SelectPlan plan = TestTables.compiler().compile(HISTORY);
    Row in = Row.of("3", "2", "1", "-5", "2024-05-06 07:08:09.1", null, "99");
    assertThat(plan.evaluate(in)).contains(Row.of("99", "1", "-5", "2024-05-06 07:08:09.1", "f"));
    assertThat(plan.evaluate(Row.of("3", "2", "1", "0", null, null, "99"))).isEmpty();
    assertThat(plan.evaluate(Row.of("3", "2", "1", null, null, null, "99"))).isEmpty();
    assertThat(plan.inputColumns(plan.source().id()))
        .containsExactly("aid", "delta", "mtime", "id");
  }

  @Test
  void shouldMapSubscriptions() throws Exception {
    SelectPlan plan = TestTables.compiler().compile(SUBSCRIPTIONS);
    assertThat(plan.evaluate(Row.of("1", "2", "groß", "12.34", null)))
        .contains(Row.of("1", "2", "GROß", "1234"));
    assertThat(plan.evaluate(Row.of("1", "2", "x", "1.00", "2024-01-01 00:00:00+00"))).isEmpty();
  }

  @Test
  void shouldPassEverythingOnWithAStar() throws Exception {
    for (String star : List.of("*", "audit.*", "id, data, kind, at")) {
      SelectPlan plan = TestTables.compiler().compile("SELECT " + star + " FROM public.audit;");
      Row row = Row.of("1", "{\"a\": 1}", "login", null);
      assertThat(plan.evaluate(row)).contains(row);
      assertThat(plan.columns())
          .extracting(OutputColumn::passedFrom)
          .containsExactly(
              Optional.of("id"), Optional.of("data"), Optional.of("kind"), Optional.of("at"));
    }
  }

  @Test
  void shouldEvaluateTheKeyOfADeletedRow() throws Exception {
    SelectPlan plan =
        TestTables.compiler()
            .compile(
                "SELECT CAST(id AS text) AS key, delta > 0 AS big FROM"
                    + " pgbench_history WHERE delta <> 0");
    Row onlyTheKey = Row.of(null, null, null, null, null, null, "42");
    assertThat(plan.evaluateColumns(List.of("key"), onlyTheKey)).isEqualTo(Row.of("42"));
  }

  @Test
  void shouldPatchOnlyTheTableInTheOraclesText() throws Exception {
    assertThat(oracle("SELECT a.id  /* kept */ FROM\n public.audit AS a"))
        .isEqualTo("SELECT a.id  /* kept */ FROM\n \"other\".\"audit_old\" AS a");
    assertThat(oracle("SELECT audit.id FROM audit WHERE audit.id > 1"))
        .isEqualTo("SELECT audit.id FROM \"other\".\"audit_old\" AS \"audit\" WHERE audit.id > 1");
    assertThat(oracle("SELECT \"at\", id AS date FROM \"public\".\"audit\""))
        .isEqualTo("SELECT \"at\", id AS date FROM \"other\".\"audit_old\" AS \"audit\"");
  }

  @Test
  void shouldGiveTheOracleATextThatFitsIntoParentheses() throws Exception {
    assertThat(oracle("SELECT id FROM audit WHERE id > 1 ; -- the end"))
        .isEqualTo("SELECT id FROM \"other\".\"audit_old\" AS \"audit\" WHERE id > 1");
  }

  @Test
  void shouldNotFailOnARowThatAnotherConditionRulesOut() throws Exception {
    SelectPlan plan =
        TestTables.compiler()
            .compile("SELECT id FROM pgbench_history WHERE 10 / delta > 2 AND delta <> 0");
    assertThat(plan.evaluate(Row.of(null, null, null, "0", null, null, "1"))).isEmpty();
    assertThat(plan.evaluate(Row.of(null, null, null, "3", null, null, "1"))).isPresent();
  }

  @Test
  void shouldSayWhereARowFailed() throws Exception {
    SelectPlan plan =
        TestTables.compiler()
            .compile(
                "SELECT id, 1 / tid AS ratio FROM pgbench_history WHERE CAST(bid AS smallint) > 0");
    Row zero = Row.of("0", "1", null, null, null, null, "1");
    assertThatThrownBy(() -> plan.evaluate(zero))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> {
              assertThat(e.sqlState()).isEqualTo("22012");
              assertThat(e.column()).contains("ratio");
            });
    Row large = Row.of("1", "40000", null, null, null, null, "1");
    assertThatThrownBy(() -> plan.evaluate(large))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> {
              assertThat(e.sqlState()).isEqualTo("22003");
              assertThat(e.column()).isEmpty();
            });
  }

  private static String oracle(String sql) throws SqlException {
    return TestTables.compiler()
        .compile(sql)
        .oracleSql(id -> new TableId("other", id.name() + "_old"));
  }
}
