package io.crossfade.core.model;

import io.crossfade.core.source.Snapshot;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A snapshot as PostgreSQL gives it.
 *
 * @param exact whether the running transactions can be relied on: a standby lists none
 * @param next the lowest id that was not given out yet
 * @param running ids below that were not visible; of a standby only the lowest can be had
 */
record SeenSnapshot(boolean exact, long next, SortedSet<Long> running) implements Snapshot {

  private long xmin() {
    return running.isEmpty() ? next : running.first();
  }

  @Override
  public boolean includes(long transaction) {
    return exact ? transaction < next && !running.contains(transaction) : transaction < xmin();
  }

  @Override
  public boolean includesAllOf(Snapshot older) {
    SeenSnapshot other = (SeenSnapshot) older;
    return exact
        ? next >= other.next
            && running.stream().allMatch(id -> id >= other.next || other.running.contains(id))
        : xmin() >= other.xmin();
  }

  /** Whether no transaction up to this one can become visible any more. */
  boolean settled(long line) {
    return xmin() > line;
  }

  static SeenSnapshot parse(String text) {
    String[] parts = text.split(":", -1);
    SortedSet<Long> running = new TreeSet<>();
    for (String id : parts[1].split(",", -1)) {
      if (!id.isEmpty()) {
        running.add(Long.parseLong(id));
      }
    }
    return new SeenSnapshot(true, Long.parseLong(parts[0]), running);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(next).append(':');
    running.forEach(id -> text.append(id).append(','));
    return text.toString();
  }
}
