package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * What a comparison asks of the job that keeps one side equal to the other: the new tables, or
 * after a switch the old ones. All may be called by several threads at once; those that wait throw
 * {@link ReadFailedException} where it takes too long or cannot be.
 */
public interface FollowingJob {

  /**
   * Who takes writes now. It has changed before the first write of the other side is let in. Does
   * not wait.
   */
  Turn turn();

  /**
   * Lets a comparison go on.
   *
   * @throws ReadFailedException where it is another turn by now
   */
  default void require(Turn turn) {
    if (!turn().equals(turn)) {
      throw new ReadFailedException(Turn.OVER, false, null);
    }
  }

  /** Why a table cannot be compared now; empty where it can. */
  Optional<String> notYet(TableId into) throws InterruptedException;

  /**
   * Draws a line at the database that takes writes: each transaction that runs or has run is before
   * it.
   */
  String line();

  /**
   * Whether no transaction from before the line can become visible any more where the rows of the
   * side that takes writes are read.
   */
  boolean settled(String line);

  /** Waits until the side that follows has all that was committed when this was called. */
  void awaitBarrier(Duration patience) throws InterruptedException;

  /**
   * Goes through what the SELECT has given for each row as far back as is known, which is all but
   * what was compacted away. Reads all of it.
   *
   * @param sink takes the row's key, as the table's primary key, and its values
   */
  void history(TableId into, BiConsumer<Row, Row> sink) throws InterruptedException;

  /** How many rows may be compared in a second; empty: as many as can be. */
  OptionalLong rowsPerSecond();

  /** Why nothing may be read just now, for people; empty where it may. */
  Optional<String> stopped();
}
