package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;
import io.crossfade.core.target.InputPartition;
import java.time.Duration;
import java.util.Map;

/**
 * One direction of a migration: from the old tables to the new ones, or back. Every method may be
 * repeated, and throws {@link SwitchFailed} where a database or Kafka does not answer in time.
 */
public interface Flow {

  /**
   * Makes what the flow needs, and has it run, but for the tables of the migration: of those
   * nothing is written. Blocks for seconds.
   */
  void prepare(Standing standing) throws InterruptedException;

  /** Proves that a row comes through, by a table of ours. Blocks until it has come. */
  void prove(Duration patience) throws InterruptedException;

  /**
   * From now on the flow writes, from where the standing says, through the fence of its round.
   * Blocks for seconds.
   */
  void open(Standing standing) throws InterruptedException;

  /** Waits until its target has all that its source has committed by now. */
  void drain(Duration patience) throws InterruptedException;

  /**
   * Where its raw topics stand: all that its source has committed by now stands before. Blocks
   * until it is known.
   */
  Map<InputPartition, Long> position(Duration patience) throws InterruptedException;

  /** From now on nothing of it is written, whichever process tries. Blocks for milliseconds. */
  void seal(Standing standing);

  /** Takes {@link #seal} back. */
  void unseal(Standing standing);

  /** It writes nothing any more, and what was made for it is taken away. Blocks for seconds. */
  void close(Standing standing) throws InterruptedException;
}
