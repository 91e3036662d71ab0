package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private final StringWriter printed = new StringWriter();
  private final Comparison comparison =
      new Comparison(new PrintWriter(printed), "backfill", "COPY | COPY", 0.25, 1000);

  @Test
  void shouldCompareMediansSoThatOneSlowRoundDecidesNothing() {
    List.of(2.0, 90.0, 1.0).forEach(seconds -> comparison.theirs(new Measured(seconds, 1, 0)));
    List.of(8.0, 4.0, 200.0).forEach(seconds -> comparison.ours(new Measured(seconds, 1, 0)));

    assertThat(comparison.ratio()).isEqualTo(0.25);
    assertThat(comparison.isHeld()).isTrue();
    assertThat(comparison)
        .hasToString(
            "backfill  COPY | COPY 2.00 s, Crossfade 8.00 s: 0.25 × COPY | COPY (floor 0.25 ×): held");
  }

  @Test
  void shouldMissTheFloorWhenWeAreSlower() {
    comparison.theirs(new Measured(1, 1, 0));
    comparison.ours(new Measured(4.1, 1, 0.5));

    assertThat(comparison.isHeld()).isFalse();
    assertThat(comparison.toString()).endsWith("MISSED");
    assertThat(printed.toString()).contains("Crossfade", "244 rows/s", "others used 50 %");
  }
}
