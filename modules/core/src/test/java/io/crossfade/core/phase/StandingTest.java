package io.crossfade.core.phase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.serving.Side;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StandingTest {

  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final Map<InputPartition, Long> FROM = Map.of(new InputPartition("t", 0), 7L);

  /** Fails where a flow that was begun in another round would show the same pass. */
  @Test
  void shouldGiveEachFlowThatBeginsARoundOfItsOwn() {
    Standing over = Standing.AT_FIRST.begin(Phase.CUTTING_OVER, NOW, "anna", "");
    assertThat(over.writes()).isEqualTo(Side.OLD);
    assertThat(over.forward()).as("the flow that writes goes on").isZero();
    assertThat(over.reverse()).isEqualTo(1);

    Standing reversed = over.decide(Phase.REVERSED, FROM, NOW);
    assertThat(reversed.writes()).isEqualTo(Side.NEW);
    assertThat(reversed.reverseFrom()).isEqualTo(FROM);

    Standing back = reversed.begin(Phase.ROLLING_BACK, NOW, "otto", "too slow");
    assertThat(back.writes()).isEqualTo(Side.NEW);
    assertThat(back.forward()).as("another pass than before").isEqualTo(2);
    assertThat(back.reverse()).as("the flow that writes goes on").isEqualTo(1);
    assertThat(back.decide(Phase.REVERSED, FROM, NOW).reverseFrom()).isEqualTo(FROM);

    Standing again =
        back.decide(Phase.FOLLOWING, Map.of(), NOW).begin(Phase.CUTTING_OVER, NOW, "anna", "");
    assertThat(again.forward()).isEqualTo(2);
    assertThat(again.reverse()).isEqualTo(3);
  }

  @Test
  void shouldMoveAlongTheArrowsOnly() {
    assertThatThrownBy(() -> Standing.AT_FIRST.begin(Phase.ROLLING_BACK, NOW, "anna", ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FOLLOWING cannot become ROLLING_BACK");
    assertThatThrownBy(() -> Standing.AT_FIRST.decide(Phase.REVERSED, FROM, NOW))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldEndOnce() {
    Standing.Tables tables = new Standing.Tables(List.of(new TableId("public", "a")), List.of());
    Standing abandoning = Standing.AT_FIRST.end(Phase.ABANDONING, tables, NOW, "anna", "");
    assertThat(abandoning.ending()).isTrue();
    assertThat(abandoning.writes()).isEqualTo(Side.OLD);
    assertThat(abandoning.tables()).isEqualTo(tables);
    assertThatThrownBy(() -> abandoning.begin(Phase.CUTTING_OVER, NOW, "anna", ""))
        .isInstanceOf(IllegalStateException.class);
    Standing cuttingOver = Standing.AT_FIRST.begin(Phase.CUTTING_OVER, NOW, "anna", "");
    assertThatThrownBy(() -> cuttingOver.end(Phase.COMPLETING, tables, NOW, "anna", ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CUTTING_OVER cannot become COMPLETING");
    assertThat(Standing.AT_FIRST.end(Phase.COMPLETING, tables, NOW, "anna", "").ending()).isTrue();
  }

  /** Whatever is begun and decided: rounds only grow, and no two reverse flows have one. */
  @Test
  void shouldNeverUseARoundTwice() {
    Random random = new Random(1);
    Standing standing = Standing.AT_FIRST;
    long lastReverse = 0;
    for (int i = 0; i < 10_000; i++) {
      Standing before = standing;
      if (standing.undecided()) {
        boolean over = random.nextBoolean();
        standing =
            standing.decide(over ? Phase.REVERSED : Phase.FOLLOWING, over ? FROM : Map.of(), NOW);
      } else {
        boolean forward = standing.phase() == Phase.FOLLOWING;
        standing =
            standing.begin(forward ? Phase.CUTTING_OVER : Phase.ROLLING_BACK, NOW, "anna", "");
        assertThat(standing.round()).isEqualTo(before.round() + 1);
        if (forward) {
          assertThat(standing.reverse()).isGreaterThan(lastReverse);
          lastReverse = standing.reverse();
        } else {
          assertThat(standing.forward()).isGreaterThan(before.forward());
        }
      }
    }
  }
}
