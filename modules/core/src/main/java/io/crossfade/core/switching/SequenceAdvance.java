package io.crossfade.core.switching;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far a sequence has to go.
 *
 * <p>Its numbers stay on their lattice, {@code next + k * increment}: where two servers share the
 * numbers among them, odd and even, they go on doing so.
 */
public final class SequenceAdvance {

  private SequenceAdvance() {}

  /**
   * A column that takes its values from the sequence.
   *
   * @param id which
   * @param furthest the value that has come furthest in the sequence's direction: the greatest, or
   *     the least; empty where there is no row
   * @param least the least number that it can hold
   * @param greatest the greatest one; empty, like {@code least}, where there is no end
   */
  public record Column(
      ColumnId id,
      Optional<BigInteger> furthest,
      Optional<BigInteger> least,
      Optional<BigInteger> greatest) {
    public Column {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(furthest, "furthest");
      Objects.requireNonNull(least, "least");
      Objects.requireNonNull(greatest, "greatest");
    }

    private boolean holds(BigInteger number) {
      return least.map(end -> number.compareTo(end) >= 0).orElse(true)
          && greatest.map(end -> number.compareTo(end) <= 0).orElse(true);
    }
  }

  /**
   * The move after which the next number is beyond what the columns have and beyond what the old
   * sequences have given out, by {@code margin} numbers. The same move again is none.
   *
   * @param sequence as it stands
   * @param columns those that take their values from it
   * @param old the sequences that gave the values of these columns until now
   * @param margin 0 or more
   */
  public static SequenceMove of(
      SequenceState sequence,
      Collection<Column> columns,
      Collection<SequenceState> old,
      long margin) {
    if (margin < 0) {
      throw new IllegalArgumentException("a margin of " + margin);
    }
    Stream<BigInteger> taken =
        Stream.concat(
            columns.stream().flatMap(column -> column.furthest().stream()),
            old.stream().filter(SequenceState::used).map(s -> BigInteger.valueOf(s.last())));
    Optional<BigInteger> frontier =
        sequence.ascending() ? taken.max(BigInteger::compareTo) : taken.min(BigInteger::compareTo);
    BigInteger next = sequence.next();
    BigInteger to = frontier.map(end -> beyond(end, sequence, margin)).orElse(next);
    Optional<String> misfit = misfit(to, sequence, columns, margin);
    if (misfit.isPresent()) {
      return new SequenceMove.DoesNotFit(sequence.name(), misfit.get());
    }
    return to.equals(next)
        ? new SequenceMove.Stays(sequence.name(), next)
        : new SequenceMove.Forward(sequence.name(), next, to.longValueExact());
  }

  private static BigInteger beyond(BigInteger frontier, SequenceState sequence, long margin) {
    BigInteger next = sequence.next();
    BigInteger increment = BigInteger.valueOf(sequence.increment());
    // The least k with next + k * increment beyond the frontier; the same formula downwards.
    BigInteger steps =
        floor(frontier.subtract(next), increment)
            .add(BigInteger.ONE)
            .add(BigInteger.valueOf(margin));
    return steps.signum() <= 0 ? next : next.add(steps.multiply(increment));
  }

  private static BigInteger floor(BigInteger dividend, BigInteger divisor) {
    BigInteger[] parts = dividend.divideAndRemainder(divisor);
    boolean below = parts[1].signum() != 0 && parts[1].signum() != divisor.signum();
    return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static Optional<String> misfit(
      BigInteger to, SequenceState sequence, Collection<Column> columns, long margin) {
    String what =
        "its next number would have to be "
            + to
            + (margin == 0 ? "" : " (with a margin of " + margin + ")");
    if (to.compareTo(BigInteger.valueOf(sequence.min())) < 0
        || to.compareTo(BigInteger.valueOf(sequence.max())) > 0) {
      return Optional.of(
          what
              + ", but it goes from "
              + sequence.min()
              + " to "
              + sequence.max()
              + (sequence.cycles()
                  ? " and begins again then: which of its numbers are free cannot be told, set it by"
                      + " hand"
                  : ": give it other bounds, and its columns a type that has room for them"));
    }
    return columns.stream()
        .filter(column -> !column.holds(to))
        .findFirst()
        .map(column -> what + ", which column " + column.id() + " cannot hold: widen its type");
  }
}
