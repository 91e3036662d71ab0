package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ChunkSizeTest {

  private static final long SMALLEST = 16;
  private static final long GREATEST = 4_096;

  /** Fails where the size is not kept in its bounds, or does not follow what reading costs. */
  @Test
  void shouldComeToHalfASecondWhateverAPlaceCostsAndStayInItsBounds() {
    assertThat(Randomly.firstProblem(500, random -> problem(random, size -> size))).isEmpty();
  }

  @Test
  void shouldNoticeASizeThatDoesNotShrinkAgain() {
    long[] most = {0};
    assertThat(
            Randomly.firstProblem(
                500,
                random -> {
                  most[0] = 0;
                  return problem(random, size -> most[0] = Math.max(most[0], size));
                }))
        .isPresent();
  }

  @Test
  void shouldTryAShorterChunkWhenOneFailed() {
    ChunkSize size = new ChunkSize(SMALLEST, GREATEST);
    size.took(1_000, Duration.ofMillis(500), 0.1);

    size.failed();

    assertThat(size.next()).isEqualTo(500);
  }

  /** A place costs so much, then suddenly more or less; and there is room for so many. */
  private static Optional<String> problem(Random random, UnaryOperator<Long> variant) {
    ChunkSize size = new ChunkSize(SMALLEST, GREATEST);
    for (int phase = 0; phase < 3; phase++) {
      double millisPerPlace = Math.pow(10, 2 - random.nextInt(5));
      long room = 1L << (4 + random.nextInt(12));
      long next = 0;
      for (int i = 0; i < 40; i++) {
        next = variant.apply(size.next());
        if (next < SMALLEST || next > GREATEST) {
          return Optional.of("size " + next);
        }
        if (random.nextInt(30) == 0) {
          size.failed();
        }
        long read = Math.min(next, room);
        Duration took = Duration.ofNanos((long) (read * millisPerPlace * 1_000_000));
        size.took(read, took, (double) next / room);
      }
      double best = Math.min(500 / millisPerPlace, 0.7 * room);
      double wanted = Math.max(SMALLEST, Math.min(GREATEST, best));
      // A chunk that failed at the end halves it once more.
      if (next > 2 * wanted || next < wanted / 5) {
        return Optional.of("size " + next + " where " + wanted + " is wanted");
      }
    }
    return Optional.empty();
  }
}
