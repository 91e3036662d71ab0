package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.util.Collection;

/**
 * Keeps everybody but us from writing to tables. Who tries gets an error at once, which says what
 * to do; nobody is made to wait for the end of a fence. Reading goes on, and so do changes of
 * definitions.
 *
 * <p>A fence guards against applications that do not know yet, not against those who want to get
 * over it: who owns a table can always take its fence away.
 *
 * <p>Locks are asked for with {@link Patience}; all tables are changed, or none. Every method
 * throws {@link SwitchingException} where the database does not answer or refuses; where that may
 * pass, whether the call took effect is unknown, and it may be repeated.
 */
public interface Fence {

  /**
   * Raises a fence. When this is done, each transaction that had written to one of the tables has
   * ended, and each write that begins from now on meets the fence.
   *
   * <p>Blocks on the transactions that have written to the tables, until the deadline. May be
   * repeated: a fence that stands as asked is left alone, and so is the moment it stands since.
   * With another pass or message it is changed, and the former pass is worth nothing any more.
   *
   * @param tables those, with all their parts
   * @param pass whose sessions may go on
   * @param message what the error tells people to do
   */
  LockOutcome raise(Collection<TableId> tables, FencePass pass, String message, Patience patience);

  /**
   * Lets everybody write again. Blocks, until the deadline, on who writes to the tables: on our own
   * sessions, that is; never on who reads. May be repeated; without a fence it does nothing.
   */
  LockOutcome lower(Collection<TableId> tables, Patience patience);

  /**
   * Takes what was made away: as {@link #lower}, and nothing is left at the tables. Blocks, until
   * the deadline, on who writes to the tables and on who reads them. May be repeated.
   */
  LockOutcome remove(Collection<TableId> tables, Patience patience);

  /** How a table is fenced. Blocks on the catalogue for milliseconds; may be repeated. */
  FenceState state(TableId table);
}
