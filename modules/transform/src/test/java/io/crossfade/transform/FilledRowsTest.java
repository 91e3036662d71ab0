package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.core.target.Writing;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns of rows that others insert and delete. */
class FilledRowsTest {

  private ApplyBench bench;

  @BeforeEach
  void open() {
    bench = new ApplyBench();
    bench.database().execute("INSERT INTO public.new VALUES (1, 'ann', 1), (2, 'bob', 2)");
    bench.database().execute("TRUNCATE public.writes");
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Apply start(Writing writing) {
    RowMapper amounts =
        new TestMapper(
            ApplyBench.OLD,
            List.of("id", "amount"),
            row ->
                row.get(1).startsWith("x")
                    ? Optional.empty()
                    : Optional.of(Row.of(row.get(0), row.get(2))));
    return bench.start(
        bench.settings(
            new Mapping(
                amounts, bench.target().describe(ApplyBench.NEW).orElseThrow(), false, writing)),
        CommitHook.NONE);
  }

  /**
   * Fails where a delete of the past takes values from the row that has the key by now: that one is
   * in the log too, and may have been written with its values by code that knows the column.
   */
  @Test
  void shouldLeaveARowAloneWhoseKeyAnOlderOneHad() {
    Apply apply = start(Writing.OWN_COLUMNS);
    bench.raw.delete(ApplyBench.OLD, "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "x", "7");
    bench.raw.upsert(ApplyBench.OLD, "3", "not there", "8");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ann 1; 2 bob -");
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(1);
    assertThat(bench.count("SELECT count(*) FROM crossfade.displaced")).isZero();
  }

  /** Fails where a row that others keep has the values of an old one that is gone. */
  @Test
  void shouldTakeTheValuesBackOfWhatIsGone() {
    Apply apply = start(Writing.COLUMNS);
    bench.raw.upsert(ApplyBench.OLD, "1", "a", "5");
    bench.raw.upsert(ApplyBench.OLD, "2", "b", "6");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ann 5; 2 bob 6");
    bench.raw.delete(ApplyBench.OLD, "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "x", "6");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ann -; 2 bob -");
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(4);
  }
}
