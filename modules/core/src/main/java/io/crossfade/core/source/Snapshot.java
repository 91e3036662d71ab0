package io.crossfade.core.source;

/**
 * What one read transaction of the source sees, as a set of transactions. Two snapshots can be
 * compared only when they were taken on the same node.
 */
public interface Snapshot {

  /**
   * Whether a read under this snapshot sees what the transaction has written. Where the node cannot
   * tell, the answer is no: then a row is left to the log, which has it at least as new.
   *
   * @param transaction the id as the log writes it
   */
  boolean includes(long transaction);

  /** Whether this snapshot includes all that an older one includes. */
  boolean includesAllOf(Snapshot older);

  /**
   * The snapshot as text that {@link SourceDatabase#snapshot(String)} reads; also shown to people.
   */
  @Override
  String toString();
}
