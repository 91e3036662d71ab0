package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.wire.Contributions.Side;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;

/**
 * What becomes of the pairs of rows that share something, when one of the rows changes.
 *
 * <p>A pair is known by what its rows share and by who they are ({@link PairName}). So a row that
 * shares something else from now on is in pairs of other names there, and what is said of the old
 * pairs and what is said of the new ones may arrive in any order.
 *
 * <p><em>Why the end is the JOIN of SQL.</em> Of each row the last that it said stands here, for it
 * comes over one partition, in order. After each change the pairs of which it was said last that
 * they are rows are those of the rows that are here: a change can touch the pairs of its own row
 * only, and, on the left of an outer join, whether a row is alone; all these are said anew. Those
 * that are said again though nothing has changed in them are said as they are.
 */
final class Pairs {

  private final Joining.Step step;

  Pairs(Joining.Step step) {
    this.step = step;
  }

  /**
   * A row of one side.
   *
   * @param name who it is, among those of its side
   */
  record Member(byte[] name, Row row) {}

  /** The rows that share it. */
  interface Members {
    /** Looks at those of a side until one is found. */
    boolean any(Side side, Predicate<Member> is);
  }

  /** Takes what is said of a pair: the joined row, or that there is none. */
  interface Said {
    void of(byte[] pair, Optional<Row> row);
  }

  /**
   * One row changes.
   *
   * @param shared what it shares
   * @param name who it is, among those of its side
   * @param before what it was; empty where it shared nothing here
   * @param now what it is; empty where it shares nothing here any more
   * @param members the others; whether its own row is among them does not matter
   */
  void change(
      Side side,
      byte[] shared,
      byte[] name,
      Optional<Row> before,
      Optional<Row> now,
      Members members,
      Said said) {
    if (side == Side.LEFT) {
      Map<Bytes, Optional<Row>> pairs = new LinkedHashMap<>();
      before.ifPresent(
          row ->
              ofLeft(shared, name, row, members, (pair, r) -> put(pairs, pair, Optional.empty())));
      now.ifPresent(row -> ofLeft(shared, name, row, members, (pair, r) -> put(pairs, pair, r)));
      say(pairs, said);
    } else {
      members.any(
          Side.LEFT,
          left -> {
            ofRight(shared, left, name, before, now, members, said);
            return false;
          });
    }
  }

  /** Rows first: so the key that they claim is not without a row where another pair had it. */
  private static void say(Map<Bytes, Optional<Row>> pairs, Said said) {
    for (boolean present : new boolean[] {true, false}) {
      pairs.forEach(
          (pair, row) -> {
            if (row.isPresent() == present) {
              said.of(pair.get(), row);
            }
          });
    }
  }

  private static void put(Map<Bytes, Optional<Row>> pairs, byte[] pair, Optional<Row> row) {
    pairs.put(Bytes.wrap(pair), row);
  }

  /** All pairs of a row on the left. */
  private void ofLeft(byte[] shared, byte[] name, Row row, Members members, Said said) {
    boolean[] alone = {true};
    members.any(
        Side.RIGHT,
        other -> {
          Row both = step.joined(row, other.row());
          if (matches(both)) {
            said.of(PairName.of(shared, name, other.name()), Optional.of(both));
            alone[0] = false;
          }
          return false;
        });
    if (alone[0] && step.outer()) {
      said.of(PairName.alone(shared, name), Optional.of(step.alone(row)));
    }
  }

  /** What a row on the right does to one on the left. */
  private void ofRight(
      byte[] shared,
      Member left,
      byte[] name,
      Optional<Row> before,
      Optional<Row> now,
      Members members,
      Said said) {
    boolean was = before.isPresent() && matches(step.joined(left.row(), before.get()));
    Optional<Row> is = now.map(row -> step.joined(left.row(), row)).filter(this::matches);
    Map<Bytes, Optional<Row>> pairs = new LinkedHashMap<>();
    if (was || is.isPresent()) {
      put(pairs, PairName.of(shared, left.name(), name), is);
    }
    if (step.outer() && was != is.isPresent()) {
      boolean byAnother =
          members.any(
              Side.RIGHT,
              other ->
                  !Arrays.equals(other.name(), name)
                      && matches(step.joined(left.row(), other.row())));
      if (!byAnother) {
        put(
            pairs,
            PairName.alone(shared, left.name()),
            is.isPresent() ? Optional.empty() : Optional.of(step.alone(left.row())));
      }
    }
    say(pairs, said);
  }

  /** Where that cannot be evaluated the pair goes on, as the bad row that it is. */
  private boolean matches(Row both) {
    try {
      return step.matches(both);
    } catch (EvaluationException e) {
      return true;
    }
  }
}
