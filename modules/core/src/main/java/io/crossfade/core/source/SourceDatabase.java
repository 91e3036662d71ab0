package io.crossfade.core.source;

import io.crossfade.core.BlockedException;
import io.crossfade.core.Check;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The database with the old tables. All methods may be called by several threads at once, and all
 * that ask the database throw {@link SourceException} when it does not answer.
 */
public interface SourceDatabase extends AutoCloseable {

  /** Where it stands in this database who serves: written on the primary. */
  ServingTable serving();

  /** The table's shape; empty where there is none of that name. Repeatable. */
  Optional<Table> describe(TableId table);

  /**
   * The tables of a schema, in the order of their names: a partitioned table counts once, what an
   * extension brought does not. Repeatable.
   */
  List<TableId> tables(String schema);

  /**
   * The columns of a table whose values cannot be captured, and why, as the rest of a sentence that
   * begins with the column's name. Nothing may use them; all others can be passed on. Repeatable.
   */
  Map<String, String> notCarried(TableId table);

  /** Looks at what a migration of these tables needs. Changes nothing; repeatable. */
  List<Check> check(Collection<TableId> tables);

  /**
   * Takes the right to capture this migration; it lasts as long as the answer is open and its
   * session lives. Does not wait.
   *
   * @return empty while another holds it
   */
  Optional<Leadership> lead();

  /**
   * Makes the log available to us: publication and slot exist afterwards, the publication with just
   * these tables. Waits for transactions that are open when a slot is made. Repeatable.
   *
   * @param known what is known of the log from before; empty when nothing has been published yet
   * @param mayBeginAnew whether a log that has lost a part may be given up for a new one: only
   *     where all tables are copied again
   * @throws BlockedException where a log that had begun is gone, has lost a part, or is not the one
   *     that was read
   */
  PreparedLog prepareLog(Set<TableId> tables, Optional<KnownLog> known, boolean mayBeginAnew);

  /**
   * Takes away what {@link #prepareLog} has made. Ends whoever still reads it: call it with the
   * right to capture, or where nobody captures any more. Repeatable.
   */
  void removeLog();

  /**
   * As {@link #prepareLog(Set, Optional, boolean)}, for who has not read any of it.
   *
   * @param begun the log's beginning as an earlier call gave it
   */
  default LogBeginning prepareLog(Set<TableId> tables, Optional<LogBeginning> begun) {
    return prepareLog(tables, begun.map(log -> new KnownLog(log, Optional.empty())), false)
        .beginning();
  }

  /**
   * Streams the log from the last place that was confirmed. The tables are those that the log was
   * prepared for.
   */
  LogStream stream(Collection<CapturedTable> tables, LogListener listener);

  /** As {@link #stream(Collection, LogListener)}, where each column is used. */
  default LogStream stream(List<Table> tables, LogListener listener) {
    Collection<CapturedTable> whole = tables.stream().map(CapturedTable::whole).toList();
    return stream(whole, listener);
  }

  /** The tables' definitions at one moment, on the primary, in the order asked for. Repeatable. */
  List<TableDefinition> definitions(Collection<TableId> tables);

  /**
   * Whether a part of a partitioned table had no rows when it joined the table. Repeatable.
   *
   * @param part as {@link TableDefinition#parts} names it
   */
  boolean cameEmpty(TableId table, String part);

  /**
   * Writes a marker into the log of the primary, where the listener will meet it. Repeatable: a
   * marker met twice is a marker met.
   */
  void mark(String content);

  /** A snapshot of the primary: exact. */
  Snapshot snapshot();

  /** Reads back what {@link Snapshot#toString} wrote. */
  Snapshot snapshot(String text);

  /**
   * A line between past and future: every transaction that runs or has run is before it. Taken on
   * the primary.
   *
   * @return opaque, for {@link #settled}
   */
  String line();

  /**
   * Whether on the node where chunks are read no transaction from before the line can become
   * visible any more.
   */
  Settled settled(String line);

  /** What chunks of the table are cut from, as it stands on the node where chunks are read. */
  List<Extent> extents(TableId table);

  /**
   * Reads a chunk: the rows from a place up to another, in one short transaction with one snapshot.
   *
   * @param columns the table as the stream was opened with; rows come in its columns
   * @return what was read, or why the extents have to be taken anew
   * @throws BlockedException where a column that is used is no longer as it was
   */
  ChunkRead readChunk(
      CapturedTable columns,
      Extent extent,
      long from,
      long to,
      LogBeginning beginning,
      RowSink sink);

  /** As the other one, where each column is used. */
  default ChunkRead readChunk(
      Table columns, Extent extent, long from, long to, LogBeginning beginning, RowSink sink) {
    return readChunk(CapturedTable.whole(columns), extent, from, to, beginning, sink);
  }

  /**
   * Reads rows by their keys, on the primary, in one short transaction with one snapshot. A key
   * that has no row is left out.
   *
   * @param keys rows of which the key's columns are there
   */
  Snapshot readKeys(CapturedTable columns, List<Row> keys, RowSink sink);

  /** As the other one, where each column is used. */
  default Snapshot readKeys(Table columns, List<Row> keys, RowSink sink) {
    return readKeys(CapturedTable.whole(columns), keys, sink);
  }

  /** How much log the source keeps for us. */
  RetainedLog retainedLog();

  /**
   * How far the node where chunks are read is behind the primary; zero where it is the primary.
   * Measured from one call to the next: call it every second or so.
   */
  Duration replicaLag();

  @Override
  void close();

  /** The right to capture. Closing it gives the right up. */
  interface Leadership extends AutoCloseable {

    /** Whether the session that holds the right still lives. Asks the database. */
    boolean holds();

    @Override
    void close();
  }

  /**
   * Where a log began.
   *
   * @param identity of the log: another one is another log, and what lies between the two is lost
   * @param before a transaction id such that all with a lower one are not in the log; empty where
   *     that is not known
   */
  record LogBeginning(String identity, String before) {}

  /**
   * What is known of a log that was read before.
   *
   * @param beginning as {@link #prepareLog} gave it
   * @param reached the greatest {@link LogListener.Checkpoint#position} that can have been
   *     confirmed; empty where that is not known
   */
  record KnownLog(LogBeginning beginning, Optional<String> reached) {}

  /**
   * A log that can be streamed.
   *
   * @param beginning where it began
   * @param begunAnew whether it is a new one in place of one that was known
   * @param position where it will be streamed from; opaque, for {@link KnownLog}
   */
  record PreparedLog(LogBeginning beginning, boolean begunAnew, String position) {}

  /**
   * Log that the source keeps because we have not confirmed it.
   *
   * @param bytes how much
   * @param limit at which the source gives it up, in bytes; empty where it never does
   * @param read whether the source has a connection, as far as it knows, that reads it
   */
  record RetainedLog(long bytes, OptionalLong limit, boolean read) {

    public RetainedLog {
      Objects.requireNonNull(limit, "limit");
    }
  }

  /**
   * Whether the past has settled.
   *
   * @param done whether it has
   * @param waitingFor whom it waits for, for people; empty when done
   * @param age how old that one is; zero when done or not known
   */
  record Settled(boolean done, String waitingFor, Duration age) {

    /** Nothing to wait for. */
    public static final Settled DONE = new Settled(true, "", Duration.ZERO);
  }

  /**
   * A read of a chunk.
   *
   * @param snapshot what it saw
   * @param end the place up to which all was read: the one asked for, or less when the sink was
   *     full
   * @param moved true where the rows have been moved to other places, or parts have come or gone:
   *     nothing was read then
   */
  record ChunkRead(Snapshot snapshot, long end, boolean moved) {}
}
