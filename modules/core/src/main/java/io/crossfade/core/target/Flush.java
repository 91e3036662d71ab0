package io.crossfade.core.target;

import java.util.List;
import java.util.Objects;

/**
 * One transaction of the target: offsets and the rows that they stand for.
 *
 * @param moves the partitions, in order
 * @param batches what happens to the tables, in order
 * @param onBadRow what becomes of a row that the target refuses for its own sake
 */
public record Flush(List<Move> moves, List<TableBatch> batches, OnBadRow onBadRow) {

  /** One that stops at a bad row. */
  public Flush(List<Move> moves, List<TableBatch> batches) {
    this(moves, batches, OnBadRow.STOP);
  }

  public Flush {
    moves = List.copyOf(moves);
    batches = List.copyOf(batches);
    Objects.requireNonNull(onBadRow, "onBadRow");
  }

  /**
   * A partition's step forward.
   *
   * @param partition which
   * @param token by which it was claimed
   * @param prev what Kafka has committed
   * @param cur what Kafka will be asked to commit once this is in the target
   */
  public record Move(InputPartition partition, String token, long prev, long cur) {

    public Move {
      Objects.requireNonNull(partition, "partition");
      Objects.requireNonNull(token, "token");
      if (prev > cur) {
        throw new IllegalArgumentException(partition + " would move from " + prev + " to " + cur);
      }
    }
  }
}
