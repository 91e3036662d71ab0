package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.bench.Observer.Pace;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Pace pace = new Pace(1000);

  @Test
  void shouldCountAgainWhenHalfOfWhatIsMissingShouldBeThere() {
    assertThat(pace.next(0, 0)).isEqualTo(10);
    assertThat(pace.next(100, SECOND)).isEqualTo(10);

    // 800 in two seconds: the missing 100 take a quarter of a second.
    assertThat(pace.next(900, 3 * SECOND)).isEqualTo(125);
    assertThat(pace.next(999, 4 * SECOND)).isEqualTo(10);
    assertThat(pace.next(1000, 5 * SECOND)).isZero();
  }

  @Test
  void shouldLookAtLeastEachSecondHoweverMuchIsMissing() {
    Pace far = new Pace(1_000_000);
    far.next(1, 0);

    assertThat(far.next(2, SECOND)).isEqualTo(1000);
  }
}
