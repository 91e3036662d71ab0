package io.crossfade.core.switching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.switching.SequenceAdvance.Column;
import io.crossfade.core.switching.SequenceMove.DoesNotFit;
import io.crossfade.core.switching.SequenceMove.Forward;
import io.crossfade.core.switching.SequenceMove.Stays;
import io.crossfade.core.table.TableId;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceAdvanceTest {

  private static final TableId S = new TableId("public", "s");
  private static final ColumnId ID = new ColumnId(new TableId("public", "t"), "id");

  private static SequenceState sequence(long last, boolean used, long increment) {
    return increment > 0
        ? new SequenceState(S, List.of(ID), last, used, increment, 1, Long.MAX_VALUE, false)
        : new SequenceState(S, List.of(ID), last, used, increment, Long.MIN_VALUE, -1, false);
  }

  private static Column column(long furthest) {
    return new Column(
        ID, Optional.of(BigInteger.valueOf(furthest)), Optional.empty(), Optional.empty());
  }

  private static SequenceMove forward(long from, long to) {
    return new Forward(S, BigInteger.valueOf(from), to);
  }

  /** Fails where a fresh sequence counts as one that has given its first number out. */
  @Test
  void shouldBeginBehindTheGreatestValueOfTheColumn() {
    assertThat(SequenceAdvance.of(sequence(1, false, 1), List.of(column(41)), List.of(), 0))
        .isEqualTo(forward(1, 42));
    assertThat(SequenceAdvance.of(sequence(1, true, 1), List.of(column(41)), List.of(), 0))
        .isEqualTo(forward(2, 42));
  }

  /** A number that was given out may be on its way to a row. Fails where only rows count. */
  @Test
  void shouldBeginBehindWhatTheOldSequenceHasGivenOut() {
    assertThat(
            SequenceAdvance.of(
                sequence(1, false, 1), List.of(column(41)), List.of(sequence(132, true, 1)), 0))
        .isEqualTo(forward(1, 133));
    assertThat(
            SequenceAdvance.of(
                sequence(1, false, 1), List.of(), List.of(sequence(132, false, 1)), 0))
        .isEqualTo(new Stays(S, BigInteger.ONE));
  }

  /** Fails where the margin is a difference of values instead of a number of steps. */
  @Test
  void shouldLeaveAMarginOut() {
    assertThat(SequenceAdvance.of(sequence(1, false, 10), List.of(column(41)), List.of(), 3))
        .isEqualTo(forward(1, 81));
  }

  /** Fails where the next number is the frontier plus the increment. */
  @Test
  void shouldStayOddWhereItIsOdd() {
    assertThat(SequenceAdvance.of(sequence(1, false, 2), List.of(column(100)), List.of(), 0))
        .isEqualTo(forward(1, 101));
    assertThat(SequenceAdvance.of(sequence(1, false, 2), List.of(column(101)), List.of(), 0))
        .isEqualTo(forward(1, 103));
  }

  /** Fails where the greatest value counts whichever way the numbers go. */
  @Test
  void shouldGoDownwardsWhereNumbersDo() {
    assertThat(SequenceAdvance.of(sequence(-1, false, -1), List.of(column(-41)), List.of(), 0))
        .isEqualTo(forward(-1, -42));
    assertThat(
            SequenceAdvance.of(
                sequence(-1, false, -5), List.of(column(-41)), List.of(sequence(-60, true, -5)), 1))
        .isEqualTo(forward(-1, -66));
  }

  /** Fails where it is set to what was computed without a look at where it stands. */
  @Test
  void shouldNeverGoBack() {
    assertThat(SequenceAdvance.of(sequence(500, true, 1), List.of(column(41)), List.of(), 7))
        .isEqualTo(new Stays(S, BigInteger.valueOf(501)));
  }

  /** Fails where bounds are not looked at, or only those of the sequence. */
  @Test
  void shouldSayWhatDoesNotFit() {
    SequenceState small = new SequenceState(S, List.of(ID), 1, false, 1, 1, 100, false);
    assertThat(SequenceAdvance.of(small, List.of(column(99)), List.of(), 0))
        .isEqualTo(forward(1, 100));
    assertThat(SequenceAdvance.of(small, List.of(column(100)), List.of(), 0))
        .isInstanceOf(DoesNotFit.class)
        .hasToString(
            "sequence public.s: its next number would have to be 101, but it goes from 1 to 100:"
                + " give it other bounds, and its columns a type that has room for them");
    Column narrow =
        new Column(
            ID,
            Optional.of(BigInteger.valueOf(32_767)),
            Optional.of(BigInteger.valueOf(-32_768)),
            Optional.of(BigInteger.valueOf(32_767)));
    assertThat(SequenceAdvance.of(sequence(1, false, 1), List.of(narrow), List.of(), 0))
        .hasToString(
            "sequence public.s: its next number would have to be 32768, which column public.t.id"
                + " cannot hold: widen its type");
    assertThat(
            SequenceAdvance.of(
                sequence(1, false, 1), List.of(column(Long.MAX_VALUE)), List.of(), 5))
        .isInstanceOf(DoesNotFit.class);
  }

  /** Fails where a sequence that has come to its end is one that stays as it is. */
  @Test
  void shouldSayThatASequenceHasComeToItsEnd() {
    SequenceState ended = new SequenceState(S, List.of(ID), 100, true, 1, 1, 100, true);
    assertThat(SequenceAdvance.of(ended, List.of(column(7)), List.of(), 0).toString())
        .contains("101")
        .contains("set it by hand");
  }

  @Test
  void shouldRefuseANegativeMargin() {
    assertThatThrownBy(() -> SequenceAdvance.of(sequence(1, false, 1), List.of(), List.of(), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * Whatever the numbers: beyond everything by the margin, on the lattice, not a step too far, and
   * the second time nothing. Fails where a division rounds towards zero.
   */
  @Test
  void shouldFindTheNextFreeNumberOfTheLattice() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      long increment = (1 + random.nextInt(9)) * (random.nextBoolean() ? 1 : -1);
      long last = random.nextInt(200) - 100;
      SequenceState before =
          new SequenceState(
              S, List.of(ID), last, random.nextBoolean(), increment, -100_000, 100_000, false);
      long furthest = random.nextInt(400) - 200;
      long margin = random.nextInt(4);
      SequenceMove move = SequenceAdvance.of(before, List.of(column(furthest)), List.of(), margin);

      long from = before.next().longValueExact();
      long to = move instanceof Forward forward ? forward.to() : from;
      long sign = Long.signum(increment);
      assertThat((to - from) % increment).isZero();
      assertThat((to - margin * increment - furthest) * sign).isPositive();
      if (move instanceof Forward) {
        assertThat((to - (margin + 1) * increment - furthest) * sign).isNotPositive();
      } else {
        assertThat(move).isEqualTo(new Stays(S, BigInteger.valueOf(from)));
      }
      SequenceState after =
          new SequenceState(S, List.of(ID), to, false, increment, -100_000, 100_000, false);
      assertThat(SequenceAdvance.of(after, List.of(column(furthest)), List.of(), margin))
          .isEqualTo(new Stays(S, BigInteger.valueOf(to)));
    }
  }
}
