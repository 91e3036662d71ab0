package io.crossfade.core.capture;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * A set of transaction ids, kept as runs: a database gives them out nearly one after the other, so
 * a million of them take the room of a few gaps.
 */
final class TransactionIds {

  /** First id of a run to its last. */
  private final TreeMap<Long, Long> runs = new TreeMap<>();

  static TransactionIds parse(String text) {
    TransactionIds ids = new TransactionIds();
    if (!text.isEmpty()) {
      for (String run : text.split(",", -1)) {
        int dash = run.indexOf('-');
        long first = Long.parseLong(dash < 0 ? run : run.substring(0, dash));
        ids.runs.put(first, dash < 0 ? first : Long.parseLong(run.substring(dash + 1)));
      }
    }
    return ids;
  }

  void add(long id) {
    Map.Entry<Long, Long> before = runs.floorEntry(id);
    if (before != null && before.getValue() >= id) {
      return;
    }
    boolean joinsBefore = before != null && before.getValue() == id - 1;
    Long lastOfNext = runs.remove(id + 1);
    runs.put(joinsBefore ? before.getKey() : id, lastOfNext != null ? lastOfNext : id);
  }

  boolean contains(long id) {
    Map.Entry<Long, Long> run = runs.floorEntry(id);
    return run != null && run.getValue() >= id;
  }

  /** The set without the ids that the test holds for. */
  TransactionIds without(LongPredicate gone) {
    TransactionIds left = new TransactionIds();
    runs.forEach(
        (first, last) -> {
          for (long id = first; id <= last; id++) {
            if (!gone.test(id)) {
              left.add(id);
            }
          }
        });
    return left;
  }

  boolean allMatch(LongPredicate test) {
    return runs.entrySet().stream()
        .allMatch(run -> LongStream.rangeClosed(run.getKey(), run.getValue()).allMatch(test));
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** Runs in order, {@code 7-9,12}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    runs.forEach(
        (first, last) -> {
          text.append(text.length() == 0 ? "" : ",").append(first);
          if (last > first) {
            text.append('-').append(last);
          }
        });
    return text.toString();
  }
}
