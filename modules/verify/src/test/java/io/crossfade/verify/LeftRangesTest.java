package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.KeyRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeftRangesTest {

  private static final Row SUSPECT = Row.of("17");

  private LeftRanges ranges = new LeftRanges();

  /** Fails where what was handed out and not compared yet is taken for equal. */
  @Test
  void shouldLeaveWhatIsJustBeingCompared() {
    LeftRanges.Part first = handOut("100");
    LeftRanges.Part second = handOut("200");
    assertThat(ranges.left()).containsExactly(KeyRange.ALL);
    ranges.compared(second, seen(90));
    assertThat(ranges.left()).containsExactly(range(null, "100"), range("200", null));
    ranges.compared(first, seen(80));
    assertThat(ranges.left()).containsExactly(range("200", null));
    assertThat(ranges.actualRows()).isEqualTo(170);
    ranges.compared(ranges.handOut(Optional.empty()), seen(1));
    assertThat(ranges.left()).isEmpty();
    assertThat(ranges.ranges()).isEqualTo(3);
  }

  /** Fails where a suspect is taken for equal, or for different, before it is decided. */
  @Test
  void shouldLeaveARangeUntilItsLastSuspectIsFoundEqual() {
    LeftRanges.Part part = handOut("100");
    ranges.compared(part, seen(99, SUSPECT, Row.of("18")));
    ranges.decided(SUSPECT, true);
    assertThat(ranges.left()).containsExactly(KeyRange.ALL);
    ranges.decided(Row.of("18"), true);
    assertThat(ranges.left()).containsExactly(range("100", null));
    assertThat(ranges.suspects()).isEqualTo(2);
  }

  /** Fails where a difference is forgotten when the others of its range are decided. */
  @Test
  void shouldLeaveARangeWithADifference() {
    ranges.compared(handOut("100"), seen(99, SUSPECT, Row.of("18")));
    ranges.decided(SUSPECT, false);
    ranges.decided(Row.of("18"), true);
    ranges.compared(handOut("200"), seen(50));
    assertThat(ranges.left()).containsExactly(range(null, "100"), range("200", null));
    assertThat(ranges.expectedRows()).as("those of the others").isEqualTo(50);
  }

  /** Fails where ranges are mixed up, or what was found equal before is counted twice. */
  @Test
  void shouldGoOnWithWhatIsLeft() {
    ranges =
        new LeftRanges(
            new Checkpoint(
                List.of(range("10", "20"), range("90", null)),
                1000,
                1001,
                7,
                3,
                "0/1",
                Instant.EPOCH,
                Optional.empty()));
    assertThat(ranges.next()).contains(range("10", "20"));
    LeftRanges.Part first = handOut("15");
    assertThat(ranges.next()).contains(range("15", "20"));
    LeftRanges.Part rest = ranges.handOut(Optional.empty());
    assertThat(rest.range()).isEqualTo(range("15", "20"));
    assertThat(ranges.next()).contains(range("90", null));
    ranges.compared(first, seen(5));
    assertThat(ranges.left()).containsExactly(range("15", "20"), range("90", null));
    assertThat(ranges.actualRows()).isEqualTo(1006);
    assertThat(ranges.ranges()).isEqualTo(8);
  }

  private LeftRanges.Part handOut(String end) {
    return ranges.handOut(Optional.of(Row.of(end)));
  }

  private static RangeComparison.Seen seen(long rows, Row... suspects) {
    return new RangeComparison.Seen(rows, rows, List.of(suspects));
  }

  private static KeyRange range(String from, String to) {
    return new KeyRange(
        Optional.ofNullable(from).map(Row::of), Optional.ofNullable(to).map(Row::of));
  }
}
