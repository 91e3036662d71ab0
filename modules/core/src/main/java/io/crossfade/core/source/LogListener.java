package io.crossfade.core.source;

import io.crossfade.core.table.TableId;

/**
 * Who is told what stands in the log: transactions in the order of their commits, each whole, one
 * after the other; markers between them, where they were written. Called by one thread. What a
 * method throws ends the stream.
 */
public interface LogListener {

  /** A transaction begins; all until {@link #commit} is part of it. */
  void begin(long transaction);

  /** A row was inserted, updated or deleted. */
  void change(Change change) throws InterruptedException;

  /** A table was emptied in one stroke, without an event for each row. */
  void truncate(TableId table);

  /** The transaction that began last ends. */
  void commit(long transaction);

  /** A marker that {@link SourceDatabase#mark} wrote, of this run or a former one. */
  void marker(String content) throws InterruptedException;

  /**
   * The stream has nothing more at hand for now. What came before may be confirmed, now or at the
   * end of a later batch.
   *
   * @param end the place in the log behind the last event that was told
   */
  void endOfBatch(Checkpoint end) throws InterruptedException;

  /** A place in the log. Opaque; later ones confirm all earlier ones. */
  interface Checkpoint {

    /**
     * Lets the source forget its log up to here, since all before it is durable with us. Call it
     * only from within {@link LogListener#endOfBatch}. Does not wait for the source; may be
     * repeated.
     */
    void confirm() throws InterruptedException;
  }
}
