package io.crossfade.core.target;

import io.crossfade.core.Check;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A database that new tables stand in. Beside them it keeps, per consumer group and partition, how
 * far it has applied ({@link Progress}).
 *
 * <p>Safe for use by several threads. Every method blocks on the database, for seconds at the
 * longest, and may be repeated; where a method does not say otherwise it throws {@link
 * TargetUnavailableException} when the database is away and {@link TargetRefusedException} when it
 * will not.
 */
public interface TargetDatabase {

  /** Makes what we keep there (schema {@code crossfade}) where it is missing. */
  void prepare();

  /** Where it stands in this database who serves. */
  ServingTable serving();

  /** A table's shape; empty where there is none. */
  Optional<Table> describe(TableId table);

  /** Whether a table has no row. */
  boolean isEmpty(TableId table);

  /** Looks at what a migration into these tables needs. Changes nothing. */
  List<Check> check(Collection<TableId> tables);

  /**
   * As {@link #check}, of tables whose rows are others': what concerns the columns that we fill.
   *
   * @param columns by table
   */
  List<Check> checkFilled(Map<TableId, Set<String>> columns);

  /**
   * What of the tables' constraints and indexes the database does not rely on, since nobody has
   * proven it yet; in words. Changes nothing.
   */
  List<String> unproven(Collection<TableId> tables);

  /**
   * The unique indexes of a table beside its primary key, by name. A row that gives way to
   * another's unique value is taken away for a while, with all its columns. Changes nothing.
   */
  List<String> otherUniqueIndexes(TableId table);

  /** All partitions of a group that were ever taken. */
  Map<InputPartition, Progress> progress(String group);

  /**
   * Marks a partition as to be written again from an earlier offset, so that {@code prev} and
   * {@code cur} are {@code offset}.
   *
   * @param seen what {@link #progress} said; where that is no longer so, nothing happens
   * @return whether it was marked
   */
  boolean rewind(String group, InputPartition partition, Progress seen, long offset);

  /**
   * From now on nothing of the group is written here, whichever process runs it: who is writing is
   * waited for, and who claims a partition is told that the target is unavailable. It lasts until
   * {@link #unseal}.
   */
  void seal(String group);

  /** The group may write again. */
  void unseal(String group);

  /**
   * Forgets what is kept here of a group; only where nobody runs it any more. A group that is
   * sealed stays so.
   */
  void forget(String group);

  /** What the group's tables lack, for who looks from time to time. */
  HeldRows held(String group);

  /**
   * What is written down of one row that the target lacks.
   *
   * @param table the new table
   * @param key the row's key, in the order of the primary key
   * @param recordKey the key of its raw records, as text; empty where that is not known
   */
  HeldRow held(String group, Table table, Row key, Optional<String> recordKey);

  /**
   * One row that the target lacks.
   *
   * @param refused bad ones, the oldest first; empty where there is none
   * @param waiting those that another row is in the way of
   */
  record HeldRow(List<BadRow> refused, List<ParkedRow> waiting) {
    public HeldRow {
      refused = List.copyOf(refused);
      waiting = List.copyOf(waiting);
    }
  }

  /** How many bad rows are listed at most; {@link #held} counts all. */
  int MOST_LISTED = 10_000;

  /**
   * Bad rows, the oldest first, {@value #MOST_LISTED} at most; their records' values are left out.
   */
  List<BadRow> badRows(String group);

  /**
   * Says that the migration is to go on without bad rows.
   *
   * @param which those
   * @param reason why
   * @return how many there were that nothing of the kind was said about
   */
  long skip(String group, Selection which, String reason);

  /**
   * Asks for bad rows to be tried again. Skipped ones only where a key is named.
   *
   * @return how many there are
   */
  long retry(String group, Selection which);

  /** Forgets the bad rows that stopped the line and are to be tried again: it begins again. */
  void release(String group);

  /**
   * Some bad rows.
   *
   * @param table of this table; empty: of any
   * @param key with this key: as it is shown, or the value alone of a key of one column; empty: all
   */
  record Selection(Optional<TableId> table, Optional<String> key) {}

  /**
   * A session for one thread.
   *
   * @param group the consumer group whose partitions it writes
   * @param producer the transactional id of the Kafka producer that commits their offsets
   */
  TargetSession open(String group, String producer);
}
