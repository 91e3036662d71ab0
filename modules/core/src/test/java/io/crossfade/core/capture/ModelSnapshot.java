package io.crossfade.core.capture;

import io.crossfade.core.source.Snapshot;
import java.util.Set;
import java.util.TreeSet;

/** A snapshot of the model: which transactions were visible when it was taken. */
record ModelSnapshot(long next, Set<Long> running) implements Snapshot {

  ModelSnapshot {
    running = Set.copyOf(running);
  }

  @Override
  public boolean includes(long transaction) {
    return transaction < next && !running.contains(transaction);
  }

  @Override
  public boolean includesAllOf(Snapshot older) {
    ModelSnapshot other = (ModelSnapshot) older;
    return next >= other.next
        && running.stream().allMatch(id -> id >= other.next || other.running.contains(id));
  }

  long oldestRunning() {
    return running.stream().mapToLong(Long::longValue).min().orElse(next);
  }

  static ModelSnapshot parse(String text) {
    String[] parts = text.split(";", -1);
    Set<Long> running = new TreeSet<>();
    for (String id : parts[1].split(",", -1)) {
      if (!id.isEmpty()) {
        running.add(Long.parseLong(id));
      }
    }
    return new ModelSnapshot(Long.parseLong(parts[0]), running);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(next).append(';');
    new TreeSet<>(running).forEach(id -> text.append(id).append(','));
    return text.toString();
  }
}
