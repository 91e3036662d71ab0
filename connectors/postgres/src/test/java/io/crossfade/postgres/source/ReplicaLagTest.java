package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplicaLagTest {

  private final ReplicaLag lag = new ReplicaLag();

  private Duration observe(long end, long replayed, long seconds) {
    return lag.observe(end, replayed, Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void shouldBeZeroWhereAllIsReplayed() {
    assertThat(observe(100, 100, 1)).isZero();
    assertThat(observe(200, 200, 2)).isZero();
  }

  @Test
  void shouldNotGrowWhileNothingHappens() {
    assertThat(observe(100, 100, 1)).isZero();
    assertThat(observe(100, 100, 1_000)).isZero();
  }

  @Test
  void shouldBeTheAgeOfTheOldestPlaceThatIsNotReplayed() {
    observe(100, 90, 1);
    observe(200, 90, 2);
    assertThat(observe(300, 90, 5)).isEqualTo(Duration.ofSeconds(4));
    assertThat(observe(300, 199, 6)).isEqualTo(Duration.ofSeconds(4));
    assertThat(observe(300, 200, 7)).isEqualTo(Duration.ofSeconds(2));
    assertThat(observe(300, 300, 8)).isZero();
  }

  @Test
  void shouldGrowWhileAStandbyHasLostItsPrimary() {
    observe(100, 100, 1);
    observe(200, 100, 2);
    assertThat(observe(900, 100, 62)).isEqualTo(Duration.ofSeconds(60));
  }
}
