package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyTest {

  private ApplyBench bench;

  @BeforeEach
  void open() {
    bench = new ApplyBench();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void shouldKeepTheNewTableEqualToItsSelect() {
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "5");
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", null);
    bench.raw.upsert(ApplyBench.OLD, "3", "eve", "-1");
    Apply apply = bench.start();
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ANN 5; 2 BOB -");

    bench.raw.upsert(ApplyBench.OLD, "1", "anna", "6");
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", "-7");
    bench.raw.upsert(ApplyBench.OLD, "3", "eve", "1");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ANNA 6; 3 EVE 1");

    bench.raw.delete(ApplyBench.OLD, "1");
    bench.raw.delete(ApplyBench.OLD, "99");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("3 EVE 1");
    assertThat(apply.state()).isEqualTo(new ApplyState.Running());
  }

  @Test
  void shouldWriteTheLastRowOfAKeyOnly() {
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 500; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("7", "n" + i, "" + i));
          }
          bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("8", "x", "1"));
          bench.raw.write(ApplyBench.OLD, Operation.DELETE, Row.of("8", null, null));
        });
    bench.awaitAll(bench.start());
    assertThat(bench.rows()).isEqualTo("7 N499 499");
    assertThat(bench.count("SELECT count(*) FROM public.writes WHERE id = 7")).isLessThan(10);
  }
}
