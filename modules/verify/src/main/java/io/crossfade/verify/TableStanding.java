package io.crossfade.verify;

import io.crossfade.verify.Difference.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the comparison of a table stands: times, counts, and what became of it. Safe for use by
 * several threads. It is held for a moment only: a status must not wait for a database.
 */
final class TableStanding {

  private final ComparedMapping mapping;
  private final Map<Kind, Long> found = new EnumMap<>(Kind.class);
  private long expectedRows;
  private long actualRows;
  private long ranges;
  private long suspected;
  private long notLookedUp;
  private Optional<Instant> begun = Optional.empty();
  private Optional<Instant> ended = Optional.empty();
  private Optional<String> from = Optional.empty();
  private Optional<String> to = Optional.empty();
  private Optional<String> failure = Optional.empty();

  TableStanding(ComparedMapping mapping) {
    this.mapping = mapping;
  }

  synchronized void begin() {
    begun = Optional.of(Instant.now());
  }

  /** It began before, and goes on; where it had ended, it stands as it did then. */
  synchronized void goOnAt(Checkpoint checkpoint) {
    expectedRows = checkpoint.expectedRows();
    actualRows = checkpoint.actualRows();
    ranges = checkpoint.ranges();
    suspected = checkpoint.suspects();
    // All that was compared before was compared after that.
    from = Optional.of(checkpoint.position());
    begun = Optional.of(checkpoint.begun());
    checkpoint
        .foundEqual()
        .ifPresent(
            end -> {
              to = Optional.of(end.position());
              ended = Optional.of(end.at());
            });
  }

  synchronized void beginsAt(String position) {
    from = from.or(() -> Optional.of(position));
  }

  synchronized void endsAt(String position) {
    to = Optional.of(position);
  }

  synchronized void compared(RangeComparison.Seen seen) {
    expectedRows += seen.expected();
    actualRows += seen.actual();
    ranges++;
    suspected += seen.suspects().size();
  }

  synchronized void found(Kind kind) {
    found.merge(kind, 1L, Long::sum);
  }

  synchronized void notLookedUp() {
    notLookedUp++;
  }

  /** The first reason is kept: others follow from it. */
  synchronized void fail(String why) {
    failure = failure.or(() -> Optional.of(why));
  }

  synchronized boolean hasFailed() {
    return failure.isPresent();
  }

  synchronized void end() {
    ended = ended.or(() -> Optional.of(Instant.now()));
  }

  /** To be gone on with later; empty where it has not begun to compare. */
  synchronized Optional<Checkpoint> checkpoint(LeftRanges left) {
    return from.map(
        position ->
            new Checkpoint(
                left.left(),
                left.expectedRows(),
                left.actualRows(),
                left.ranges(),
                left.suspects(),
                position,
                begun.orElseThrow(),
                failure.isPresent() || ended.isEmpty()
                    ? Optional.empty()
                    : to.map(end -> new Checkpoint.Ended(ended.orElseThrow(), end))));
  }

  /** Why it did not get to its end; empty where it did, whatever it found. */
  synchronized Optional<String> notCompared() {
    return ended.isPresent()
        ? failure
        : Optional.of("it was not compared: the verification was stopped before");
  }

  synchronized TableResult result() {
    Map<String, Long> differences = new TreeMap<>();
    found.forEach((kind, count) -> differences.put(kind.toString(), count));
    return new TableResult(
        mapping.into().toString(),
        ended.map(end -> outcome()),
        why(),
        mapping.mapper().isEmpty(),
        ended.isPresent() && failure.isEmpty() && expectedRows == 0 && actualRows == 0,
        mapping.expected().ordered() > 0 ? "key ranges" : "whole",
        expectedRows,
        actualRows,
        ranges,
        suspected,
        differences,
        begun.map(Instant::toString),
        ended.map(Instant::toString),
        from,
        to);
  }

  private Outcome outcome() {
    boolean real = found.keySet().stream().anyMatch(kind -> kind != Kind.HOT);
    if (real) {
      return Outcome.DIFFERENT;
    }
    return failure.isPresent() || found.containsKey(Kind.HOT) ? Outcome.INCOMPLETE : Outcome.EQUAL;
  }

  private Optional<String> why() {
    List<String> all = new ArrayList<>();
    failure.ifPresent(all::add);
    if (found.containsKey(Kind.HOT)) {
      all.add(found.get(Kind.HOT) + " rows changed so often that nothing could be told of them");
    }
    if (notLookedUp > 0) {
      all.add(
          notLookedUp
              + " rows with other values were not looked up in the past: some may be stale");
    }
    if (mapping.mapper().isPresent()) {
      all.add("expected rows were computed by the user's own Java here, not by the source");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }
}
