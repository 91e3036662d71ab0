package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Who has been at it for long.
 *
 * <p>A fence needs no wait of its own for transactions from before it. To write to a table is to
 * hold, until the end of the transaction, a lock that keeps the fence's out. So when a fence is
 * raised, every transaction that had written has ended, and is in the log before the commit of the
 * fence; and one that is open and has not written yet meets the fence when it does. What a long
 * transaction does is to keep the fence from being raised: hence a gate in front of it.
 */
public interface OpenTransactions {

  /**
   * The transactions of the whole server that are older than a limit, the oldest first: to make a
   * slot waits for those of other databases as well. Prepared ones too. Housekeeping of the server
   * counts where it holds one of the tables. What our role may not see the age of is listed too.
   * Blocks on the server's statistics, for milliseconds; may be repeated.
   *
   * @param limit older than this
   * @param tables which tables to say of who holds them
   * @throws SwitchingException where the database does not answer or refuses
   */
  List<OpenTransaction> olderThan(Duration limit, Collection<TableId> tables);
}
