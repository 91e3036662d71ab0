package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.StoredRow;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks at suspects in the order that {@link SecondLook} asks for, many with one barrier; all in
 * one turn, by which the SELECT leads or the table does.
 */
final class SecondLooks {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(20);

  private final FollowingJob job;
  private final RowComparison comparison;
  private final Patience patience;
  private final Turn turn;

  SecondLooks(FollowingJob job, Turn turn, RowComparison comparison, Patience patience) {
    this.job = job;
    this.turn = turn;
    this.comparison = comparison;
    this.patience = patience;
  }

  /**
   * Looks until each is decided, or for so long.
   *
   * @param least looks that each has however long they take
   * @return those that are a difference, or not decided
   * @throws ReadFailedException where writes move to the other side meanwhile
   */
  Map<Row, SecondLook> look(Sides sides, Collection<Row> keys, int least, Duration most)
      throws InterruptedException {
    Map<Row, SecondLook> open = new LinkedHashMap<>();
    Map<Row, StoredRow> before = following(sides, keys);
    keys.forEach(
        key ->
            open.put(key, new SecondLook(comparison::equal, Optional.ofNullable(before.get(key)))));
    Map<Row, SecondLook> real = new LinkedHashMap<>();
    long end = System.nanoTime() + most.toNanos();
    Duration pause = FIRST_PAUSE;
    for (int looks = 1; ; looks++) {
      look(sides, open);
      open.forEach(
          (key, suspect) -> {
            if (suspect.state() == SecondLook.State.REAL) {
              real.put(key, suspect);
            }
          });
      open.values().removeIf(suspect -> suspect.state() != SecondLook.State.OPEN);
      if (open.isEmpty() || (looks >= least && System.nanoTime() >= end)) {
        real.putAll(open);
        return real;
      }
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private void look(Sides sides, Map<Row, SecondLook> open) throws InterruptedException {
    job.require(turn);
    String line = sides.read((expected, actual) -> job.line());
    boolean settled = settle(sides, line);
    Map<Row, StoredRow> rows = leading(sides, Set.copyOf(open.keySet()));
    open.forEach((key, suspect) -> suspect.expected(Optional.ofNullable(rows.get(key)), settled));
    List<Row> left =
        open.entrySet().stream()
            .filter(entry -> entry.getValue().state() == SecondLook.State.OPEN)
            .map(Map.Entry::getKey)
            .toList();
    if (left.isEmpty()) {
      return;
    }
    job.awaitBarrier(patience.barrier());
    Map<Row, StoredRow> follower = following(sides, left);
    // Whoever leads by now was not to be followed before: then no version tells who has written.
    job.require(turn);
    left.forEach(key -> open.get(key).follower(Optional.ofNullable(follower.get(key))));
  }

  private Map<Row, StoredRow> leading(Sides sides, Collection<Row> keys)
      throws InterruptedException {
    return turn.reversed() ? sides.actual(keys) : sides.expected(keys);
  }

  private Map<Row, StoredRow> following(Sides sides, Collection<Row> keys)
      throws InterruptedException {
    return turn.reversed() ? sides.expected(keys) : sides.actual(keys);
  }

  private boolean settle(Sides sides, String line) throws InterruptedException {
    long end = System.nanoTime() + patience.settle().toNanos();
    while (!sides.read((expected, actual) -> job.settled(line))) {
      if (System.nanoTime() >= end) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    return true;
  }
}
