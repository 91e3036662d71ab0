package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * What a comparison asks of the job that keeps the new tables equal. All may be called by several
 * threads at once; those that wait throw {@link io.crossfade.core.verify.ReadFailedException} where
 * it takes too long or cannot be.
 */
public interface FollowingJob {

  /** Why a table cannot be compared now; empty where it can. */
  Optional<String> notYet(TableId into) throws InterruptedException;

  /** Draws a line at the source: each transaction that runs or has run is before it. */
  String line();

  /**
   * Whether no transaction from before the line can become visible any more where the SELECTs are
   * read.
   */
  boolean settled(String line);

  /** Waits until the target has all that the source had committed when this was called. */
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
