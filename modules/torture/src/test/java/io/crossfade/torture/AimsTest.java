package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.FaultPoint;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AimsTest {

  private static final int POINTS = FaultPoint.ofTheFlow().size();

  private final Aims aims = new Aims(new Random(1));

  /** Fails where the next point is drawn at random. */
  @Test
  void shouldAimAtEachPointBeforeAnyAgain() {
    Map<FaultPoint, Integer> aimed = new EnumMap<>(FaultPoint.class);
    for (int i = 0; i < 3 * POINTS; i++) {
      FaultPoint point = aims.next();
      aims.hit(point);
      aimed.merge(point, 1, Integer::sum);
    }
    assertThat(aimed).hasSize(POINTS);
    assertThat(aimed.values()).containsOnly(3);
    assertThat(aims.missed()).isEmpty();
  }

  /** Fails where only tries count, or only hits: then it alone would be aimed at. */
  @Test
  void shouldTryAPointThatIsMissedTwiceAsOftenAndNotForEver() {
    int missed = 0;
    for (int i = 0; i < 100 * POINTS; i++) {
      FaultPoint point = aims.next();
      if (point == FaultPoint.IN_REPLAY) {
        missed++;
      } else {
        aims.hit(point);
      }
    }
    assertThat(missed).isBetween(170, 190);
    assertThat(aims.missed()).containsExactly(FaultPoint.IN_REPLAY);
  }

  /** Fails where the name is not the property's. */
  @Test
  void shouldNameThePassageAsThePropertyHasIt() {
    assertThat(new Aims.Aim(FaultPoint.AFTER_CLAIM, 2)).hasToString("after-claim:2");
  }
}
