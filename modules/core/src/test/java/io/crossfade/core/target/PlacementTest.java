package io.crossfade.core.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.target.Placement.Fault;
import io.crossfade.core.target.Placement.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Unique values that move between keys of partitions that are applied at different speeds. The
 * model of the source is a table with a unique value, changed by random transactions; that of the
 * target has the same constraint and takes each partition's records in random pieces.
 */
class PlacementTest {

  private static final int KEYS = 6;
  private static final int VALUES = 7;
  private static final int RUNS = 4_000;

  @Test
  void shouldEndWithTheSourcesRowsWhateverTheInterleaving() {
    int parked = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      parked += new History(seed, 0).run(new TargetTable());
    }
    // Else nothing was tried.
    assertThat(parked).isGreaterThan(RUNS / 4);
  }

  /** Rows that others refer to cannot go away: they may wait for ever, but nothing goes wrong. */
  @Test
  void shouldLeaveRowsAloneThatOthersReferTo() {
    for (int seed = 0; seed < RUNS; seed++) {
      TargetTable table = new TargetTable();
      table.referredTo = Set.of("0", "1");
      new History(seed, 0).run(table);
    }
  }

  @Test
  void shouldGoOnWithoutBadRowsAndKeepTheirKeysApart() {
    for (int seed = 0; seed < RUNS; seed++) {
      new History(seed, 5).run(new TargetTable());
    }
  }

  /** Fails where the row that holds the value is deleted to make room: vitess#14296. */
  @Test
  void shouldFindThatTheOtherRowIsDeleted() {
    assertThatThrownBy(
            () -> {
              for (int seed = 0; seed < RUNS; seed++) {
                new History(seed, 0)
                    .run(
                        new TargetTable() {
                          @Override
                          public Optional<Refusal> insertWhereFree(List<Write> rows) {
                            for (Write row : rows) {
                              byKey.values().removeIf(other -> other.equals(row.value));
                            }
                            return super.insertWhereFree(rows);
                          }
                        });
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  /** Fails where the own former row stays while the new image waits: swaps never end. */
  @Test
  void shouldFindThatTheOwnRowIsNotTakenAway() {
    assertThatThrownBy(
            () -> {
              for (int seed = 0; seed < RUNS; seed++) {
                new History(seed, 0)
                    .run(
                        new TargetTable() {
                          @Override
                          public void clear(List<Write> rows) {}
                        });
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void shouldBisectAFewAndPutManyThroughTogether() {
    TargetTable table = new TargetTable();
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      table.byKey.put("" + i, "v" + i);
      writes.add(new Write("" + i, "v" + (i + 1)));
    }
    Placement.Outcome<Write> outcome = Placement.place(table, List.of(), writes, List.of());
    assertThat(outcome.waiting()).isEmpty();
    assertThat(table.byKey).containsEntry("0", "v1").containsEntry("3999", "v4000").hasSize(4_000);
    assertThat(table.attempts).isLessThan(2_000);
  }

  /** A row to be written, or where the value is null deleted. */
  private static final class Write {
    final String key;
    final String value;

    Write(String key, String value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public String toString() {
      return key + "=" + value;
    }
  }

  /** The source's transactions as records in partitions, and who applies them. */
  private static final class History {
    private final Random random;
    private final int badInHundred;
    private final List<List<Write>> partitions = new ArrayList<>();
    private final Map<String, String> source = new TreeMap<>();
    private final Map<String, Write> waiting = new HashMap<>();
    private final Map<String, String> latest = new HashMap<>();
    private final Set<String> dead = new TreeSet<>();
    private int everParked;

    History(long seed, int badInHundred) {
      this.random = new Random(seed);
      this.badInHundred = badInHundred;
      int count = 2 + random.nextInt(2);
      for (int i = 0; i < count; i++) {
        partitions.add(new ArrayList<>());
      }
      int transactions = 5 + random.nextInt(40);
      for (int i = 0; i < transactions; i++) {
        transaction();
      }
    }

    private void transaction() {
      String a = "" + random.nextInt(KEYS);
      String b = "" + random.nextInt(KEYS);
      switch (random.nextInt(4)) {
        case 0:
          source.remove(a);
          write(a);
          break;
        case 1:
          if (source.containsKey(a) && source.containsKey(b)) {
            String value = source.get(a);
            source.put(a, source.get(b));
            source.put(b, value);
            write(a);
            write(b);
          }
          break;
        default:
          String value = "v" + random.nextInt(VALUES);
          boolean bad = random.nextInt(100) < badInHundred;
          if (bad || !source.containsValue(value)) {
            source.put(a, bad ? "bad" + random.nextInt() : value);
            write(a);
          }
      }
    }

    private void write(String key) {
      partitions
          .get(Integer.parseInt(key) % partitions.size())
          .add(new Write(key, source.get(key)));
    }

    /** How often a row had to wait. */
    int run(TargetTable table) {
      int[] next = new int[partitions.size()];
      int slow = random.nextInt(partitions.size());
      while (true) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < next.length; i++) {
          if (next[i] < partitions.get(i).size()) {
            left.add(i);
          }
        }
        if (left.isEmpty()) {
          break;
        }
        int partition = left.get(random.nextInt(left.size()));
        if (partition == slow && left.size() > 1 && random.nextInt(5) > 0) {
          continue;
        }
        List<Write> records = partitions.get(partition);
        int until = Math.min(records.size(), next[partition] + 1 + random.nextInt(6));
        flush(table, partition, records.subList(next[partition], until));
        next[partition] = until;
      }
      for (int i = 0; i < partitions.size() * KEYS; i++) {
        flush(table, i % partitions.size(), List.of());
      }
      Map<String, String> expected = new TreeMap<>(source);
      expected.values().removeIf(value -> value.startsWith("bad"));
      dead.forEach(key -> assertThat(source.get(key)).startsWith("bad"));
      if (table.referredTo.isEmpty()) {
        assertThat(waiting).isEmpty();
        assertThat(table.byKey).isEqualTo(expected);
      } else {
        Map<String, String> withoutWaiting = new TreeMap<>(expected);
        withoutWaiting.keySet().removeAll(waiting.keySet());
        assertThat(table.byKey).containsAllEntriesOf(withoutWaiting);
        waiting.forEach((key, write) -> assertThat(write.value).isEqualTo(source.get(key)));
      }
      return everParked;
    }

    /** What a flush does: last record per key, with what waits of its partition. */
    private void flush(TargetTable table, int partition, List<Write> records) {
      Map<String, Write> last = new TreeMap<>();
      records.forEach(record -> last.put(record.key, record));
      List<Write> deletes = new ArrayList<>();
      List<Write> writes = new ArrayList<>();
      last.values().forEach(write -> (write.value == null ? deletes : writes).add(write));
      last.forEach(
          (key, write) -> {
            latest.put(key, write.value);
            waiting.remove(key);
            dead.remove(key);
          });
      List<Write> retried =
          waiting.values().stream()
              .filter(write -> Integer.parseInt(write.key) % partitions.size() == partition)
              .toList();
      Map<String, String> before = new TreeMap<>(table.byKey);
      Set<String> ours = new TreeSet<>(last.keySet());
      retried.forEach(write -> ours.add(write.key));

      Placement.Outcome<Write> outcome = Placement.place(table, deletes, writes, retried);

      retried.forEach(write -> waiting.remove(write.key));
      outcome.waiting().forEach(row -> waiting.put(row.row().key, row.row()));
      outcome.refused().forEach(row -> dead.add(row.row().key));
      everParked += outcome.waiting().size();
      before.forEach(
          (key, value) -> {
            if (!ours.contains(key)) {
              assertThat(table.byKey).as("another's row").containsEntry(key, value);
            }
          });
      for (String key : ours) {
        if (!waiting.containsKey(key) && !dead.contains(key)) {
          assertThat(table.byKey.get(key)).isEqualTo(latest.get(key));
        }
      }
    }
  }

  /** A table with a unique value; values that begin with "bad" it will not have. */
  private static class TargetTable implements Placement.Rows<Write, RuntimeException> {
    final Map<String, String> byKey = new TreeMap<>();
    Set<String> referredTo = Set.of();
    int attempts;

    @Override
    public List<List<Write>> slices(List<Write> rows) {
      return rows.isEmpty() ? List.of() : List.of(rows);
    }

    @Override
    public Optional<Refusal> delete(List<Write> rows) {
      attempts++;
      rows.forEach(row -> byKey.remove(row.key));
      return Optional.empty();
    }

    /** Row by row, as a database does: a swap fails at its first row. */
    @Override
    public Optional<Refusal> upsert(List<Write> rows) {
      attempts++;
      Map<String, String> before = new TreeMap<>(byKey);
      for (Write row : rows) {
        Optional<Refusal> refusal = refusal(row);
        if (refusal.isPresent()) {
          byKey.clear();
          byKey.putAll(before);
          return refusal;
        }
        byKey.put(row.key, row.value);
      }
      return Optional.empty();
    }

    private Optional<Refusal> refusal(Write row) {
      if (row.value.startsWith("bad")) {
        return Optional.of(new Refusal(Fault.THE_ROW, "bad", "23514", ""));
      }
      boolean taken =
          byKey.entrySet().stream()
              .anyMatch(e -> !e.getKey().equals(row.key) && e.getValue().equals(row.value));
      return taken
          ? Optional.of(new Refusal(Fault.ANOTHER_ROW, "taken", "23505", "u"))
          : Optional.empty();
    }

    @Override
    public void clear(List<Write> rows) {
      rows.stream()
          .filter(row -> !referredTo.contains(row.key))
          .forEach(row -> byKey.remove(row.key));
    }

    @Override
    public void drop(List<Write> rows) {
      rows.forEach(row -> byKey.remove(row.key));
    }

    @Override
    public List<Write> present(List<Write> rows) {
      return rows.stream().filter(row -> byKey.containsKey(row.key)).toList();
    }

    @Override
    public Optional<Refusal> insertWhereFree(List<Write> rows) {
      attempts++;
      Map<String, String> before = new TreeMap<>(byKey);
      for (Write row : rows) {
        Optional<Refusal> refusal = refusal(row);
        if (refusal.isPresent() && refusal.get().fault() == Fault.THE_ROW) {
          byKey.clear();
          byKey.putAll(before);
          return refusal;
        }
        if (refusal.isEmpty()) {
          byKey.put(row.key, row.value);
        }
      }
      return Optional.empty();
    }
  }
}
