package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentTimesTest {

  private long now;
  private final RecentTimes times = new RecentTimes(() -> now);

  @Test
  void shouldGiveTheTimeThatAShareDidNotExceed() {
    for (int millis = 100; millis >= 1; millis--) {
      times.took(Duration.ofMillis(millis).toNanos());
    }

    assertThat(times.quantile(0.95)).contains(Duration.ofMillis(95));
    assertThat(times.quantile(1)).contains(Duration.ofMillis(100));
  }

  @Test
  void shouldForgetWhatIsOlderThanHalfAMinute() {
    times.took(Duration.ofSeconds(9).toNanos());
    now += Duration.ofSeconds(20).toNanos();
    times.took(Duration.ofSeconds(1).toNanos());
    assertThat(times.quantile(0.95)).contains(Duration.ofSeconds(9));

    now += Duration.ofSeconds(11).toNanos();
    assertThat(times.quantile(0.95)).contains(Duration.ofSeconds(1));
    now += Duration.ofSeconds(20).toNanos();
    assertThat(times.quantile(0.95)).isEmpty();
  }
}
