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

  /**
   * An event of a table came in another shape than that which the stream was opened with, in a
   * column that is used.
   *
   * @param transaction its id
   * @param what is different, as the rest of a sentence
   */
  default void misfit(TableId table, long transaction, String what) {
    throw new IllegalStateException(table + " has changed: " + what);
  }

  /**
   * A table was emptied in one stroke, without an event for each row.
   *
   * @param transaction its id
   */
  void truncate(TableId table, long transaction) throws InterruptedException;

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

    /**
     * The greatest place that any confirmation until now, and this one, can have brought the source
     * to; opaque, for {@link SourceDatabase.KnownLog}. Has to be durable before {@link #confirm} is
     * called.
     */
    String position();
  }
}
