package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RereadsTest {

  private static final int RUNS = 2_000;
  private static final List<Key> KEYS = new ModelDatabase(4).keys;

  /** Deliberately wrong bookkeeping. */
  enum Wrong {
    /** A row is published although the read did not see the last hint. */
    SETTLES_WITHOUT_THE_SNAPSHOT,
    /** A whole event leaves an earlier hint in place. */
    KEEPS_HINTS_BEHIND_WHOLE_EVENTS,
    /** A second hint of a key is taken for the first, which an older read may have seen. */
    KEEPS_THE_FIRST_HINT,
    /** The log is confirmed past hints that wait: only the latest batch is known. */
    KNOWS_ONLY_THE_LATEST_BATCH
  }

  /** After each step: who waits, which batch is the oldest, and which reads may be published. */
  @Test
  void shouldPublishARowOnlyWhereItsLastEventIsAHintThatTheReadHasSeen() {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, new Real()))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisIsWrong(Wrong wrong) {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, new Mutant(wrong))))
        .isPresent();
  }

  private interface Hints {
    void hint(Key key, long transaction, long batch);

    void whole(Key key);

    boolean settle(Key key, Snapshot read);

    boolean waits(Key key);

    OptionalLong oldestBatch();
  }

  private static final class Real implements Hints {
    private final Rereads rereads = new Rereads();

    @Override
    public void hint(Key key, long transaction, long batch) {
      rereads.hint(key, transaction, batch);
    }

    @Override
    public void whole(Key key) {
      rereads.whole(key);
    }

    @Override
    public boolean settle(Key key, Snapshot read) {
      return rereads.settle(key, read);
    }

    @Override
    public boolean waits(Key key) {
      return rereads.waits(key);
    }

    @Override
    public OptionalLong oldestBatch() {
      return rereads.oldestBatch();
    }
  }

  private record Hint(long transaction, long batch) {}

  private static final class Mutant implements Hints {
    private final Wrong wrong;
    private final Map<Key, Hint> hints = new LinkedHashMap<>();

    Mutant(Wrong wrong) {
      this.wrong = wrong;
    }

    @Override
    public void hint(Key key, long transaction, long batch) {
      if (wrong == Wrong.KEEPS_THE_FIRST_HINT) {
        hints.putIfAbsent(key, new Hint(transaction, batch));
      } else {
        hints.put(key, new Hint(transaction, batch));
      }
    }

    @Override
    public void whole(Key key) {
      if (wrong != Wrong.KEEPS_HINTS_BEHIND_WHOLE_EVENTS) {
        hints.remove(key);
      }
    }

    @Override
    public boolean settle(Key key, Snapshot read) {
      Hint hint = hints.get(key);
      boolean may =
          hint != null
              && (wrong == Wrong.SETTLES_WITHOUT_THE_SNAPSHOT || read.includes(hint.transaction()));
      if (may) {
        hints.remove(key);
      }
      return may;
    }

    @Override
    public boolean waits(Key key) {
      return hints.containsKey(key);
    }

    @Override
    public OptionalLong oldestBatch() {
      var batches = hints.values().stream().mapToLong(Hint::batch);
      return wrong == Wrong.KNOWS_ONLY_THE_LATEST_BATCH ? batches.max() : batches.min();
    }
  }

  /** The model keeps the last event of each key, and nothing else. */
  private record Last(boolean hint, long transaction, long batch) {}

  private static Optional<String> problem(Random random, Hints hints) {
    Map<Key, Last> last = new HashMap<>();
    long transaction = 10;
    for (int batch = 0; batch < 40; batch++) {
      Key key = Randomly.oneOf(random, KEYS);
      switch (random.nextInt(3)) {
        case 0:
          last.put(key, new Last(true, ++transaction, batch));
          hints.hint(key, transaction, batch);
          break;
        case 1:
          last.put(key, new Last(false, ++transaction, batch));
          hints.whole(key);
          break;
        default:
          // Some of the last transactions are not visible to the read.
          Snapshot read =
              new ModelSnapshot(
                  transaction + 1 - random.nextInt(3), Set.of(transaction - random.nextInt(6)));
          Last event = last.get(key);
          boolean may = event != null && event.hint() && read.includes(event.transaction());
          if (hints.settle(key, read) != may) {
            return Optional.of(key + " settles wrongly after " + event + " under " + read);
          }
          if (may) {
            last.put(key, new Last(false, 0, 0));
          }
      }
      for (Key each : KEYS) {
        Last event = last.get(each);
        if (hints.waits(each) != (event != null && event.hint())) {
          return Optional.of(each + " waits wrongly after " + event);
        }
      }
      OptionalLong oldest = last.values().stream().filter(Last::hint).mapToLong(Last::batch).min();
      if (!hints.oldestBatch().equals(oldest)) {
        return Optional.of("oldest batch " + hints.oldestBatch() + " and not " + oldest);
      }
    }
    return Optional.empty();
  }
}
