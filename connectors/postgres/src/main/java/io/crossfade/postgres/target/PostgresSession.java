package io.crossfade.postgres.target;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TopicIdentity;
import io.crossfade.core.target.Writing;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection; every call is one transaction. */
final class PostgresSession implements TargetSession {

  private static final Logger log = LoggerFactory.getLogger(PostgresSession.class);

  /** Below this a COPY with its savepoint costs more than the rows do as upserts. */
  private static final int WORTH_A_COPY = 100;

  private static final int MOST_WRITERS = 1_000;

  private static final String UNIQUE_VIOLATION = "23505";

  private static final String NO_ROW = "02000";

  private final Connection connection;
  private final String producer;
  private final String group;
  private final ProgressTable progress;
  private final HeldKeys held;
  private final Map<Shape, TableWriter> writers = new HashMap<>();
  private final Map<TableWriter, ColumnsWriter> fillers = new IdentityHashMap<>();

  /** A writer fits one list of columns. */
  private record Shape(TableId table, List<String> columns) {}

  PostgresSession(Connection connection, String group, String producer) {
    this.connection = connection;
    this.producer = producer;
    this.group = group;
    this.held = new HeldKeys(connection, group);
    this.progress = new ProgressTable(connection, group);
  }

  @Override
  public Progress claim(InputPartition partition, TopicIdentity topic, String token) {
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.setAutoCommit(false);
      Progress before = progress.claim(partition, topic, token, producer);
      connection.commit();
      held.forget(partition);
      return before;
    } catch (SQLException e) {
      throw Failures.of("Cannot take " + partition, e);
    }
  }

  @Override
  public boolean owns(InputPartition partition, String token) {
    return read(() -> progress.owns(partition, token));
  }

  @Override
  public Flushed flush(Flush flush) {
    try {
      return write(flush);
    } catch (SQLException e) {
      if (Failures.passes(e)) {
        throw Failures.unavailable("Cannot write", e);
      }
      // The table may be another than the one that the statements were made for.
      forgetWriters();
      return again(flush, e);
    }
  }

  @Override
  public Flushed retry(Flush flush) {
    try {
      connection.setAutoCommit(false);
      if (progress.move(flush.moves(), producer) == ProgressTable.Move.FENCED) {
        connection.rollback();
        return new Flushed.Fenced();
      }
      return careful(flush, true);
    } catch (SQLException e) {
      throw Failures.unavailable("Cannot try rows again", e);
    }
  }

  /** A statement was refused, or the commit: all is undone, and done row by row where need be. */
  private Flushed again(Flush flush, SQLException error) {
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.rollback();
      if (progress.move(flush.moves(), producer) == ProgressTable.Move.FENCED) {
        connection.rollback();
        return new Flushed.Fenced();
      }
    } catch (SQLException e) {
      e.addSuppressed(error);
      throw Failures.unavailable("Cannot begin again", e);
    }
    try {
      return careful(flush, false);
    } catch (SQLException e) {
      e.addSuppressed(error);
      throw Failures.unavailable("Cannot write row by row", e);
    }
  }

  private Flushed careful(Flush flush, boolean retry) throws SQLException {
    held.forget(flush);
    CarefulFlush careful =
        new CarefulFlush(connection, group, this::writer, this::filler, flush, retry);
    Flushed flushed = careful.run();
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      if (flushed instanceof Flushed.Done) {
        connection.commit();
        return flushed;
      }
      connection.rollback();
      if (!careful.bad().isEmpty() && flushed instanceof Flushed.Refused) {
        stop(flush, careful.bad());
      }
      return flushed;
    }
  }

  /** So that a person finds what to decide, wherever he asks. */
  private void stop(Flush flush, List<BadRow> bad) throws SQLException {
    if (progress.lock(flush.moves()) != ProgressTable.Move.FENCED) {
      new DeadTable(connection, group).stop(bad);
    }
    connection.commit();
  }

  @Override
  public List<BadRow> writtenDown(InputPartition partition, long from, long below) {
    return read(() -> new DeadTable(connection, group).writtenDown(partition, from, below));
  }

  @Override
  public List<BadRow> toRetry(List<InputPartition> partitions) {
    return read(() -> new DeadTable(connection, group).toRetry(partitions));
  }

  @FunctionalInterface
  private interface Read<T> {
    T run() throws SQLException;
  }

  private <T> T read(Read<T> read) {
    String doing = "Cannot read in schema crossfade";
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.setAutoCommit(false);
      T result = read.run();
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw Failures.of(doing, e);
    }
  }

  private Flushed write(Flush flush) throws SQLException {
    connection.setAutoCommit(false);
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      ProgressTable.Move move = progress.move(flush.moves(), producer);
      if (move == ProgressTable.Move.FENCED) {
        connection.rollback();
        return new Flushed.Fenced();
      }
      if (move == ProgressTable.Move.REPEATED) {
        held.forget(flush);
        long parked = held.parked(flush);
        connection.commit();
        return new Flushed.Done(Set.of(), Set.of(), List.of(), parked);
      }
    }
    if (held.concerns(flush)) {
      return careful(flush, false);
    }
    if (!filled(flush)) {
      throw new SQLException("rows that are to be filled are not there yet", NO_ROW);
    }
    Set<TableId> copied = new HashSet<>();
    Set<TableId> met = new HashSet<>();
    for (TableBatch batch : flush.batches()) {
      if (batch.writing().fills()) {
        continue;
      }
      TableWriter writer = writer(batch.table(), batch.columns());
      each(batch.deletes(), writer::delete);
      each(batch.upserts(), writer::upsert);
      if (batch.inserts().size() < WORTH_A_COPY) {
        each(batch.inserts(), writer::upsert);
      } else {
        (copied(writer, batch.inserts()) ? copied : met).add(batch.table().id());
      }
    }
    FaultPoint.INSIDE_TARGET_TRANSACTION.reached();
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.commit();
    }
    return new Flushed.Done(copied, met);
  }

  /**
   * Fills columns. First all that others may want as well is locked, without waiting for long; then
   * it is written, so that it is let go of soon.
   *
   * @return false where rows are not there that have to be waited for
   */
  private boolean filled(Flush flush) throws SQLException {
    List<Fill> fills = fills(flush);
    if (fills.isEmpty()) {
      return true;
    }
    ColumnsWriter.beBrief(connection);
    for (Fill fill : fills) {
      each(fill.images(), fill.writer()::lock);
      if (fill.writing() == Writing.COLUMNS
          && !absent(fill.writer(), fill.batch().upserts()).isEmpty()) {
        return false;
      }
    }
    for (Fill fill : fills) {
      each(fill.images(), fill.writer()::fill);
      if (fill.writing() == Writing.OWN_COLUMNS) {
        List<Row> absent = absent(fill.writer(), fill.images());
        if (!absent.isEmpty()) {
          Visibility.require(connection, fill.batch().transactions());
          // Some may have become visible in between; the others have been deleted since.
          each(absent, fill.writer()::fill);
        }
      }
    }
    return true;
  }

  /** A table's columns to be filled, in rows that get values and in rows that lose theirs. */
  private record Fill(TableBatch batch, ColumnsWriter writer, List<Row> images) {

    Writing writing() {
      return batch.writing();
    }
  }

  private List<Fill> fills(Flush flush) throws SQLException {
    List<Fill> fills = new ArrayList<>();
    for (TableBatch batch : flush.batches()) {
      if (batch.writing().fills()) {
        ColumnsWriter writer = filler(writer(batch.table(), batch.columns()));
        List<Row> images = new ArrayList<>(batch.upserts());
        batch.deletes().forEach(key -> images.add(writer.empty(key)));
        fills.add(new Fill(batch, writer, images));
      }
    }
    return fills;
  }

  private List<Row> absent(ColumnsWriter filler, List<Row> rows) throws SQLException {
    List<Row> absent = new ArrayList<>();
    each(rows, slice -> absent.addAll(filler.absent(slice)));
    return absent;
  }

  /** Copies rows; upserts them, and says false, where some are there already. */
  private boolean copied(TableWriter writer, List<Row> rows) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      each(rows, writer::copy);
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw e;
      }
      // From before a crash whose outcome we never heard, or somebody else's.
      connection.rollback(before);
      each(rows, writer::upsert);
      return false;
    }
  }

  private void each(List<Row> rows, Slices.Statement statement) throws SQLException {
    for (List<Row> slice : Slices.of(rows)) {
      try (Watchdog.Guard guard = Watchdog.over(connection)) {
        statement.execute(slice);
      }
    }
  }

  private TableWriter writer(Table table, List<String> columns) throws SQLException {
    Shape shape = new Shape(table.id(), columns);
    TableWriter writer = writers.get(shape);
    if (writer == null) {
      if (writers.size() > MOST_WRITERS) {
        forgetWriters();
      }
      writer = TableWriter.of(connection, table, columns);
      writers.put(shape, writer);
    }
    return writer;
  }

  private ColumnsWriter filler(TableWriter rows) throws SQLException {
    ColumnsWriter filler = fillers.get(rows);
    if (filler == null) {
      filler = ColumnsWriter.of(connection, rows);
      fillers.put(rows, filler);
    }
    return filler;
  }

  private void forgetWriters() {
    writers.clear();
    fillers.clear();
  }

  @Override
  public void release(InputPartition partition, String token) {
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.setAutoCommit(false);
      progress.release(partition, token);
      connection.commit();
    } catch (SQLException e) {
      throw Failures.of("Cannot give " + partition + " back", e);
    }
  }

  @Override
  public void abort() {
    Watchdog.abort(connection);
  }

  @Override
  public void close() {
    try {
      // Not close(): that would first say goodbye to a server that may not read.
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.debug("A connection to the target could not be closed", e);
    }
  }
}
