package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TargetSession;
import io.crossfade.sandbox.SharedSandbox;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is killed, fenced, reset, restored; the new table must come out the same (I6). */
class ApplyFaultTest {

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
  void shouldApplyNothingTwiceAfterACrashBetweenTheTargetsCommitAndKafkas() {
    insert(0, 300);
    Apply first =
        bench.start(
            new CommitHook() {
              @Override
              public void betweenTargetAndKafka() {
                throw new Crash();
              }
            });
    Eventually.until(
        "it has crashed", () -> first.state() instanceof ApplyState.Failed, first::state);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isPositive();
    first.close();
    insert(300, 400);
    bench.awaitAll(bench.start());
    assertEachRowWrittenOnce(400);
  }

  @Test
  void shouldLoseNothingAfterACrashBeforeTheTargetsCommit() {
    insert(0, 300);
    AtomicInteger commits = new AtomicInteger();
    Apply apply =
        bench.start(
            new CommitHook() {
              @Override
              public void beforeTarget() {
                if (commits.incrementAndGet() <= 2) {
                  throw new IllegalStateException("a thread dies");
                }
              }
            });
    bench.awaitAll(apply);
    assertThat(commits.get()).isGreaterThan(2);
    assertEachRowWrittenOnce(300);
  }

  @Test
  void shouldWriteNothingAsAZombie() throws Exception {
    bench.close();
    bench = new ApplyBench(SharedSandbox.postgres18().createDatabase(), 1);
    insert(0, 50);
    AtomicInteger commits = new AtomicInteger();
    AtomicLong rowsOfTheZombie = new AtomicLong();
    Apply apply =
        bench.start(
            new CommitHook() {
              @Override
              public void beforeTarget() {
                if (commits.incrementAndGet() == 1) {
                  takeAll();
                } else if (commits.get() == 2) {
                  rowsOfTheZombie.set(bench.count("SELECT count(*) FROM public.new"));
                }
              }
            });
    bench.awaitAll(apply);
    assertThat(commits.get()).isGreaterThan(1);
    assertThat(rowsOfTheZombie).hasValue(0);
    assertEachRowWrittenOnce(50);
  }

  /** Another instance takes all partitions, and vanishes. */
  private void takeAll() {
    String group = bench.names.applyGroup();
    try (TargetSession session = bench.target().open(group, "another")) {
      for (Map.Entry<InputPartition, Progress> one : bench.target().progress(group).entrySet()) {
        session.claim(one.getKey(), one.getValue().topic(), "x");
      }
    }
  }

