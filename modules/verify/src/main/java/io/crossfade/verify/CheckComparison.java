package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Compares a pair of queries. Its answers have no versions, so a difference counts when both sides
 * have said the same in several looks, with a barrier in each.
 */
final class CheckComparison {

  private static final int MOST_ROWS = 1_000;
  private static final int SHOWN = 300;

  /** Looks with the same answers that make a difference. */
  private static final int LOOKS = 3;

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final CheckPair pair;
  private final ComparedDatabase source;
  private final ComparedDatabase target;
  private final FollowingJob job;
  private final Turn turn;
  private final Patience patience;
  private final boolean masked;

  CheckComparison(
      CheckPair pair,
      ComparedDatabase source,
      ComparedDatabase target,
      FollowingJob job,
      Turn turn,
      Patience patience,
      boolean masked) {
    this.pair = pair;
    this.source = source;
    this.target = target;
    this.job = job;
    this.turn = turn;
    this.patience = patience;
    this.masked = masked;
  }

  CheckResult run() throws InterruptedException {
    try {
      return compare();
    } catch (ReadFailedException e) {
      return new CheckResult(
          pair.name(),
          Optional.of(Outcome.INCOMPLETE),
          Optional.of(e.getMessage()),
          Optional.empty(),
          Optional.empty());
    }
  }

  private CheckResult compare() throws InterruptedException {
    long end = System.nanoTime() + patience.hot().toNanos();
    job.require(turn);
    List<Row> actual = following();
    Optional<List<Row>> before = Optional.empty();
    for (int same = 0; ; ) {
      boolean settled = job.settled(job.line());
      List<Row> expected = leading();
      boolean still = settled && before.equals(Optional.of(expected));
      job.awaitBarrier(patience.barrier());
      List<Row> later = following();
      job.require(turn);
      if (agree(expected, actual) || agree(expected, later)) {
        return ended(Outcome.EQUAL, Optional.empty(), expected, later);
      }
      same = settled && later.equals(actual) && (before.isEmpty() || still) ? same + 1 : 0;
      if (same == LOOKS) {
        return ended(Outcome.DIFFERENT, Optional.empty(), expected, later);
      }
      if (same == 0 && System.nanoTime() >= end) {
        return ended(
            Outcome.INCOMPLETE,
            Optional.of(
                settled
                    ? "the answers kept changing; ask for something that stands still, or again when"
                        + " there are fewer writes"
                    : "a transaction that is open at the "
                        + (turn.reversed() ? "target" : "source")
                        + " hides whether they agree"),
            expected,
            later);
      }
      before = Optional.of(expected);
      actual = later;
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }

  private List<Row> leading() {
    return turn.reversed() ? ofTarget() : ofSource();
  }

  private List<Row> following() {
    return turn.reversed() ? ofSource() : ofTarget();
  }

  private List<Row> ofSource() {
    return source.query(pair.source(), MOST_ROWS);
  }

  private List<Row> ofTarget() {
    return target.query(pair.target(), MOST_ROWS);
  }

  private CheckResult ended(
      Outcome outcome, Optional<String> why, List<Row> leading, List<Row> following) {
    return new CheckResult(
        pair.name(),
        Optional.of(outcome),
        why,
        shown(turn.reversed() ? following : leading),
        shown(turn.reversed() ? leading : following));
  }

  private Optional<String> shown(List<Row> rows) {
    if (masked) {
      return Optional.empty();
    }
    String text = rows.size() == 1 ? rows.get(0).toString() : rows.toString();
    return Optional.of(
        text.length() <= SHOWN
            ? text
            : text.substring(0, SHOWN) + "… (" + text.length() + " characters)");
  }

  private static boolean agree(List<Row> left, List<Row> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!agree(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean agree(Row left, Row right) {
    boolean agree = left.size() == right.size();
    for (int i = 0; agree && i < left.size(); i++) {
      agree = agree(left.get(i), right.get(i));
    }
    return agree;
  }

  /** The two queries need not have the same types: a sum of integers is a number like another. */
  private static boolean agree(String left, String right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    try {
      return left.equals(right) || new BigDecimal(left).compareTo(new BigDecimal(right)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
