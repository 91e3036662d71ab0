package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.verify.Difference.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares single rows of a new table with what its SELECT gives, while writes go on. For one
 * thread.
 */
public final class KeyComparison implements AutoCloseable {

  private static final int LOOKS = 3;

  private final Sides sides;
  private final RowComparison comparison;
  private final SecondLooks looks;
  private final Pace pace;
  private final Turn turn;

  /**
   * What came of it.
   *
   * @param different the rows that differ, and how
   * @param open those that would not stand still: nothing is known of them yet
   */
  public record Found(Map<Row, Kind> different, Set<Row> open) {
    public Found {
      different = Map.copyOf(different);
      open = Set.copyOf(open);
    }
  }

  /**
   * Opens nothing yet.
   *
   * @param source where SELECTs are executed
   * @param target where the new table is
   * @param turn who takes writes
   */
  public KeyComparison(
      ComparedMapping mapping,
      ComparedDatabase source,
      ComparedDatabase target,
      FollowingJob job,
      Turn turn,
      Patience patience) {
    this.comparison = new RowComparison(mapping.actual());
    this.sides = new Sides(source, target, mapping, comparison, patience.attempts());
    this.looks = new SecondLooks(job, turn, comparison, patience);
    this.pace = new Pace(job);
    this.turn = turn;
  }

  /**
   * A key as {@link #compare} takes it: two texts of one key, 1.0 and 1.00, give the same.
   *
   * @param key in the order of the primary key
   */
  public Row key(Row key) {
    return comparison.key(key);
  }

  /**
   * Compares rows.
   *
   * @param keys as {@link #key} gives them; a thousand or so at a time
   * @throws ReadFailedException where a side cannot be read, or writes move to the other side
   */
  public Found compare(Collection<Row> keys) throws InterruptedException {
    pace.await();
    Map<Row, Kind> different = new HashMap<>();
    Set<Row> open = new HashSet<>();
    looks
        .look(sides, keys, LOOKS, Duration.ZERO)
        .forEach(
            (key, look) -> {
              if (look.state() == SecondLook.State.REAL) {
                boolean before = !turn.reversed() && look.wasExpectedBefore();
                different.put(key, comparison.kind(look.expected(), look.follower(), before));
              } else {
                open.add(key);
              }
            });
    pace.read(keys.size());
    return new Found(different, open);
  }

  @Override
  public void close() {
    sides.close();
  }
}
