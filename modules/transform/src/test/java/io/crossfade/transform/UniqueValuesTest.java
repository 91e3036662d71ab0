package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Unique values that move from one row to another (I7), and references between rows. */
class UniqueValuesTest {

  private ApplyBench bench;

  @BeforeEach
  void open() {
    bench = new ApplyBench();
    bench.database().execute("ALTER TABLE public.new ADD CONSTRAINT one_name UNIQUE (name)");
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  /** Fails where a row that another one is in the way of is a bad row. */
  @Test
  void shouldSwapWithinATransactionInOneBatchAndOverBatches() {
    Apply apply = bench.start();
    write("1", "ann", "2", "bob", "3", "eve");
    bench.awaitAll(apply);
    write("1", "bob", "2", "ann");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 BOB 1; 2 ANN 1; 3 EVE 1");
    write("1", "tmp", "2", "bob", "1", "ann");
    write("3", "ann", "1", "bob", "2", "eve");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 BOB 1; 2 EVE 1; 3 ANN 1");
    assertThat(bench.count("SELECT count(*) FROM crossfade.displaced")).isZero();
  }

  /**
   * Fails where the holder is deleted, where the barrier is passed, and where the image that waits
   * is tried beside the newer one of its key.
   */
  @Test
  void shouldWaitForAPartitionThatIsFarBehindAndTakeNothingFromIt() {
    Apply apply = bench.start();
    List<String> keys = inBothPartitions();
    String ahead = keys.get(0);
    String behind = keys.get(1);
    write(ahead, "x", behind, "y");
    bench.awaitAll(apply);
    // At the source they have swapped; of the one partition nothing has come yet.
    write(ahead, "y");
    Map<TopicPartition, Long> barrier = bench.raw.barrier();
    Eventually.until(
        "it waits",
        () -> bench.count("SELECT count(*) FROM crossfade.displaced") == 1,
        apply::held);
    Eventually.until("offsets are behind it", () -> apply.lag().records() == 0, apply::lag);
    assertThat(apply.passage(barrier).isOver()).isFalse();
    assertThat(bench.rows()).isEqualTo(behind + " Y 1");
    Eventually.until("status says so", () -> apply.held().parked() == 1, apply::held);
    // A newer image of the one that waits takes the place of the older.
    bench.raw.upsert(ApplyBench.OLD, ahead, "y", "2");
    write(behind, "x");
    bench.awaitAll(apply);
    assertThat(bench.rows().split("; ")).containsExactlyInAnyOrder(ahead + " Y 2", behind + " X 1");
    assertThat(apply.passage(barrier).isOver()).isTrue();
  }

  /** Two keys that are in different partitions. */
  private List<String> inBothPartitions() {
    List<List<String>> byPartition = List.of(new ArrayList<>(), new ArrayList<>());
    io.crossfade.wire.RowCodec codec = new io.crossfade.wire.RowCodec(ApplyBench.OLD);
    for (int i = 1; i < 20; i++) {
      byte[] key = codec.key(Row.of("" + i, null, null));
      int partition =
          org.apache.kafka.common.utils.Utils.toPositive(
                  org.apache.kafka.common.utils.Utils.murmur2(key))
              % 2;
      byPartition.get(partition).add("" + i);
    }
    return List.of(byPartition.get(0).get(0), byPartition.get(1).get(0));
  }

  /** Fails where a row that another one is in the way of is a bad row. */
  @Test
  void shouldEndWithTheSourcesRowsAfterManySwapsARestartAndAReplay() {
    Random random = new Random(7);
    int keys = 30;
    Map<Integer, String> source = new TreeMap<>();
    List<String> first = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      source.put(i, "n" + i);
      first.addAll(List.of("" + i, "n" + i));
    }
    write(first.toArray(new String[0]));
    Apply apply = bench.start();
    bench.awaitAll(apply);
    bench.database().execute("CREATE TABLE was AS SELECT id, name FROM new");
    for (int i = 0; i < 30; i++) {
      bench.raw.commit(
          () -> {
            for (int swap = 0; swap < 8; swap++) {
              int a = random.nextInt(keys);
              int b = (a + 1 + random.nextInt(keys - 1)) % keys;
              String name = source.get(a);
              source.put(a, source.get(b));
              source.put(b, name);
              bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("" + a, source.get(a), "1"));
              bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("" + b, name, "1"));
            }
          });
      if (i == 15) {
        apply.close();
        apply = bench.start();
      }
      if (i % 3 == 0) {
        bench.awaitAll(apply); // else each key's last image is all that is written
      }
    }
    bench.awaitAll(apply);
    assertEqual(source);
    long moved = requireMovedRows(0);
    apply.close();
    reset();
    // As after the first flush of a replay that takes several.
    bench
        .database()
        .execute(
            "UPDATE new SET name = 'tmp' || id",
            "UPDATE new SET name = was.name FROM was WHERE was.id = new.id");
    apply = bench.start();
    bench.awaitAll(apply);
    assertEqual(source);
    requireMovedRows(moved);
  }

  /** Rows have made room for others, else they have not met. */
  private long requireMovedRows(long before) {
    long moved = bench.count("SELECT count(*) FROM writes WHERE op = 'DELETE'");
    assertThat(moved).isGreaterThan(before);
    return moved;
  }

  private void assertEqual(Map<Integer, String> source) {
    List<String> rows = new ArrayList<>();
    source.forEach((key, name) -> rows.add(key + " " + name.toUpperCase(java.util.Locale.ROOT)));
    assertThat(bench.database().query("SELECT id || ' ' || name FROM public.new ORDER BY id"))
        .isEqualTo(rows);
    assertThat(bench.count("SELECT count(*) FROM crossfade.displaced")).isZero();
  }

  private void reset() {
    String group = bench.names.applyGroup();
    Map<TopicPartition, OffsetAndMetadata> offsets = new java.util.HashMap<>();
    for (int i = 0; i < 2; i++) {
      offsets.put(
          new TopicPartition(bench.names.rawTopic(ApplyBench.OLD.id()), i),
          new OffsetAndMetadata(0));
    }
    RawTopics.get(
        bench
            .raw
            .admin()
            .alterConsumerGroupOffsets(group, offsets)
            .all()
            .toCompletionStage()
            .toCompletableFuture());
  }

  /**
   * Fails where the first load leaves out what another row is in the way of, where that one is
   * deleted, where it is not named, and where the barrier is passed.
   */
  @Test
  void shouldReportBothRowsWhereTheSourceHasNoSuchUniqueKey() {
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 500; i++) {
            String name = i == 400 ? "n7" : "n" + i;
            bench.raw.write(ApplyBench.OLD, Operation.LOAD, Row.of("" + i, name, "1"));
          }
        });
    Apply apply = bench.start();
    Map<TopicPartition, Long> barrier = bench.raw.barrier();
    Eventually.until("it is said", () -> !apply.warnings().isEmpty(), apply::held);
    assertThat(apply.warnings().get(0))
        .contains("public.new", "id = 7", "id = 400", "one_name", "(name)=(N7)");
    assertThat(apply.passage(barrier).isOver()).isFalse();
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(499);
    assertThat(bench.database().query("SELECT error FROM crossfade.displaced"))
        .singleElement()
        .asString()
        .contains("one_name");
    bench.raw.delete(ApplyBench.OLD, "7");
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(499);
    assertThat(bench.count("SELECT count(*) FROM public.new WHERE id = 400")).isEqualTo(1);
  }

  /** Fails where the row that comes back is made of the SELECT's columns alone. */
  @Test
  void shouldKeepWhatOthersHaveFilledInARowThatHadToWait() {
    bench.database().execute("ALTER TABLE public.new ADD COLUMN note text DEFAULT 'none'");
    Apply apply = bench.start();
    write("1", "ann", "2", "bob");
    bench.awaitAll(apply);
    bench.database().execute("UPDATE public.new SET note = 'of ' || id");
    write("1", "bob", "2", "ann");
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id || name || note FROM public.new ORDER BY id"))
        .containsExactly("1BOBof 1", "2ANNof 2");
  }

  /** Fails where rows that refer to a row go with it when it makes room. */
  @Test
  void shouldNotTouchRowsThatReferToARow() {
    bench
        .database()
        .execute(
            "CREATE TABLE public.child (id bigint PRIMARY KEY,"
                + " parent bigint REFERENCES public.new ON DELETE CASCADE)");
    bench.database().enableTriggersAlways();
    Apply apply = bench.start();
    write("1", "ann", "2", "bob");
    bench.awaitAll(apply);
    bench.database().execute("INSERT INTO public.child VALUES (10, 1), (20, 2)");
    write("1", "bob", "2", "ann");
    Eventually.until("both wait", () -> apply.held().parked() == 2, apply::held);
    assertThat(bench.count("SELECT count(*) FROM public.child")).isEqualTo(2);
    assertThat(bench.rows()).isEqualTo("1 ANN 1; 2 BOB 1");
    write("2", "other");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 BOB 1; 2 OTHER 1");
  }

  /** Fails where a missing parent is a bad row: the order of partitions decides it. */
  @Test
  void shouldHaveAChildWaitForItsParentAndAParentsDeleteForItsChildren() {
    bench
        .database()
        .execute(
            "CREATE TABLE public.parent (id integer PRIMARY KEY)",
            "ALTER TABLE public.new ADD FOREIGN KEY (amount) REFERENCES public.parent");
    bench.database().enableTriggersAlways();
    Mapping parents =
        new Mapping(
            new TestMapper(
                ApplyBench.OLD,
                List.of("id"),
                row ->
                    row.get(1).startsWith("p")
                        ? java.util.Optional.of(Row.of(row.get(0)))
                        : java.util.Optional.empty()),
            bench
                .target()
                .describe(new io.crossfade.core.table.TableId("public", "parent"))
                .orElseThrow(),
            true);
    Apply apply = bench.start(bench.settings(bench.mapping(true), parents), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "child", "9");
    Eventually.until("it waits", () -> apply.held().parked() == 1, apply::held);
    bench.raw.upsert(ApplyBench.OLD, "9", "parent", "9");
    bench.awaitAll(apply);
    assertThat(bench.rows()).isEqualTo("1 CHILD 9; 9 PARENT 9");
    bench.raw.delete(ApplyBench.OLD, "9");
    Eventually.until("one is gone", () -> bench.rows().equals("1 CHILD 9"), bench::rows);
    Eventually.until("it waits", () -> apply.held().parked() == 1, apply::held);
    assertThat(bench.count("SELECT count(*) FROM public.parent")).isEqualTo(1);
    bench.raw.delete(ApplyBench.OLD, "1");
    bench.awaitAll(apply);
    assertThat(bench.count("SELECT count(*) FROM public.parent")).isZero();
  }

  /** One transaction of the source: key, name, key, name. */
  private void write(String... keysAndNames) {
    bench.raw.commit(
        () -> {
          for (int i = 0; i < keysAndNames.length; i += 2) {
            bench.raw.write(
                ApplyBench.OLD,
                Operation.UPDATE,
                Row.of(keysAndNames[i], keysAndNames[i + 1], "1"));
          }
        });
  }
}
