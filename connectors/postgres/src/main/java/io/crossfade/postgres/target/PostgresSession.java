package io.crossfade.postgres.target;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TopicIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.HashSet;
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

  private static final String UNIQUE_VIOLATION = "23505";

  private final Connection connection;
  private final String producer;
  private final ProgressTable progress;
  private final Map<TableId, Writer> writers = new HashMap<>();

  /** A writer fits one list of columns. */
  private record Writer(List<String> columns, TableWriter statements) {}

  PostgresSession(Connection connection, String group, String producer) {
    this.connection = connection;
    this.producer = producer;
    this.progress = new ProgressTable(connection, group);
  }

  @Override
  public Progress claim(InputPartition partition, TopicIdentity topic, String token) {
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.setAutoCommit(false);
      Progress before = progress.claim(partition, topic, token, producer);
      connection.commit();
      return before;
    } catch (SQLException e) {
      throw Failures.of("Cannot take " + partition, e);
    }
  }

  @Override
  public Flushed flush(Flush flush) {
    try {
      return write(flush);
    } catch (SQLException e) {
      if (Failures.passes(e)) {
        throw Failures.unavailable("Cannot write", e);
      }
      return refused(flush, e);
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
        connection.commit();
        return new Flushed.Done(Set.of(), Set.of());
      }
    }
    Set<TableId> copied = new HashSet<>();
    Set<TableId> met = new HashSet<>();
    for (TableBatch batch : flush.batches()) {
      TableWriter writer = writer(batch);
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

  private TableWriter writer(TableBatch batch) throws SQLException {
    Writer writer = writers.get(batch.table().id());
    if (writer == null || !writer.columns().equals(batch.columns())) {
      writer = new Writer(batch.columns(), TableWriter.of(connection, batch));
      writers.put(batch.table().id(), writer);
    }
    return writer.statements();
  }

  private Flushed refused(Flush flush, SQLException error) {
    // The table may be another than the one that the statements were made for.
    writers.clear();
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      connection.rollback();
      return new RefusedRow(connection, this::writer).find(flush, error);
    } catch (SQLException e) {
      if (e != error) {
        e.addSuppressed(error);
      }
      throw Failures.unavailable("Cannot find the row that the target refuses", e);
    }
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
