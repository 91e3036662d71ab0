package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.TableBatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Which row of a flush it is that the target refuses: the flush is done again, statement by
 * statement and never committed; the one that fails is bisected.
 */
final class RefusedRow {

  private final Connection connection;
  private final Writers writers;

  /** Statements for a batch. */
  @FunctionalInterface
  interface Writers {
    TableWriter of(TableBatch batch) throws SQLException;
  }

  RefusedRow(Connection connection, Writers writers) {
    this.connection = connection;
    this.writers = writers;
  }

  /**
   * Finds it, and leaves the connection without a transaction.
   *
   * @throws SQLException where the connection breaks, or where the error does not come again
   */
  Flushed find(Flush flush, SQLException error) throws SQLException {
    try {
      for (TableBatch batch : flush.batches()) {
        Optional<Flushed> refused = in(batch);
        if (refused.isPresent()) {
          return refused.get();
        }
      }
      return atCommit(flush, error);
    } finally {
      connection.rollback();
    }
  }

  private Optional<Flushed> in(TableBatch batch) throws SQLException {
    TableId id = batch.table().id();
    TableWriter writer;
    try {
      writer = writers.of(batch);
    } catch (SQLException e) {
      return Optional.of(refused(id, "", e));
    }
    Optional<Flushed> refused =
        in(batch.table(), batch.deletes(), writer::delete, RefusedRow::keyOf);
    if (refused.isEmpty()) {
      refused = in(batch.table(), batch.upserts(), writer::upsert, writer::key);
    }
    if (refused.isEmpty()) {
      refused = in(batch.table(), batch.inserts(), writer::upsert, writer::key);
    }
    return refused;
  }

  /** How a row's key is shown. */
  @FunctionalInterface
  private interface Key {
    String of(Table table, Row row);
  }

  private static String keyOf(Table table, Row key) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < key.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(table.primaryKey().get(i)).append(" = ");
      text.append(key.get(i));
    }
    return text.toString();
  }

  private Optional<Flushed> in(Table table, List<Row> rows, Slices.Statement statement, Key key)
      throws SQLException {
    for (List<Row> slice : Slices.of(rows)) {
      Optional<SQLException> error = attempt(slice, statement, true);
      if (error.isPresent()) {
        return Optional.of(bisect(table, slice, statement, key, error.get()));
      }
    }
    return Optional.empty();
  }

  /** The shortest beginning of the slice that fails ends with the row. */
  private Flushed bisect(
      Table table, List<Row> slice, Slices.Statement statement, Key key, SQLException error)
      throws SQLException {
    if (!isOfOneRow(error)) {
      return refused(table.id(), "", error);
    }
    int passes = 0;
    int fails = slice.size();
    SQLException last = error;
    while (fails - passes > 1) {
      int middle = (passes + fails) >>> 1;
      Optional<SQLException> tried = attempt(slice.subList(0, middle), statement, false);
      if (tried.isPresent()) {
        last = tried.get();
        fails = middle;
      } else {
        passes = middle;
      }
    }
    return refused(table.id(), key.of(table, slice.get(fails - 1)), last);
  }

  private Optional<SQLException> attempt(
      List<Row> rows, Slices.Statement statement, boolean keepIfItPasses) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      statement.execute(rows);
      if (!keepIfItPasses) {
        connection.rollback(before);
      }
      connection.releaseSavepoint(before);
      return Optional.empty();
    } catch (SQLException e) {
      if (Failures.passes(e)) {
        throw e;
      }
      connection.rollback(before);
      return Optional.of(e);
    }
  }

  /** Every statement passes: then it was a constraint that is checked at the commit. */
  private Flushed atCommit(Flush flush, SQLException error) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (SQLException e) {
      if (Failures.passes(e)) {
        throw e;
      }
      return refused(flush.batches().get(0).table().id(), "", e);
    }
    throw error;
  }

  /** A missing table, column or privilege (42), or what the server cannot do (0A), is not. */
  private static boolean isOfOneRow(SQLException e) {
    return !e.getSQLState().startsWith("42") && !e.getSQLState().startsWith("0A");
  }

  private static Flushed refused(TableId table, String key, SQLException e) {
    return new Flushed.Refused(table, key, Failures.text(e), e.getSQLState());
  }
}
