package io.crossfade.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.SourceException;
import io.crossfade.spec.PauseWhen;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadGuardTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static LoadGuard.Limit replicaLag(Optional<Duration> now) {
    return new LoadGuard.Limit("source-replica-lag", LIMIT, () -> now);
  }

  @Test
  void shouldLetPassWhatIsWithinTheLimitOrCannotBeThere() {
    assertThat(replicaLag(Optional.empty()).exceeded()).isEmpty();
    assertThat(replicaLag(Optional.of(LIMIT)).exceeded()).isEmpty();
  }

  @Test
  void shouldSayWhatIsExceededAndByHowMuch() {
    assertThat(replicaLag(Optional.of(Duration.ofMillis(12_340))).exceeded())
        .contains("source-replica-lag is 12.3 s, above 10.0 s");
  }

  @Test
  void shouldCountWhatCannotBeMeasuredAsTooMuch() {
    LoadGuard.Limit limit =
        new LoadGuard.Limit(
            "source-replica-lag",
            LIMIT,
            () -> {
              throw new SourceException("the standby does not answer", null);
            });

    assertThat(limit.exceeded())
        .contains("source-replica-lag cannot be measured: the standby does not answer");
  }

  @Test
  void shouldWatchWhatTheSpecNamesAndNothingElse() {
    List<LoadGuard.Limit> limits =
        LoadGuard.limits(
            new PauseWhen(Optional.of(LIMIT), Optional.empty(), Optional.empty()),
            Optional::empty,
            Optional::empty,
            Optional::empty);

    assertThat(limits).extracting(LoadGuard.Limit::name).containsExactly("capture-lag");
  }
}
