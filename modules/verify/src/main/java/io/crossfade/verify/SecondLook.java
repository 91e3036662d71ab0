package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.StoredRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Decides of one suspect whether it is a difference. Pure: it is told what was seen, in this order,
 * again and again until it has decided:
 *
 * <ol>
 *   <li>the follower's row T₀, with its version (at the beginning only)
 *   <li>a line was drawn at the leader behind T₀; its row E was read, by a snapshot that sees every
 *       transaction from before the line (it is <em>settled</em>) or perhaps not
 *   <li>a barrier was asked for after E, and has been passed
 *   <li>the follower's row T, with its version
 * </ol>
 *
 * <p>The leader is the side that takes writes, the follower the one that the job keeps equal to it.
 * Before a switch the SELECT over the old tables leads and the new table follows; after it the new
 * table leads, and its SELECT follows, since the old tables do. The barrier is one of the flow from
 * the leader to the follower. The proof knows of no other difference between the two.
 *
 * <p>E equal to T₀ or to T: there is no difference; the row was in flight.
 *
 * <p>E differs from T, E is settled, and <b>T has the version of T₀</b>: a difference. Proof. Let c
 * be the last change of the key that E sees. c was committed before the barrier was asked for, so
 * it was applied before T was read. It was not applied between T₀ and T, for each change that is
 * applied writes a new version. So it was applied before T₀. T₀ shows no change behind c either:
 * such a one would have been committed before T₀ was read, so before the line, so a settled E would
 * have seen it. So T₀ shows c, which is E. It does not: somebody else wrote the row, or we did so
 * wrongly.
 *
 * <p>That E is the same before and after the barrier does not suffice: a value that goes from v to
 * w and back shows v both times, and w in the table in between. Nor does a snapshot that is not
 * settled: a commit can be streamed and applied while it is invisible at the leader, as while it
 * waits for a synchronous standby.
 *
 * <p>A row that is not there has no version, but then the leader's row has one; and a SELECT's rows
 * may have none (a key that is cast, a mapping over several tables). A follower's row without a
 * version is a difference when two settled E's in a row are the same with the same version, and it
 * was the same before, between and after them. Proof. The row was not written between the two
 * reads, and what was committed before the second and not seen by it was committed after T between
 * them was read. So T shows the row as the first E saw it, for its last change stands before the
 * barrier.
 *
 * <p>Where one side has no row, and the other is a SELECT without versions, the same values stand
 * for the same row. Then a row would have to be deleted and inserted again with the same values, in
 * step with both looks, to raise a false alarm.
 */
final class SecondLook {

  /** How a suspect stands. */
  enum State {
    /** Not decided: look again. */
    OPEN,
    /** No difference. */
    GONE,
    /** A difference. */
    REAL
  }

  private final BiPredicate<Row, Row> equal;
  private final List<Row> expectedBefore = new ArrayList<>();
  private Optional<StoredRow> follower;
  private Optional<StoredRow> expected = Optional.empty();
  private boolean settled;

  /** Whether the follower stood as it does now at the look before, while E was what it is now. */
  private boolean stoodBefore;

  private boolean moved;
  private boolean unsettled;
  private int looks;
  private State state = State.OPEN;

  /**
   * Begins with T₀.
   *
   * @param equal whether two rows are the same values
   */
  SecondLook(BiPredicate<Row, Row> equal, Optional<StoredRow> follower) {
    this.equal = Objects.requireNonNull(equal, "equal");
    this.follower = Objects.requireNonNull(follower, "follower");
  }

  /**
   * The leader's row was read.
   *
   * @param row empty where it has none
   * @param isSettled whether the read sees every transaction from before the line, which was drawn
   *     after the follower's row was read last
   */
  State expected(Optional<StoredRow> row, boolean isSettled) {
    requireOpen();
    boolean same = looks > 0 && row.equals(expected);
    moved |= looks > 0 && !same;
    stoodBefore &= same && settled;
    if (looks > 0 && !same) {
      expected.map(StoredRow::values).ifPresent(expectedBefore::add);
    }
    expected = row;
    settled = isSettled;
    unsettled |= !isSettled;
    looks++;
    return state = isSame(expected, follower) ? State.GONE : State.OPEN;
  }

  /** The barrier was passed and the follower's row was read. */
  State follower(Optional<StoredRow> row) {
    requireOpen();
    boolean unchanged = stands(row);
    moved |= !unchanged;
    boolean hasVersion = row.filter(is -> !is.version().isEmpty()).isPresent();
    follower = row;
    if (isSame(expected, follower)) {
      return state = State.GONE;
    }
    if (unchanged && settled && (hasVersion || stoodBefore)) {
      return state = State.REAL;
    }
    stoodBefore = unchanged && settled;
    return state;
  }

  private boolean stands(Optional<StoredRow> row) {
    return row.isPresent() && follower.isPresent() && !row.get().version().isEmpty()
        ? row.get().version().equals(follower.get().version())
        : row.equals(follower);
  }

  private boolean isSame(Optional<StoredRow> row, Optional<StoredRow> stored) {
    return row.isPresent() && stored.isPresent()
        ? equal.test(row.get().values(), stored.get().values())
        : row.isEmpty() && stored.isEmpty();
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("decided already: " + state);
    }
  }

  State state() {
    return state;
  }

  /** The leader's row as it was read last. */
  Optional<Row> expected() {
    return expected.map(StoredRow::values);
  }

  /** The follower's row as it was read last. */
  Optional<Row> follower() {
    return follower.map(StoredRow::values);
  }

  /** Whether the follower's row is one that the leader had at an earlier look. */
  boolean wasExpectedBefore() {
    return follower.isPresent()
        && expectedBefore.stream().anyMatch(row -> equal.test(row, follower.get().values()));
  }

  /** Whether it changed between two looks, on either side. */
  boolean moved() {
    return moved;
  }

  /** Whether the leader would not settle for it at some look. */
  boolean unsettled() {
    return unsettled;
  }
}
