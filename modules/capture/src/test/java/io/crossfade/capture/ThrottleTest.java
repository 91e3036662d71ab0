package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {

  private static final Duration MOST = Duration.ofMillis(100);

  private long now = 42;

  private Throttle throttle(long rowsPerSecond) {
    return new Throttle(OptionalLong.of(rowsPerSecond), () -> now);
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }

  @Test
  void shouldLetAsManyRowsPassAsTheRateSays() {
    Throttle throttle = throttle(1_000);
    Random random = new Random(7);
    long begin = now;
    long rows = 0;
    for (int chunk = 0; chunk < 500; chunk++) {
      for (Duration wait = throttle.wait(MOST); !wait.isZero(); wait = throttle.wait(MOST)) {
        passes(wait);
      }
      long size = random.nextInt(2_000);
      throttle.read(size);
      rows += size;
      passes(Duration.ofMillis(random.nextInt(50)));
    }
    double seconds = (double) (now - begin) / TimeUnit.SECONDS.toNanos(1);

    // The last chunk is not paid off, and a chunk of few rows may take longer than its share.
    assertThat(rows / seconds).isBetween(930.0, 1_010.0);
  }

  @Test
  void shouldWaitForNothingWithoutARate() {
    Throttle throttle = new Throttle(OptionalLong.empty(), () -> now);
    throttle.read(1_000_000_000);

    assertThat(throttle.wait(MOST)).isZero();
  }

  @Test
  void shouldHaveANewRateCountForWhatIsOwedAlready() {
    Throttle throttle = throttle(1);
    throttle.read(40_000);
    passes(Duration.ofSeconds(1));
    assertThat(throttle.wait(MOST)).isEqualTo(MOST);

    throttle.order(OptionalLong.of(1_000_000), Optional.empty());
    passes(Duration.ofMillis(39));
    assertThat(throttle.wait(MOST)).isPositive();
    passes(Duration.ofMillis(1));
    assertThat(throttle.wait(MOST)).isZero();

    throttle.read(40_000);
    throttle.order(OptionalLong.empty(), Optional.empty());
    assertThat(throttle.wait(MOST)).isZero();
  }

  @Test
  void shouldStandStillWhilePausedOrHeldAndSayWhy() {
    Throttle throttle = throttle(1_000);
    throttle.hold(Optional.of("capture lag 31 s"));
    assertThat(throttle.wait(MOST)).isEqualTo(MOST);
    assertThat(throttle.stopped()).contains("capture lag 31 s");
    assertThat(throttle.isPaused()).isFalse();

    throttle.order(OptionalLong.of(1_000), Optional.of("paused: deploy"));
    assertThat(throttle.stopped()).contains("paused: deploy");
    assertThat(throttle.isPaused()).isTrue();

    throttle.hold(Optional.empty());
    assertThat(throttle.wait(MOST)).isEqualTo(MOST);
    throttle.order(OptionalLong.of(1_000), Optional.empty());
    assertThat(throttle.wait(MOST)).isZero();
    assertThat(throttle.stopped()).isEmpty();
  }
}
