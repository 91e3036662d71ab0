package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

class TransactionIdsTest {

  private static final int RUNS = 2_000;

  @Test
  void shouldHoldTheIdsThatWereAddedAndNoOther() {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, new Real()))).isEmpty();
  }

  @Test
  void shouldNoticeASetThatForgetsTheRunItJoins() {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, new Forgetful()))).isPresent();
  }

  @Test
  void shouldTakeNoMoreRoomThanThereAreGaps() {
    TransactionIds ids = new TransactionIds();
    for (int i = 0; i < 10_000; i++) {
      ids.add((i * 7919L) % 10_000);
    }

    assertThat(ids).hasToString("0-9999");
  }

  private interface Ids {
    void add(long id);

    boolean contains(long id);

    void remove(LongPredicate gone);

    void writeAndReadBack();
  }

  private static final class Real implements Ids {
    private TransactionIds ids = new TransactionIds();

    @Override
    public void add(long id) {
      ids.add(id);
    }

    @Override
    public boolean contains(long id) {
      return ids.contains(id);
    }

    @Override
    public void remove(LongPredicate gone) {
      ids = ids.without(gone);
    }

    @Override
    public void writeAndReadBack() {
      ids = TransactionIds.parse(ids.toString());
    }
  }

  /** Puts an id before the next run, and forgets how long that one was. */
  private static final class Forgetful implements Ids {
    private final TreeMap<Long, Long> runs = new TreeMap<>();

    @Override
    public void add(long id) {
      if (!contains(id)) {
        Long next = runs.remove(id + 1);
        runs.put(id, next == null ? id : id + 1);
      }
    }

    @Override
    public boolean contains(long id) {
      var run = runs.floorEntry(id);
      return run != null && run.getValue() >= id;
    }

    @Override
    public void remove(LongPredicate gone) {
      runs.keySet().removeIf(gone::test);
    }

    @Override
    public void writeAndReadBack() {}
  }

  private static Optional<String> problem(Random random, Ids ids) {
    Set<Long> model = new HashSet<>();
    // Ids of 32 bits begin again at 3.
    long base = random.nextBoolean() ? 3 : 4_294_967_270L;
    for (int i = 0; i < 60; i++) {
      long id = base + random.nextInt(24);
      switch (random.nextInt(8)) {
        case 0:
          long below = base + random.nextInt(24);
          model.removeIf(x -> x < below);
          ids.remove(x -> x < below);
          break;
        case 1:
          ids.writeAndReadBack();
          break;
        default:
          model.add(id);
          ids.add(id);
      }
      for (long x = base - 1; x < base + 26; x++) {
        if (ids.contains(x) != model.contains(x)) {
          return Optional.of(x + " should " + (model.contains(x) ? "" : "not ") + "be there");
        }
      }
    }
    return Optional.empty();
  }
}
