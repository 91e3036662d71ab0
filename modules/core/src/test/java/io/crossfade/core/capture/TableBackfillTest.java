package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.capture.TableBackfill.Chunk;
import io.crossfade.core.source.Extent;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TableBackfillTest {

  private static final TableId TABLE = new TableId("public", "t");

  @Test
  void shouldReadEachPlaceOnceWhateverIsCutGivenBackAndRestarted() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Extent> extents = List.of(extent("a", 50), extent("b", 0), extent("c", 33));
      TableBackfill backfill = new TableBackfill(TableBackfill.State.start(extents, 0));
      List<BitSet> read = List.of(new BitSet(), new BitSet(), new BitSet());
      List<Chunk> out = new ArrayList<>();
      while (!backfill.complete()) {
        switch (random.nextInt(6)) {
          case 0:
            if (!out.isEmpty()) {
              backfill.giveBack(out.remove(random.nextInt(out.size())));
            }
            break;
          case 1:
            if (random.nextInt(5) == 0) {
              backfill = new TableBackfill(backfill.state());
              out.clear();
            }
            break;
          case 2:
          case 3:
            if (!out.isEmpty()) {
              finish(backfill, out.remove(random.nextInt(out.size())), random, read);
            }
            break;
          default:
            backfill.next(1 + random.nextInt(12)).ifPresent(out::add);
        }
      }
      assertThat(read.get(0).cardinality()).isEqualTo(50);
      assertThat(read.get(2).cardinality()).isEqualTo(33);
      assertThat(backfill.next(10)).isEmpty();
    }
  }

  private static void finish(
      TableBackfill backfill, Chunk chunk, Random random, List<BitSet> read) {
    Chunk done = chunk;
    if (chunk.to() - chunk.from() > 1 && random.nextBoolean()) {
      done =
          backfill.cut(
              chunk, chunk.from() + 1 + random.nextInt((int) (chunk.to() - chunk.from() - 1)));
    }
    for (long place = done.from(); place < done.to(); place++) {
      assertThat(read.get(done.extent()).get((int) place))
          .as("place %d read before", place)
          .isFalse();
      read.get(done.extent()).set((int) place);
    }
    backfill.done(done, 1);
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
