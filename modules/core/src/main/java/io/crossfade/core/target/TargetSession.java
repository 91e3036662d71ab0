package io.crossfade.core.target;

import java.util.List;

/**
 * What one stream thread writes through. Not safe for use by several threads, {@link #abort} apart.
 *
 * <p>After a {@link TargetUnavailableException} the session is of no use: close it, open another
 * and repeat the call.
 */
public interface TargetSession extends AutoCloseable {

  /**
   * Takes a partition, from whoever has it. From now on no flush under another token can move it.
   * Blocks on a flush of the former owner that is under way. May be repeated.
   *
   * @param partition which
   * @param topic the topic as it is; stored where the partition was never taken before
   * @param token new with every claim, so that a late statement of an earlier one moves nothing
   * @return what the target knew before; its {@code producers} are to be fenced before Kafka is
   *     asked for the committed offset
   */
  Progress claim(InputPartition partition, TopicIdentity topic, String token);

  /** Whether a claim still stands: nobody has claimed the partition since. */
  boolean owns(InputPartition partition, String token);

  /**
   * Writes offsets and rows in one transaction, which is durable when this returns {@link
   * Flushed.Done}. The offsets come first: where a partition has another owner, nothing is written.
   * Blocks on the database and on locks that others hold on the rows. May be repeated when the
   * outcome is unknown: where the first attempt was committed, the second writes nothing.
   */
  Flushed flush(Flush flush);

  /**
   * Tries rows again: those that wait for another one, and what is in the batches, which come from
   * records below the moves. The moves stand where they stood before. Never refused for a bad row:
   * one that is still bad stays written down. Blocks, and may be repeated, as {@link #flush}.
   */
  Flushed retry(Flush flush);

  /**
   * Bad rows of a partition that were written down with records from one offset on, and below
   * another, whatever has become of them since. Where Kafka has committed nothing of these records,
   * the dead topic does not have them.
   */
  List<BadRow> writtenDown(InputPartition partition, long from, long below);

  /** Bad rows that are to be tried again, some thousand at most. */
  List<BadRow> toRetry(List<InputPartition> partitions);

  /**
   * Gives a partition back after its last flush was committed in Kafka too: {@code prev} becomes
   * {@code cur}, so that a rewind by a single record is told from a crash, and no producer is left
   * to fence. Does nothing where another owner has it by now. May be repeated, or left out.
   */
  void release(InputPartition partition, String token);

  /** Breaks a call that blocks, from another thread; it ends as unavailable. Does not block. */
  void abort();

  /** Ends the session and forgets what is not committed. Never throws. */
  @Override
  void close();
}
