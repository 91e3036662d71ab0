package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplacementsTest {

  private final Replacements replacements = new Replacements();

  private boolean diesAt(Duration time) {
    // A monotonic clock may begin below zero.
    return replacements.allow(time.minusHours(1).toNanos());
  }

  /** Fails where deaths are counted over the whole life of a job. */
  @Test
  void shouldReplaceOneThatDiesNowAndThenForMonths() {
    for (int day = 0; day < 100; day++) {
      assertThat(diesAt(Duration.ofDays(day))).as("day %d", day).isTrue();
    }
  }

  /** Fails where what kills every thread is tried for ever. */
  @Test
  void shouldGiveUpWhereOneDiesAfterTheOther() {
    for (int i = 0; i < Replacements.MOST; i++) {
      assertThat(diesAt(Duration.ofMinutes(i))).isTrue();
    }
    assertThat(diesAt(Duration.ofMinutes(6))).isFalse();
    assertThat(diesAt(Duration.ofMinutes(60))).isTrue();
  }

  @Test
  void shouldBeginAnewWhenToldTo() {
    for (int i = 0; i <= Replacements.MOST; i++) {
      diesAt(Duration.ZERO);
    }
    replacements.forget();
    assertThat(diesAt(Duration.ZERO)).isTrue();
  }
}
