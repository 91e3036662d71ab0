package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.TargetDatabase.Selection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows that the target refuses for their own sake, or that cannot be evaluated. */
@Tag("slow")
class BadRowsTest {

  private static final String LONG = "much too long for twenty";
  private static final Selection ALL = new Selection(Optional.empty(), Optional.empty());

  private ApplyBench bench;

  @BeforeEach
  void open() {
    bench = new ApplyBench();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  /**
   * Fails where its neighbours in the statement are left out with a bad row, or its former row
   * stays.
   */
  @Test
  void shouldParkBadRowsAndGoOnWithTheOthers() {
    Apply apply = bench.start(bench.parking(bench.mapping(true)), CommitHook.NONE);
    insert(0, 200);
    bench.awaitAll(apply);
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 300; i++) {
            String name = i == 77 || i == 250 ? LONG : "m" + i;
            bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("" + i, name, "1"));
          }
        });
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE name LIKE 'M%'")).isEqualTo(298);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(298);
    Eventually.until("they are counted", () -> apply.held().dead() == 2, apply::held);
    List<BadRow> rows = apply.badRows();
    assertThat(rows).extracting(BadRow::key).containsExactlyInAnyOrder("id = 77", "id = 250");
    assertThat(rows).extracting(BadRow::code).containsOnly("22001");
    List<ConsumerRecord<String, String>> dead = deadTopic();
    assertThat(dead).hasSize(2);
    ConsumerRecord<String, String> one = dead.get(0);
    assertThat(one.key()).isIn("{\"id\":\"77\"}", "{\"id\":\"250\"}");
    assertThat(one.value()).contains(LONG);
    assertThat(header(one.headers(), "topic")).isEqualTo(bench.names.rawTopic(ApplyBench.OLD.id()));
    assertThat(header(one.headers(), "table")).isEqualTo("public.new");
    assertThat(header(one.headers(), "sqlstate")).isEqualTo("22001");
    assertThat(header(one.headers(), "error")).contains("too long");
    assertThat(header(one.headers(), "partition")).matches("[01]");
    assertThat(header(one.headers(), "offset")).matches("[0-9]+");
    assertThat(header(one.headers(), "time")).contains("T");

    bench.raw.upsert(ApplyBench.OLD, "77", "short", "1");
    bench.raw.delete(ApplyBench.OLD, "250");
    bench.awaitAll(apply);
    assertThat(apply.badRows()).isEmpty();
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(299);
    Eventually.until("none is counted", () -> apply.held().dead() == 0, apply::held);
    assertThat(deadTopic()).hasSize(2);
  }

  /** Fails where the dead topic is written outside of the commit, or not again after a crash. */
  @Test
  void shouldGiveTheDeadTopicEachRecordOnceThoughItCrashes() {
    AtomicBoolean crashed = new AtomicBoolean();
    Apply first =
        bench.start(
            bench.parking(bench.mapping(true)),
            new CommitHook() {
              @Override
              public void betweenTargetAndKafka() {
                if (bench.count("SELECT count(*) FROM crossfade.dead") > 0
                    && crashed.compareAndSet(false, true)) {
                  throw new IllegalStateException("a thread dies");
                }
              }
            });
    insert(0, 20);
    bench.raw.upsert(ApplyBench.OLD, "5", LONG, "1");
    insert(20, 30);
    bench.awaitAll(first);
    assertThat(crashed).isTrue();
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(29);
    assertThat(deadTopic()).hasSize(1);
    bench.raw.upsert(ApplyBench.OLD, "5", "good", "1");
    bench.awaitAll(first);
    first.close();
    bench.awaitAll(bench.start(bench.parking(bench.mapping(true)), CommitHook.NONE));
    assertThat(deadTopic()).hasSize(1);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(30);
    assertThat(bench.count("SELECT count(*) FROM crossfade.dead WHERE state <> 'superseded'"))
        .isZero();
  }

  /** Fails where a block ends only with the process. */
  @Test
  void shouldStopAndGoOnWithoutTheRowWhenItIsSkipped() {
    Apply apply = bench.start();
    insert(0, 10);
    bench.raw.upsert(ApplyBench.OLD, "5", LONG, "1");
    insert(10, 30);
    Eventually.until(
        "it is blocked", () -> apply.state() instanceof ApplyState.Blocked, apply::state);
    ApplyState.Blocked blocked = (ApplyState.Blocked) apply.state();
    assertThat(blocked.reason()).contains("public.new", "id = 5", "22001");
    assertThat(blocked.next()).contains("rows retry", "rows skip", "id = 5");
    assertThat(apply.badRows())
        .singleElement()
        .satisfies(row -> assertThat(row.state()).isEqualTo(BadRow.State.STOPPED));
    Selection other = new Selection(Optional.empty(), Optional.of("6"));
    assertThat(apply.skip(other, "no")).isZero();
    Selection five = new Selection(Optional.empty(), Optional.of("5"));
    assertThat(apply.skip(five, "known")).isEqualTo(1);
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(29);
    assertThat(apply.badRows())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.state()).isEqualTo(BadRow.State.SKIPPED);
              assertThat(row.reason()).isEqualTo("known");
            });
    assertThat(apply.held().dead()).isZero();
    assertThat(deadTopic()).hasSize(1);
  }

  /** Fails where a block ends only with the process. */
  @Test
  void shouldStopAndGoOnWhenTheCauseIsMendedAndItIsRetried() {
    Apply apply = bench.start();
    insert(0, 10);
    bench.raw.upsert(ApplyBench.OLD, "5", LONG, "1");
    Eventually.until(
        "it is blocked", () -> apply.state() instanceof ApplyState.Blocked, apply::state);
    bench.database().execute("ALTER TABLE public.new ALTER COLUMN name TYPE text");
    assertThat(apply.retry(ALL)).isEqualTo(1);
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE length(name) > 20")).isEqualTo(1);
    assertThat(apply.badRows()).isEmpty();
  }

  /** Fails where a thread does not hear of it. */
  @Test
  void shouldTryParkedRowsAgainWhenItIsTold() {
    Apply apply = bench.start(bench.parking(bench.mapping(true)), CommitHook.NONE);
    insert(0, 10);
    bench.raw.upsert(ApplyBench.OLD, "5", LONG, "1");
    bench.raw.upsert(ApplyBench.OLD, "6", LONG + "!", "1");
    bench.awaitAll(apply);
    assertThat(apply.retry(ALL)).isEqualTo(2);
    Eventually.until("it was tried", () -> triedAgain(apply), apply::held);
    assertThat(apply.badRows()).hasSize(2);
    bench.database().execute("ALTER TABLE public.new ALTER COLUMN name TYPE text");
    assertThat(apply.retry(ALL)).isEqualTo(2);
    Eventually.until("both are in", () -> apply.badRows().isEmpty(), apply::held);
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE length(name) > 20")).isEqualTo(2);
    assertThat(deadTopic()).hasSize(2);
  }

  private boolean triedAgain(Apply apply) {
    return apply.held().toRetry() == 0
        && bench.count("SELECT count(*) FROM crossfade.dead WHERE retry") == 0;
  }

  /**
   * Fails where such a row stops the line, where its former row stays, and where it is not
   * evaluated again when it is told.
   */
  @Test
  void shouldParkWhatCannotBeEvaluated() {
    Mapping whole = bench.mapping(true);
    AtomicBoolean mended = new AtomicBoolean();
    Mapping mapping =
        new Mapping(
            new TestMapper(
                ApplyBench.OLD,
                whole.mapper().columns(),
                row -> {
                  if (row.get(1).equals("bob") && !mended.get()) {
                    throw new ArithmeticException("division by zero");
                  }
                  return Optional.of(row);
                }),
            whole.target(),
            true);
    Apply apply = bench.start(bench.parking(mapping), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "2", "old", "1");
    bench.awaitAll(apply);
    bench.raw.upsert(ApplyBench.OLD, "1", "ann", "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "bob", "1");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 ann 1");
    assertThat(apply.badRows())
        .singleElement()
        .satisfies(row -> assertThat(row.error()).contains("division by zero"));
    mended.set(true);
    apply.retry(ALL);
    Eventually.until("it is in", () -> apply.badRows().isEmpty(), apply::held);
    assertThat(bench.rows()).isEqualTo("1 ann 1; 2 bob 1");
  }

  private void insert(int from, int to) {
    bench.raw.commit(
        () -> {
          for (int i = from; i < to; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("" + i, "n" + i, "1"));
          }
        });
  }

  private static String header(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** All that is committed in it. */
  private List<ConsumerRecord<String, String>> deadTopic() {
    TopicPartition partition = new TopicPartition(bench.names.deadTopic(), 0);
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                ApplyBench.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }
}