  @Test
  void shouldLoseAndRepeatNothingWhileInstancesComeAndGo() throws Exception {
    Apply a = bench.start();
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 2_000; i += 10) {
                insert(i, i + 10);
              }
            });
    writer.start();
    awaitSome(a, 100);
    Apply b = bench.start();
    awaitSome(b, 100);
    a.close();
    Apply c = bench.start();
    awaitSome(c, 100);
    b.close();
    writer.join();
    bench.awaitAll(c);
    assertEachRowWrittenOnce(2_000);
  }

  private static void awaitSome(Apply apply, long records) {
    Eventually.until(
        "it has applied some",
        () -> apply.statistics().records() >= records || apply.lag().records() == 0,
        () -> apply.state() + " " + apply.statistics().records());
  }

  @Test
  void shouldWriteAgainWhatAnOperatorResetTheGroupTo() {
    insert(0, 40);
    Apply first = bench.start();
    bench.awaitAll(first);
    first.close();
    bench.database().execute("UPDATE public.new SET name = 'damaged'");
    bench.database().execute("TRUNCATE public.writes");
    reset(0);
    bench.awaitAll(bench.start());
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE name = 'damaged'")).isZero();
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(40);
  }

  @Test
  void shouldTakeUpAResetByASingleRecordAfterACleanClose() {
    insert(0, 40);
    Apply first = bench.start();
    bench.awaitAll(first);
    first.close();
    bench.database().execute("TRUNCATE public.writes");
    // The marker of the barrier's transaction, the barrier, the other marker, the last row.
    reset(-4);
    bench.awaitAll(bench.start());
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isBetween(1L, 4L);
  }

  /** Kafka's tools do the same: to an offset, or, where negative, back by so many. */
  private void reset(long to) {
    String group = bench.names.applyGroup();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    RawTopics.get(
            bench
                .raw
                .admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .toCompletionStage()
                .toCompletableFuture())
        .forEach(
            (partition, offset) ->
                offsets.put(partition, new OffsetAndMetadata(to < 0 ? offset.offset() + to : to)));
    RawTopics.get(
        bench
            .raw
            .admin()
            .alterConsumerGroupOffsets(group, offsets)
            .all()
            .toCompletionStage()
            .toCompletableFuture());
  }

  @Test
  void shouldBlockWhenTheTargetWasRestoredFromABackup() {
    insert(0, 40);
    Apply first = bench.start();
    bench.awaitAll(first);
    first.close();
    bench.database().execute("UPDATE crossfade.progress SET cur = cur - 5, prev = prev - 5");
    insert(40, 50);
    Apply second = bench.start();
    ApplyState.Blocked blocked = awaitBlocked(second);
    assertThat(blocked.reason()).contains("restored", bench.names.rawTopic(ApplyBench.OLD.id()));
    assertThat(blocked.next()).contains("--to-offset");
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(40);
    second.close();
    assertThat(second.state()).isEqualTo(blocked);
  }

  @Test
  void shouldBlockWhenARawTopicWasMadeAgain() {
    insert(0, 40);
    Apply first = bench.start();
    bench.awaitAll(first);
    first.close();
    bench.raw.createAgain(ApplyBench.OLD);
    insert(40, 50);
    assertThat(awaitBlocked(bench.start()).reason()).contains("deleted and made again");
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(40);
  }

  @Test
  void shouldBlockOnARowThatTheTargetRefusesAndGoOnWhenItIsMended() {
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 200; i++) {
            String name = i == 77 ? "much too long for twenty" : "n" + i;
            bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("" + i, name, "1"));
          }
        });
    Apply first = bench.start();
    ApplyState.Blocked blocked = awaitBlocked(first);
    assertThat(blocked.reason()).contains("public.new", "id = 77", "value too long", "22001");
    assertThat(blocked.next()).contains("rows retry", "rows skip");
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE id = 77")).isZero();
    first.close();
    bench.database().execute("ALTER TABLE public.new ALTER COLUMN name TYPE text");
    bench.awaitAll(bench.start());
    assertEachRowWrittenOnce(200);
  }

  @Test
  void shouldBlockOnARowThatCannotBeEvaluated() {
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", "1");
    Mapping whole = bench.mapping(true);
    Mapping mapping =
        new Mapping(
            new TestMapper(
                ApplyBench.OLD,
                whole.mapper().columns(),
                row -> {
                  if (row.get(1).equals("bob")) {
                    throw new ArithmeticException("division by zero");
                  }
                  return java.util.Optional.of(row);
                }),
            whole.target(),
            true);
    Apply apply = bench.start(bench.settings(mapping), CommitHook.NONE);
    assertThat(awaitBlocked(apply).reason()).contains("public.new", "id = 2", "division by zero");
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE id = 2")).isZero();
  }

  private static ApplyState.Blocked awaitBlocked(Apply apply) {
    Eventually.until(
        "it is blocked", () -> apply.state() instanceof ApplyState.Blocked, apply::state);
    return (ApplyState.Blocked) apply.state();
  }

  private void insert(int from, int to) {
    bench.raw.commit(
        () -> {
          for (int i = from; i < to; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("" + i, "n" + i, "1"));
          }
        });
  }

  private void assertEachRowWrittenOnce(long rows) {
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(rows);
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(rows);
  }

  /** Nothing that Streams recovers from. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }
}
