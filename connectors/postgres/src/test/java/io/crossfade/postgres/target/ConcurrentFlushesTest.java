package io.crossfade.postgres.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.Origins;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.core.target.TopicIdentity;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Sessions that write rows with unique values against each other, as threads and instances do that
 * own a partition each.
 */
class ConcurrentFlushesTest {

  private static final String GROUP = "crossfade.m.apply";
  private static final int PARTITIONS = 3;
  private static final int KEYS = 24;
  private static final int SWAPS = 120;

  private Database database;
  private PostgresTarget target;

  @BeforeEach
  void open() {
    database = SharedSandbox.postgres18().createDatabase();
    target = PostgresTarget.of(database.jdbcUrl(), database.user(), database.password());
    target.prepare();
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, a text UNIQUE, b text UNIQUE)",
        "CREATE TABLE gone (id integer, a text)",
        """
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO public.gone VALUES (OLD.id, OLD.a); RETURN OLD; END $$
        """,
        "CREATE TRIGGER note AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION note()");
    database.enableTriggersAlways();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /**
   * Fails where a deadlock or a conflict with a transaction that is still open is an error, and
   * where the holder is deleted: its partition may have nothing to come.
   */
  @Test
  void shouldEndWithTheSourcesRowsThoughFlushesMeet() throws Exception {
    Random random = new Random(11);
    List<List<Row>> records = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      records.add(new ArrayList<>());
    }
    Map<Integer, String[]> source = new TreeMap<>();
    for (int i = 0; i < KEYS; i++) {
      source.put(i, new String[] {"a" + i, "b" + i});
      records.get(i % PARTITIONS).add(row(i, source));
    }
    for (int i = 0; i < SWAPS; i++) {
      int one = random.nextInt(KEYS);
      int other = (one + 1 + random.nextInt(KEYS - 1)) % KEYS;
      int column = random.nextInt(2);
      String value = source.get(one)[column];
      source.get(one)[column] = source.get(other)[column];
      source.get(other)[column] = value;
      records.get(one % PARTITIONS).add(row(one, source));
      records.get(other % PARTITIONS).add(row(other, source));
    }
    List<CompletableFuture<Void>> owners = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      int partition = i;
      owners.add(CompletableFuture.runAsync(() -> own(partition, records.get(partition))));
    }
    for (CompletableFuture<Void> owner : owners) {
      owner.get(120, TimeUnit.SECONDS);
    }
    List<String> expected = new ArrayList<>();
    source.forEach((key, values) -> expected.add(key + " " + values[0] + " " + values[1]));
    assertThat(database.query("SELECT id || ' ' || a || ' ' || b FROM t ORDER BY id"))
        .isEqualTo(expected);
    // Else they have not met.
    assertThat(database.query("SELECT count(*) > 0 FROM gone")).containsExactly("t");
  }

  private static Row row(int key, Map<Integer, String[]> source) {
    return Row.of("" + key, source.get(key)[0], source.get(key)[1]);
  }

  /** Applies a partition's records in small pieces, then tries until nothing waits anywhere. */
  private void own(int number, List<Row> records) {
    InputPartition partition = new InputPartition("raw", number);
    Table table = target.describe(new TableId("public", "t")).orElseThrow();
    Random random = new Random(number);
    TargetSession session = target.open(GROUP, "producer-" + number);
    session.claim(partition, new TopicIdentity("id", PARTITIONS), "token");
    try {
      int cur = 0;
      while (cur < records.size()) {
        int next = Math.min(records.size(), cur + 1 + random.nextInt(8));
        Flush flush =
            new Flush(
                List.of(new Flush.Move(partition, "token", cur, next)),
                List.of(batch(table, partition, records, cur, next)),
                OnBadRow.STOP);
        session = done(session, number, s -> s.flush(flush));
        cur = next;
      }
      int end = cur;
      Flush again =
          new Flush(
              List.of(new Flush.Move(partition, "token", end, end)), List.of(), OnBadRow.STOP);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      do {
        session = done(session, number, s -> s.retry(again));
      } while (somethingIsLeft() && System.nanoTime() < deadline);
    } finally {
      session.close();
    }
  }

  private boolean somethingIsLeft() {
    return target.held(GROUP).parked() > 0
        || target.progress(GROUP).values().stream().mapToLong(p -> p.cur()).sum()
            < KEYS + 2 * SWAPS;
  }

  private TargetSession done(
      TargetSession first, int number, java.util.function.Function<TargetSession, Flushed> call) {
    TargetSession session = first;
    while (true) {
      try {
        assertThat(call.apply(session)).isInstanceOf(Flushed.Done.class);
        return session;
      } catch (TargetUnavailableException e) {
        // A deadlock, for instance.
        session.close();
        session = target.open(GROUP, "producer-" + number);
      }
    }
  }

  private static TableBatch batch(
      Table table, InputPartition partition, List<Row> records, int from, int to) {
    Map<String, Row> last = new TreeMap<>();
    Map<Row, Origin> origins = new IdentityHashMap<>();
    for (int i = from; i < to; i++) {
      Row row = records.get(i);
      last.put(row.get(0), row);
      origins.put(row, new Origin(partition, i, row.get(0), Optional.of(row.toString())));
    }
    Origins where =
        new Origins() {
          @Override
          public Optional<Origin> of(Row row) {
            return Optional.ofNullable(origins.get(row));
          }

          @Override
          public boolean has(InputPartition other, String key) {
            return other.equals(partition) && last.containsKey(key);
          }
        };
    return new TableBatch(
        table,
        table.columns().stream().map(Column::name).toList(),
        List.of(),
        List.copyOf(last.values()),
        Collections.emptyList(),
        List.of(),
        where);
  }
}
