package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.KeyRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ranges of a table that were not found equal: not handed out yet, just being compared, with
 * rows that are suspected still, or with rows that differ. Whoever goes on later compares them, and
 * finds what was found again; nothing else has to be kept of it. Of all others it knows what was
 * seen in them. In the order of the key. Not safe for use by several threads.
 */
final class LeftRanges {

  /** A range that was handed out. */
  static final class Part {
    private final KeyRange range;
    private boolean compared;
    private boolean differs;
    private long expectedRows;
    private long actualRows;
    private long suspected;
    private long undecided;

    private Part(KeyRange range) {
      this.range = range;
    }

    KeyRange range() {
      return range;
    }
  }

  private final Deque<KeyRange> unplanned;
  private final Set<Part> parts = new LinkedHashSet<>();
  private final Map<Row, Part> suspects = new HashMap<>();
  private long expectedRows;
  private long actualRows;
  private long ranges;
  private long suspected;

  /** Of a table that was never looked at. */
  LeftRanges() {
    this.unplanned = new ArrayDeque<>(List.of(KeyRange.ALL));
  }

  /** Goes on there. */
  LeftRanges(Checkpoint checkpoint) {
    this.unplanned = new ArrayDeque<>(checkpoint.left());
    this.expectedRows = checkpoint.expectedRows();
    this.actualRows = checkpoint.actualRows();
    this.ranges = checkpoint.ranges();
    this.suspected = checkpoint.suspects();
  }

  /** What is to be handed out next may lie anywhere in this; empty where all was. */
  Optional<KeyRange> next() {
    return Optional.ofNullable(unplanned.peek());
  }

  /**
   * Hands out the beginning of {@link #next}.
   *
   * @param end the first key behind it; empty: all of it
   */
  Part handOut(Optional<Row> end) {
    KeyRange all = unplanned.remove();
    end.ifPresent(row -> unplanned.addFirst(new KeyRange(end, all.to())));
    Part part = new Part(new KeyRange(all.from(), end.or(all::to)));
    parts.add(part);
    return part;
  }

  /** A part was compared; its suspects are to be decided yet. */
  void compared(Part part, RangeComparison.Seen seen) {
    part.compared = true;
    part.expectedRows = seen.expected();
    part.actualRows = seen.actual();
    part.suspected = seen.suspects().size();
    for (Row key : seen.suspects()) {
      part.undecided += suspects.put(key, part) == null ? 1 : 0;
    }
    settle(part);
  }

  /** A suspect was decided. */
  void decided(Row key, boolean equal) {
    Optional.ofNullable(suspects.remove(key))
        .ifPresent(
            part -> {
              part.undecided--;
              part.differs |= !equal;
              settle(part);
            });
  }

  private void settle(Part part) {
    if (part.compared && !part.differs && part.undecided == 0) {
      parts.remove(part);
      expectedRows += part.expectedRows;
      actualRows += part.actualRows;
      suspected += part.suspected;
      ranges++;
    }
  }

  /** What is left; ranges that touch each other are one. */
  List<KeyRange> left() {
    List<KeyRange> all = new ArrayList<>(parts.stream().map(Part::range).toList());
    all.addAll(unplanned);
    List<KeyRange> joined = new ArrayList<>();
    for (KeyRange range : all) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).to().equals(range.from())) {
        joined.set(last, new KeyRange(joined.get(last).from(), range.to()));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }

  /** Rows that the SELECT gave in the ranges that were found equal. */
  long expectedRows() {
    return expectedRows;
  }

  /** Rows that the table had there. */
  long actualRows() {
    return actualRows;
  }

  /** How many these ranges are. */
  long ranges() {
    return ranges;
  }

  /** Rows there that were not the same at the first look. */
  long suspects() {
    return suspected;
  }
}
