package io.crossfade.verify.explain;

import io.crossfade.core.table.Row;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was seen of one row. The order of the looks matters: the records to their end, how far they
 * are applied, the target's row, the records once more, and the source last. So the target's row is
 * at least as new as what counts as applied, and the source's is at least as new as all others.
 *
 * @param expected what the SELECT gives for the source's row
 * @param target the target's row
 * @param records of this row that the raw topic still has, the oldest first; the last ones where
 *     there are many
 * @param appliedTo the target holds the effect of all records below this offset
 * @param held what is written down of the row because the target lacks it
 * @param copied whether the old table's backfill is done
 * @param stoodStill whether no record came while it was looked at
 * @param captureLag how far capture is behind, for people; empty where that is not known here
 * @param blockedBy why the line stands; empty while it goes on
 */
public record Evidence(
    Given expected,
    Optional<Row> target,
    List<Seen> records,
    long appliedTo,
    List<Held> held,
    boolean copied,
    boolean stoodStill,
    Optional<String> captureLag,
    Optional<String> blockedBy) {

  /**
   * A record.
   *
   * @param offset in its partition
   * @param time when the source committed it, or when it was read, for people
   * @param gives what the SELECT gives for it
   */
  public record Seen(long offset, String time, Given gives) {
    public Seen {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(gives, "gives");
    }
  }

  /**
   * Why the target lacks the row.
   *
   * @param state {@code stopped}, {@code parked} or {@code skipped} of a row that was refused,
   *     {@code waiting} of one that another row is in the way of
   * @param error what the target said
   * @param since when first
   * @param offset of its record; -1 where that is not said
   * @param note who holds what it waits for, or why it was skipped; empty where there is neither
   */
  public record Held(String state, String error, String since, long offset, String note) {

    /** The state of a row that another row is in the way of. */
    public static final String WAITING = "waiting";

    public Held {
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(since, "since");
      Objects.requireNonNull(note, "note");
    }
  }

  public Evidence {
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(target, "target");
    records = List.copyOf(records);
    held = List.copyOf(held);
    Objects.requireNonNull(captureLag, "captureLag");
    Objects.requireNonNull(blockedBy, "blockedBy");
  }

  /** The newest record. */
  Optional<Seen> last() {
    return records.isEmpty() ? Optional.empty() : Optional.of(records.get(records.size() - 1));
  }
}
