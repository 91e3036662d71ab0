package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.target.Placement;
import io.crossfade.core.target.Placement.Fault;
import io.crossfade.core.target.Placement.Refusal;
import io.crossfade.core.target.Writing;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.util.PSQLException;

/** One table, for rows that it may refuse: each statement has a savepoint before it. */
final class CarefulTable implements Placement.Rows<Candidate, SQLException> {

  /**
   * A unique value that another row holds, an exclusion constraint, a foreign key in either
   * direction.
   */
  private static final Set<String> ANOTHERS = Set.of("23505", "23P01", "23503");

  /** Beside others, that {@code ON CONFLICT} cannot watch over a deferrable constraint. */
  private static final String NOT_IN_THIS_STATE = "55000";

  private static final Refusal NO_ROW =
      new Refusal(Fault.ANOTHER_ROW, "there is no row with its key to be filled yet", "02000", "");

  private final Connection connection;
  private final Writers writers;
  private final TableWriter first;
  private final Writing writing;
  private final Fillers fillers;
  private final boolean pullsOthers;

  /** Statements for a list of columns. */
  @FunctionalInterface
  interface Writers {
    TableWriter of(List<String> columns) throws SQLException;
  }

  /** Statements that fill the columns that others write. */
  @FunctionalInterface
  interface Fillers {
    ColumnsWriter of(TableWriter rows) throws SQLException;
  }

  CarefulTable(
      Connection connection,
      Writers writers,
      Fillers fillers,
      List<String> columns,
      Writing writing)
      throws SQLException {
    this.connection = connection;
    this.writers = writers;
    this.fillers = fillers;
    this.writing = writing;
    this.first = writers.of(columns);
    this.pullsOthers = first.pullsOthers();
  }

  TableWriter writer() {
    return first;
  }

  Writing writing() {
    return writing;
  }

  @Override
  public List<List<Candidate>> slices(List<Candidate> rows) {
    return Slices.of(rows, row -> row.isDelete() ? row.key() : row.image());
  }

  @Override
  public Optional<Refusal> delete(List<Candidate> rows) throws SQLException {
    return attempt(() -> remove(rows));
  }

  @Override
  public Optional<Refusal> upsert(List<Candidate> rows) throws SQLException {
    if (writing.fills()) {
      return present(rows).size() < rows.size()
          ? Optional.of(NO_ROW)
          : attempt(() -> byColumns(rows, (writer, images) -> fill(writer, images)));
    }
    return attempt(() -> byColumns(rows, (writer, images) -> writer.upsert(images)));
  }

  @Override
  public Optional<Refusal> insertWhereFree(List<Candidate> rows) throws SQLException {
    if (writing.fills()) {
      return Optional.of(NO_ROW);
    }
    Optional<Refusal> refusal =
        attempt(() -> byColumns(rows, (writer, images) -> writer.insertWhereFree(images)));
    return refusal.isPresent() && refusal.get().code().equals(NOT_IN_THIS_STATE)
        ? upsert(rows)
        : refusal;
  }

  @Override
  public List<Candidate> present(List<Candidate> rows) throws SQLException {
    List<Candidate> present = new ArrayList<>();
    for (List<Candidate> slice : slices(rows)) {
      try (Watchdog.Guard guard = Watchdog.over(connection)) {
        first.present(keys(slice)).forEach(place -> present.add(slice.get(place)));
      }
    }
    return present;
  }

  @Override
  public void clear(List<Candidate> rows) throws SQLException {
    if (writing.fills()) {
      drop(rows);
    } else if (!pullsOthers) {
      for (List<Candidate> slice : slices(rows)) {
        clear(slice, true);
      }
    }
  }

  /** What others fill in a row would be gone with it, for good. */
  @Override
  public void drop(List<Candidate> rows) throws SQLException {
    if (writing.fills()) {
      for (List<Candidate> slice : slices(rows)) {
        empty(slice);
      }
    } else if (!pullsOthers && first.rest().isEmpty()) {
      for (List<Candidate> slice : slices(rows)) {
        clear(slice, false);
      }
    }
  }

  /** Where the columns may be empty. */
  private void empty(List<Candidate> rows) throws SQLException {
    if (attempt(() -> remove(rows)).isPresent() && rows.size() > 1) {
      int middle = rows.size() >>> 1;
      empty(rows.subList(0, middle));
      empty(rows.subList(middle, rows.size()));
    }
  }

  private void remove(List<Candidate> rows) throws SQLException {
    if (writing.fills()) {
      ColumnsWriter filler = fillers.of(first);
      fill(first, rows.stream().map(row -> filler.empty(row.key())).toList());
    } else {
      first.delete(keys(rows));
    }
  }

  private void fill(TableWriter writer, List<Row> images) throws SQLException {
    ColumnsWriter filler = fillers.of(writer);
    filler.lock(images);
    filler.fill(images);
  }

  private void clear(List<Candidate> rows, boolean toComeBack) throws SQLException {
    Optional<Refusal> refusal =
        attempt(
            () ->
                first
                    .clear(keys(rows))
                    .forEach(
                        (place, rest) -> {
                          if (toComeBack) {
                            rows.get(place).keep(first.rest(), rest);
                          }
                        }));
    if (refusal.isPresent() && rows.size() > 1) {
      int middle = rows.size() >>> 1;
      clear(rows.subList(0, middle), toComeBack);
      clear(rows.subList(middle, rows.size()), toComeBack);
    }
  }

  private static List<Row> keys(List<Candidate> rows) {
    return rows.stream().map(Candidate::key).toList();
  }

  @FunctionalInterface
  private interface Images {
    void write(TableWriter writer, List<Row> images) throws SQLException;
  }

  private void byColumns(List<Candidate> rows, Images images) throws SQLException {
    Map<List<String>, List<Row>> groups = new LinkedHashMap<>();
    rows.forEach(
        row -> groups.computeIfAbsent(row.columns(), c -> new ArrayList<>()).add(row.image()));
    for (Map.Entry<List<String>, List<Row>> group : groups.entrySet()) {
      images.write(writers.of(group.getKey()), group.getValue());
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws SQLException;
  }

  private Optional<Refusal> attempt(Step step) throws SQLException {
    try (Watchdog.Guard guard = Watchdog.over(connection)) {
      Savepoint before = connection.setSavepoint();
      try {
        step.run();
        connection.releaseSavepoint(before);
        return Optional.empty();
      } catch (SQLException e) {
        if (Failures.passes(e) || !isOfARow(e)) {
          throw e;
        }
        connection.rollback(before);
        return Optional.of(refusal(e));
      }
    }
  }

  /** A missing table, column or privilege (42), or what the server cannot do (0A), is not. */
  static boolean isOfARow(SQLException e) {
    return !e.getSQLState().startsWith("42") && !e.getSQLState().startsWith("0A");
  }

  private static Refusal refusal(SQLException e) {
    return new Refusal(
        ANOTHERS.contains(e.getSQLState()) ? Fault.ANOTHER_ROW : Fault.THE_ROW,
        Failures.text(e),
        e.getSQLState(),
        constraint(e));
  }

  private static String constraint(SQLException e) {
    if (e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
      String name = postgres.getServerErrorMessage().getConstraint();
      return name == null ? "" : name;
    }
    return "";
  }
}
