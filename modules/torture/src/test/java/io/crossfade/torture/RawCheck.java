package io.crossfade.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether the raw topics are exact (I2, I3, I8): each change of the log stands there once, in the
 * order of its key's history, and no row that was read hides a newer one. Records must be all from
 * offset 0 on, without barriers, those of a partition in order.
 */
final class RawCheck {

  private static final int EXAMPLES = 20;

  /**
   * A change that the source has committed.
   *
   * @param operation {@code w}: a row was written; {@code h}: written, and the log has left its
   *     large value out; {@code d}: a row was deleted
   * @param version the row's, of a delete the one that was deleted
   * @param transaction its id
   */
  record Change(String table, String key, char operation, long version, long transaction) {}

  private record Key(String table, String key) {
    @Override
    public String toString() {
      return table + " " + key.replace(TortureTable.BETWEEN, "/");
    }
  }

  private final List<String> problems = new ArrayList<>();

  private RawCheck() {}

  /**
   * Looks at all of it.
   *
   * @param history all changes, those of a key in their order
   * @param streamedFrom transactions with this id or a greater one began after the migration had
   *     written its first position
   * @return what is wrong, as sentences; empty where all is right
   */
  static List<String> problems(List<RawRecord> records, List<Change> history, long streamedFrom) {
    RawCheck check = new RawCheck();
    check.sequences(records);
    Map<Key, List<RawRecord>> byKey =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    record -> new Key(record.table(), record.key()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byKey.forEach(check::order);
    Map<Key, List<Change>> changes =
        history.stream()
            .filter(change -> change.operation() != 'h')
            .collect(
                Collectors.groupingBy(
                    change -> new Key(change.table(), change.key()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byKey.keySet().forEach(key -> changes.putIfAbsent(key, List.of()));
    changes.forEach(
        (key, all) -> check.history(key, all, byKey.getOrDefault(key, List.of()), streamedFrom));
    List<String> found = check.problems;
    if (found.size() > EXAMPLES) {
      int all = found.size();
      found.subList(EXAMPLES, all).clear();
      found.add("raw topics: " + all + " problems in all");
    }
    return found;
  }

  /** The publisher's numbers: growing in each partition, and each from 1 to the last once. */
  private void sequences(List<RawRecord> records) {
    Map<String, Long> last = new HashMap<>();
    for (RawRecord record : records) {
      String partition = record.table() + "-" + record.partition();
      Long before = last.put(partition, record.sequence());
      if (before != null && before >= record.sequence()) {
        problems.add(
            partition + ": sequence " + record.sequence() + " after " + before + " " + record);
      }
    }
    long expected = 1;
    for (long sequence : records.stream().mapToLong(RawRecord::sequence).sorted().toArray()) {
      if (sequence < expected) {
        problems.add("sequence " + sequence + " stands in the raw topics twice");
      } else if (sequence > expected) {
        problems.add("sequences " + expected + " to " + (sequence - 1) + " are missing");
      }
      expected = sequence + 1;
    }
  }

  private void order(Key key, List<RawRecord> records) {
    if (records.stream().map(RawRecord::partition).distinct().count() > 1) {
      problems.add(key + " is in several partitions");
    }
    long highest = 0;
    for (RawRecord record : records) {
      if (record.version().isEmpty()) {
        continue;
      }
      long version = record.version().getAsLong();
      if (version < highest || version == highest && !record.read()) {
        problems.add(
            key
                + (version == highest ? ": published twice: " : ": goes back: ")
                + record
                + " after version "
                + highest);
      }
      highest = Math.max(highest, version);
    }
  }

  /** What the log gave is the end of the key's history, without a gap or a change of order. */
  private void history(Key key, List<Change> all, List<RawRecord> records, long streamedFrom) {
    List<RawRecord> events = records.stream().filter(record -> !record.read()).toList();
    long required = all.stream().filter(c -> c.transaction() >= streamedFrom).count();
    if (events.size() < required || events.size() > all.size()) {
      problems.add(
          key
              + ": "
              + events.size()
              + " events in the raw topic, "
              + all.size()
              + " changes at the source, "
              + required
              + " of them since it began");
      return;
    }
    int skipped = all.size() - events.size();
    for (int i = 0; i < events.size(); i++) {
      Change change = all.get(skipped + i);
      RawRecord event = events.get(i);
      boolean same =
          change.operation() == 'd'
              ? event.version().isEmpty()
              : event.version().isPresent() && event.version().getAsLong() == change.version();
      if (!same) {
        problems.add(key + ": the source has " + change + " where the raw topic has " + event);
        return;
      }
    }
  }
}
