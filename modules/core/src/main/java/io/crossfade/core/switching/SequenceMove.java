package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.math.BigInteger;
import java.util.Objects;

/** Where a sequence is to go. Numbers are those that come next. */
public sealed interface SequenceMove {

  /** The sequence. */
  TableId sequence();

  /**
   * It goes forward.
   *
   * @param from the number that would have come next
   * @param to the number that comes next
   */
  record Forward(TableId sequence, BigInteger from, long to) implements SequenceMove {
    public Forward {
      Objects.requireNonNull(sequence, "sequence");
      Objects.requireNonNull(from, "from");
    }

    @Override
    public String toString() {
      return "sequence " + sequence + ": " + from + " → " + to;
    }
  }

  /**
   * It is far enough already.
   *
   * @param at the number that comes next; beyond its bounds where it cycles, or has come to its end
   */
  record Stays(TableId sequence, BigInteger at) implements SequenceMove {
    public Stays {
      Objects.requireNonNull(sequence, "sequence");
      Objects.requireNonNull(at, "at");
    }

    @Override
    public String toString() {
      return "sequence " + sequence + ": stays at " + at;
    }
  }

  /**
   * The number that it would have to go to is none of its own, or none that a column can hold.
   *
   * @param reason what does not fit where, and what to do
   */
  record DoesNotFit(TableId sequence, String reason) implements SequenceMove {
    public DoesNotFit {
      Objects.requireNonNull(sequence, "sequence");
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
      return "sequence " + sequence + ": " + reason;
    }
  }
}
