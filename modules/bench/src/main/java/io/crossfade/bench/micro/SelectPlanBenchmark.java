package io.crossfade.bench.micro;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A row through a SELECT: one that passes all on, and one with a function, a cast and a filter. */
@State(Scope.Benchmark)
public class SelectPlanBenchmark {

  private final SelectPlan plain =
      plan("SELECT id, name, email, note, created_at, amount, data FROM public.events");
  private final SelectPlan transforming =
      plan(
          "SELECT id, UPPER(name) AS name, email, note, created_at,"
              + " CAST(amount * 100 AS bigint) AS amount, data"
              + " FROM public.events WHERE MOD(id, 10) <> 0");
  private final Row row = SampleRow.row();

  @Benchmark
  public Optional<Row> plain() throws EvaluationException {
    return plain.evaluate(row);
  }

  @Benchmark
  public Optional<Row> transforming() throws EvaluationException {
    return transforming.evaluate(row);
  }

  private static SelectPlan plan(String sql) {
    try {
      return new SqlCompiler(table -> Optional.of(SampleRow.TABLE)).compile(sql);
    } catch (SqlException e) {
      throw new IllegalStateException("The benchmark's SELECT is refused", e);
    }
  }
}
