package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.OrphanDelete;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyTest {

  private static final TableId NEW = new TableId("public", "new");

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

  @Test
  void shouldCopyTheFirstLoadAndUpsertWhatChangedMeanwhile() {
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 4_000; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.LOAD, Row.of("" + i, "r" + i, "" + i));
          }
          bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("17", "changed", "1"));
          bench.raw.write(ApplyBench.OLD, Operation.DELETE, Row.of("18", null, null));
        });
    Apply apply = bench.start();
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(3_999);
    assertThat(bench.database().query("SELECT name FROM public.new WHERE id IN (17, 18)"))
        .containsExactly("CHANGED");
    Statistics.TableCounts counts = apply.statistics().tables().get(NEW);
    assertThat(counts.copied()).isGreaterThan(3_000);
    assertThat(counts.met()).isZero();
  }

  @Test
  void shouldUpsertTheFirstLoadWhereARowIsThereAlready() {
    bench.database().execute("INSERT INTO public.new VALUES (2500, 'foreign', 0)");
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 4_000; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.LOAD, Row.of("" + i, "r" + i, "" + i));
          }
        });
    Apply apply = bench.start();
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(4_000);
    assertThat(bench.database().query("SELECT name FROM public.new WHERE id = 2500"))
        .containsExactly("R2500");
    assertThat(apply.statistics().tables().get(NEW).met()).isPositive();
  }

  /**
   * Fails where the delete is taken for a barrier, or does not ask for its table and its mapping.
   */
  @Test
  void shouldDeleteARowThatNoOldRowMakesWhileItsMappingIsTheSame() {
    Apply apply = bench.start();
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "1");
    bench.awaitAll(apply);
    bench.database().execute("INSERT INTO public.new VALUES (5, 'planted', 0), (6, 'other', 0)");
    bench.raw.orphan(ApplyBench.OLD, new OrphanDelete(NEW, "", List.of("5")));
    bench.raw.orphan(ApplyBench.OLD, new OrphanDelete(NEW, "of another SELECT", List.of("1")));
    bench.raw.orphan(
        ApplyBench.OLD, new OrphanDelete(new TableId("public", "x"), "", List.of("6")));
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ANN 1; 6 other 0");
  }

  /**
   * Fails where a flow whose turn is over is asked again and again while it is held: the switch
   * waits for it, and nobody writes meanwhile.
   */
  @Test
  void shouldBeHeldAtOnceWhereItIsSealedAndGoOn() throws Exception {
    Apply.Settings settings = bench.settings(bench.mapping(true));
    String group = settings.names().applyGroup();
    Apply apply = bench.start(settings, CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "1");
    bench.awaitAll(apply);
    bench.target().seal(group);
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", "2");
    Eventually.until(
        "it is not let in",
        Duration.ofSeconds(60),
        () -> apply.state() instanceof ApplyState.WaitingForTarget,
        () -> apply.state().toString());

    long before = System.nanoTime();
    apply.hold();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    assertThat(apply.state()).isEqualTo(new ApplyState.Held());
    assertThat(bench.rows()).isEqualTo("1 ANN 1");

    bench.target().unseal(group);
    apply.goOn();
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ANN 1; 2 BOB 2");
  }

  @Test
  void shouldFeedSeveralNewTablesFromOneOldOne() {
    bench.database().execute("CREATE TABLE public.names (id bigint PRIMARY KEY, name text)");
    Mapping names =
        new Mapping(
            new TestMapper(
                ApplyBench.OLD,
                List.of("name", "id"),
                row -> Optional.of(Row.of(row.get(1), row.get(0)))),
            bench.target().describe(new TableId("public", "names")).orElseThrow(),
            true);
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "5");
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", "-5");
    bench.raw.upsert(ApplyBench.OLD, "3", "eve", "-5");
    bench.raw.delete(ApplyBench.OLD, "3");
    bench.awaitAll(bench.start(bench.settings(bench.mapping(true), names), CommitHook.NONE));
    assertThat(bench.rows()).isEqualTo("1 ANN 5");
    assertThat(bench.database().query("SELECT id || name FROM public.names ORDER BY id"))
        .containsExactly("1ann", "2bob");
  }

  @Test
  void shouldApplyARowOf32Megabytes() {
    bench.database().execute("ALTER TABLE public.new ALTER COLUMN name TYPE text");
    String large = "x".repeat(32 * 1024 * 1024);
    bench.raw.upsert(ApplyBench.OLD, "1", large, "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "small", "1");
    bench.awaitAll(bench.start());
    assertThat(bench.database().query("SELECT length(name) FROM public.new ORDER BY id"))
        .containsExactly("33554432", "5");
  }

  @Test
  void shouldWriteNothingWhenNothingComes() {
    Apply apply = bench.start();
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "1");
    bench.awaitAll(apply);
    // Streams commits of its own once it has passed the marker of the last transaction.
    long[] last = {0, System.nanoTime()};
    Eventually.until(
        "no commit for some of Streams' own intervals",
        () -> {
          long commits = apply.statistics().commits();
          if (commits != last[0]) {
            last[0] = commits;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > 3_000_000L * StreamsSettings.COMMIT_INTERVAL_MS;
        },
        () -> last[0]);
  }

  @Test
  void shouldCountWhatItDoesAndHowFarItIsBehind() {
    Apply apply = bench.start();
    for (int i = 0; i < 20; i++) {
      bench.raw.upsert(ApplyBench.OLD, "" + i, "n", "1");
    }
    bench.raw.delete(ApplyBench.OLD, "3");
    bench.awaitAll(apply);
    Eventually.until("no lag", () -> apply.lag().records() == 0, apply::lag);
    assertThat(apply.lag().age()).isEmpty();
    Statistics statistics = apply.statistics();
    assertThat(statistics.records()).isEqualTo(21);
    assertThat(statistics.tables().get(NEW).upserted()).isBetween(19L, 20L);
    assertThat(statistics.tables().get(NEW).deleted()).isEqualTo(1);
    assertThat(statistics.endToEnd().count()).isEqualTo(21);
    assertThat(statistics.endToEnd().quantile(0.99).orElseThrow()).isBetween(0.001, 60.0);
    assertThat(statistics.endToEnd().countUpTo(3600)).isEqualTo(21);
  }
}
