package io.crossfade.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PhaseEndTest {

  private static final Instant NOW = Instant.EPOCH;

  @Test
  void shouldTellWhatHasBecomeOfTheLastSwitchFromWhatWasDecided() {
    Standing over = Standing.AT_FIRST.begin(Phase.CUTTING_OVER, NOW, "anna", "today");
    assertEnd(decided(over, Phase.FOLLOWING), "switch-1", "given-up", Phase.CUTTING_OVER);

    Standing again = decided(over, Phase.FOLLOWING).begin(Phase.CUTTING_OVER, NOW, "anna", "today");
    Standing reversed = decided(again, Phase.REVERSED);
    assertEnd(reversed, "switch-2", "switched", Phase.FOLLOWING, Phase.CUTTING_OVER);

    Standing back = reversed.begin(Phase.ROLLING_BACK, NOW, "anna", "today");
    assertEnd(decided(back, Phase.REVERSED), "switch-3", "given-up", Phase.ROLLING_BACK);
    assertEnd(
        decided(back, Phase.FOLLOWING), "switch-3", "switched", Phase.REVERSED, Phase.ROLLING_BACK);
  }

  @Test
  void shouldTellNothingWhereNoSwitchHasEnded() {
    assertThat(PhaseEnd.ofLastSwitch(Standing.AT_FIRST)).isEmpty();
    assertThat(PhaseEnd.ofLastSwitch(Standing.AT_FIRST.begin(Phase.CUTTING_OVER, NOW, "anna", "")))
        .isEmpty();
  }

  private static Standing decided(Standing begun, Phase next) {
    return begun.decide(next, Map.of(), NOW);
  }

  private static void assertEnd(Standing settled, String id, String outcome, Phase... phases) {
    assertThat(PhaseEnd.ofLastSwitch(settled))
        .contains(new PhaseEnd(Optional.of(id), List.of(phases), outcome, "anna", "today"));
  }
}
