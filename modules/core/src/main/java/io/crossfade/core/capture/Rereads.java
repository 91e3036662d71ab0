package io.crossfade.core.capture;

import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rows that have to be read from their table because their event came without a value (I8).
 * Such an event is a hint: it says that the row has changed, not into what.
 *
 * <p>A row read under a snapshot S may be published when the marker after S was met, S includes the
 * last hint of its key, and no whole event of the key was streamed since that hint. Then no event
 * of the key was streamed that S does not include: the hint is the last one, and later ones would
 * have taken its place or removed it. If S does not include the hint it is read again.
 *
 * <p>A whole event after the hint is newer than anything the hint could bring, so it removes it. A
 * hint is remembered with the batch it came in: the log must not be confirmed past the batch before
 * the oldest one. Not safe for use by several threads.
 */
public final class Rereads {

  private record Hint(long transaction, long batch) {}

  /** In the order in which they came, so that the oldest are read first. */
  private final Map<Key, Hint> hints = new LinkedHashMap<>();

  /** How many hints each batch has left. */
  private final NavigableMap<Long, Integer> left = new TreeMap<>();

  /** An event of the key came without a value. */
  public void hint(Key key, long transaction, long batch) {
    remove(key);
    hints.put(key, new Hint(transaction, batch));
    left.merge(batch, 1, Integer::sum);
  }

  /** A whole event of the key came, or its delete. */
  public void whole(Key key) {
    remove(key);
  }

  /**
   * No key of the table waits any more: it was emptied, or is copied again as a whole under
   * snapshots that include all its hints.
   */
  public void forget(TableId table) {
    hints.keySet().stream().filter(key -> key.table().equals(table)).toList().forEach(this::remove);
  }

  /** The table of most keys that wait. */
  public Optional<TableId> mostOf() {
    Map<TableId, Long> counts = new HashMap<>();
    hints.keySet().forEach(key -> counts.merge(key.table(), 1L, Long::sum));
    return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  /** Transactions of the hints of a table. */
  public Set<Long> transactions(TableId table) {
    Set<Long> transactions = new HashSet<>();
    hints.forEach(
        (key, hint) -> {
          if (key.table().equals(table)) {
            transactions.add(hint.transaction());
          }
        });
    return transactions;
  }

  /** Up to this many keys that wait, oldest first. */
  public List<Key> oldest(int most) {
    List<Key> keys = new ArrayList<>();
    for (Key key : hints.keySet()) {
      if (keys.size() == most) {
        break;
      }
      keys.add(key);
    }
    return keys;
  }

  /**
   * The marker after a read was met: whether the key's row may be published, or, where the read
   * found no row, whether its delete is on the way and nothing is to be published. If so the key
   * does not wait any more.
   */
  public boolean settle(Key key, Snapshot read) {
    Hint hint = hints.get(key);
    if (hint == null || !read.includes(hint.transaction())) {
      return false;
    }
    remove(key);
    return true;
  }

  /** Whether the key still waits. */
  public boolean waits(Key key) {
    return hints.containsKey(key);
  }

  /** The batch of the oldest hint that waits. */
  public OptionalLong oldestBatch() {
    return left.isEmpty() ? OptionalLong.empty() : OptionalLong.of(left.firstKey());
  }

  /** How many keys wait. */
  public int size() {
    return hints.size();
  }

  private void remove(Key key) {
    Hint hint = hints.remove(key);
    if (hint != null) {
      left.computeIfPresent(hint.batch(), (batch, count) -> count == 1 ? null : count - 1);
    }
  }
}
