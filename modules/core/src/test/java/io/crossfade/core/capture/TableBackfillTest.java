package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import io.crossfade.core.capture.TableBackfill.Chunk;
import io.crossfade.core.source.Extent;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableBackfillTest {

  private static final TableId TABLE = new TableId("public", "t");

  /** A deliberately wrong way to use it. */
  enum Wrong {
    /** A chunk is done as it was handed out, although it was cut. */
    DONE_AS_HANDED_OUT,
    /** A restart begins with all that was handed out as done. */
    RESTARTS_WITH_WHAT_WAS_HANDED_OUT
  }

  @Test
  void shouldReadEachPlaceOnceWhateverIsCutGivenBackAndRestarted() {
    assertThat(Randomly.firstProblem(500, random -> problem(random, Optional.empty()))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisIsWrong(Wrong wrong) {
    assertThat(Randomly.firstProblem(500, random -> problem(random, Optional.of(wrong))))
        .isPresent();
  }

  private static Optional<String> problem(Random random, Optional<Wrong> wrong) {
    try {
      return history(random, wrong);
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Optional<String> history(Random random, Optional<Wrong> wrong) {
    List<Extent> extents = List.of(extent("a", 50), extent("b", 0), extent("c", 33));
    TableBackfill backfill = new TableBackfill(TableBackfill.State.start(extents, 0));
    List<BitSet> read = List.of(new BitSet(), new BitSet(), new BitSet());
    List<Chunk> out = new ArrayList<>();
    for (int step = 0; step < 2_000 && !backfill.complete(); step++) {
      switch (random.nextInt(6)) {
        case 0:
          if (!out.isEmpty()) {
            backfill.giveBack(out.remove(random.nextInt(out.size())));
          }
          break;
        case 1:
          if (random.nextInt(5) == 0) {
            if (wrong.equals(Optional.of(Wrong.RESTARTS_WITH_WHAT_WAS_HANDED_OUT))) {
              for (Chunk chunk : out) {
                backfill.done(chunk, 1);
              }
            }
            backfill = new TableBackfill(backfill.state());
            out.clear();
          }
          break;
        case 2:
        case 3:
          if (!out.isEmpty()) {
            Chunk chunk = out.remove(random.nextInt(out.size()));
            Optional<String> twice = finish(backfill, chunk, random, read, wrong);
            if (twice.isPresent()) {
              return twice;
            }
          }
          break;
        default:
          backfill.next(1 + random.nextInt(12)).ifPresent(out::add);
      }
    }
    return read.get(0).cardinality() == 50
            && read.get(2).cardinality() == 33
            && backfill.next(10).isEmpty()
        ? Optional.empty()
        : Optional.of("read " + read);
  }

  private static Optional<String> finish(
      TableBackfill backfill,
      Chunk chunk,
      Random random,
      List<BitSet> read,
      Optional<Wrong> wrong) {
    Chunk done = chunk;
    if (chunk.to() - chunk.from() > 1 && random.nextBoolean()) {
      long end = chunk.from() + 1 + random.nextInt((int) (chunk.to() - chunk.from() - 1));
      done = backfill.cut(chunk, end);
    }
    for (long place = done.from(); place < done.to(); place++) {
      if (read.get(done.extent()).get((int) place)) {
        return Optional.of("place " + place + " is read twice");
      }
      read.get(done.extent()).set((int) place);
    }
    backfill.done(wrong.equals(Optional.of(Wrong.DONE_AS_HANDED_OUT)) ? chunk : done, 1);
    return Optional.empty();
  }

  @Test
  void shouldBeCompleteAtOnceWhereThereIsNothing() {
    TableBackfill backfill =
        new TableBackfill(TableBackfill.State.start(List.of(extent("a", 0)), 0));

    assertThat(backfill.complete()).isTrue();
    assertThat(backfill.next(1)).isEqualTo(Optional.empty());
  }

  @Test
  void shouldKeepWhatIsDoneAsRuns() {
    TableBackfill backfill =
        new TableBackfill(TableBackfill.State.start(List.of(extent("a", 30)), 0));
    Chunk first = backfill.next(10).orElseThrow();
    Chunk second = backfill.next(10).orElseThrow();
    Chunk third = backfill.next(10).orElseThrow();
    backfill.done(third, 5);
    backfill.done(first, 5);

    assertThat(backfill.state().done())
        .containsExactly(new TableBackfill.Done(0, 0, 10), new TableBackfill.Done(0, 20, 30));

    backfill.done(second, 5);

    assertThat(backfill.state().done()).containsExactly(new TableBackfill.Done(0, 0, 30));
    assertThat(backfill.rows()).isEqualTo(15);
  }

  private static Extent extent(String part, long size) {
    return new Extent(TABLE, new TableId("public", part), "1", size, 0);
  }
}
