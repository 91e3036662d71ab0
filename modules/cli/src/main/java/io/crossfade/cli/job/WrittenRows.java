package io.crossfade.cli.job;

import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.sql.reverse.RoundTrip;
import io.crossfade.verify.Difference.Kind;
import io.crossfade.verify.KeyComparison;
import io.crossfade.wire.RowCodec;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rows of one new table that were written since a cutover. Those that the old model holds for
 * certain are passed over; others are compared, and those that differ are kept until they do not.
 * For one thread.
 */
final class WrittenRows implements AutoCloseable {

  /** Compared at a time, with a barrier. */
  private static final int BATCH = 1_000;

  /** Kept of those that differ: a few megabytes. */
  private static final int MOST = 10_000;

  private final Table table;
  private final RowCodec codec;
  private final RoundTrip roundTrip;
  private final KeyComparison comparison;
  private final Set<Row> suspects = new LinkedHashSet<>();
  private final Map<Row, Kind> different = new HashMap<>();
  private boolean more;

  /**
   * @param captured the new table, as its raw topic has it
   */
  WrittenRows(CapturedTable captured, RoundTrip roundTrip, KeyComparison comparison) {
    this.table = captured.table();
    this.codec = new RowCodec(table, captured.used());
    this.roundTrip = roundTrip;
    this.comparison = comparison;
  }

  TableId table() {
    return table.id();
  }

  /**
   * A record of the table's raw topic.
   *
   * @param value null for a delete
   */
  void take(byte[] key, byte[] value) {
    Row keyRow = codec.keyRow(key);
    int[] indexes = table.keyIndexes();
    String[] values = new String[indexes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = keyRow.get(indexes[i]);
    }
    Row of = comparison.key(Row.of(values));
    boolean held = value == null ? roundTrip.isRead() : roundTrip.holds(codec.row(value));
    if (!held || different.containsKey(of)) {
      suspects.add(of);
    }
  }

  /** A record of the table that the way back reads, where that is another one. */
  void takeBeside(RowCodec other, byte[] key) {
    roundTrip.key(other.keyRow(key)).map(comparison::key).ifPresent(suspects::add);
  }

  /** Whether as many wait to be compared as are compared at a time. */
  boolean isFull() {
    return suspects.size() >= BATCH;
  }

  /**
   * Compares those that wait.
   *
   * @throws ReadFailedException where that cannot be now: they wait on
   */
  void look() throws InterruptedException {
    if (suspects.isEmpty()) {
      return;
    }
    List<Row> batch = suspects.stream().limit(BATCH).toList();
    KeyComparison.Found found = comparison.compare(batch);
    // What would not stand still goes behind the others.
    batch.forEach(suspects::remove);
    suspects.addAll(found.open());
    batch.stream().filter(key -> !found.open().contains(key)).forEach(different::remove);
    found.different().forEach(this::keep);
  }

  private void keep(Row key, Kind kind) {
    if (different.size() < MOST) {
      different.put(key, kind);
    } else {
      more = true;
    }
  }

  /** How many rows differ, by kind. */
  Map<String, Long> differences() {
    Map<String, Long> counts = new TreeMap<>();
    different.values().forEach(kind -> counts.merge(kind.toString(), 1L, Long::sum));
    return counts;
  }

  /** Whether there were more of them than are kept. */
  boolean hasMore() {
    return more;
  }

  @Override
  public void close() {
    comparison.close();
  }
}
