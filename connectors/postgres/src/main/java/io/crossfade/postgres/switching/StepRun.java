package io.crossfade.postgres.switching;

import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.switching.Patience;
import io.crossfade.postgres.definition.SafeStatement;
import io.crossfade.postgres.definition.Step;
import io.crossfade.postgres.switching.DefinitionMarks.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Executes steps on one session, each with its mark. */
final class StepRun {

  /** SQLSTATE of ours: it held its lock for too long, and was undone. */
  static final String TOO_LONG = "XF003";

  /**
   * A change of the catalogue takes milliseconds. What takes longer reads or writes rows while it
   * keeps others out; nobody is to wait for that.
   */
  private static final Duration HOLD = Duration.ofSeconds(2);

  private static final String CANCELLED = "57014";
  private static final long SAID_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Server server;
  private final Connection connection;
  private final DefinitionMarks marks;
  private final Patience patience;
  private final Consumer<String> told;
  private long said = System.nanoTime();

  StepRun(
      Server server,
      Connection connection,
      DefinitionMarks marks,
      Patience patience,
      Consumer<String> told)
      throws SQLException {
    this.server = server;
    this.connection = connection;
    this.marks = marks;
    this.patience = patience;
    this.told = told;
    PostgresDdl.execute(connection, "RESET search_path"); // names are found as the role finds them
  }

  /** Tells what comes. */
  void say(Place place, List<SafeStatement> statements, Step step) {
    int steps = statements.get(place.ordinal() - 1).steps().size();
    told.accept(
        "statement %d of %d%s: %s"
            .formatted(
                place.ordinal(),
                statements.size(),
                steps == 1 ? "" : ", step %d of %d".formatted(place.step(), steps),
                step.sql().replaceAll("\\s+", " ")));
    said = System.nanoTime();
  }

  /**
   * Executes a step.
   *
   * @param begun whether an earlier run had begun it
   * @throws SQLException where the server refuses; the step has changed nothing then
   */
  LockOutcome execute(Place place, SafeStatement statement, Step step, boolean begun)
      throws SQLException {
    Attempts attempts = new Attempts(connection, patience);
    if (step instanceof Step.Concurrently concurrently) {
      return concurrently(place, statement, concurrently, begun, attempts);
    }
    boolean lengthy = ((Step.InTransaction) step).lengthy();
    return Blockers.watch(
        server,
        connection,
        attempts,
        attempts.inTransaction(
            () -> {
              within(lengthy, step.sql());
              marks.write(connection, place, statement.normal(), step.sql(), true);
            }),
        this::waiting);
  }

  private void within(boolean lengthy, String sql) throws SQLException {
    Duration most = lengthy ? Duration.ZERO : patience.attempt().plus(HOLD);
    PostgresDdl.execute(connection, "SET LOCAL statement_timeout = " + most.toMillis());
    long start = System.nanoTime();
    try {
      PostgresDdl.execute(connection, sql);
    } catch (SQLException e) {
      if (!lengthy
          && CANCELLED.equals(e.getSQLState())
          && System.nanoTime() - start >= most.toNanos()) {
        throw new SQLException(
            "it had not ended after "
                + HOLD.toMillis()
                + " ms, and was given up: others wait for its lock",
            TOO_LONG,
            e);
      }
      throw e;
    }
    PostgresDdl.execute(connection, "SET LOCAL statement_timeout = 0");
  }

  /**
   * Its mark cannot be in its transaction. So it is said before that it begins: whoever goes on
   * after a crash executes what is content with what is there.
   */
  private LockOutcome concurrently(
      Place place,
      SafeStatement statement,
      Step.Concurrently step,
      boolean begun,
      Attempts attempts)
      throws SQLException {
    if (!begun) {
      marks.write(connection, place, statement.normal(), step.sql(), false);
    }
    try {
      LockOutcome outcome =
          Blockers.watch(
              server,
              connection,
              attempts,
              PostgresDdl.concurrently(
                  connection, patience, attempts, begun ? step.again() : step.sql()),
              this::waiting);
      if (outcome instanceof LockOutcome.Done) {
        marks.write(connection, place, statement.normal(), step.sql(), true);
      } else if (!begun) {
        marks.forget(connection, place);
      }
      return outcome;
    } catch (SQLException e) {
      if (!begun) {
        forget(place, e);
      }
      throw e;
    }
  }

  /** Where the connection is lost it stays: nobody knows then how far it came. */
  private void forget(Place place, SQLException first) {
    try {
      marks.forget(connection, place);
    } catch (SQLException e) {
      first.addSuppressed(e);
    }
  }

  private void waiting(List<OpenTransaction> blocking) {
    if (!blocking.isEmpty() && System.nanoTime() - said >= SAID_EVERY_NANOS) {
      said = System.nanoTime();
      told.accept(
          "no lock yet; in the way: "
              + String.join("; ", blocking.stream().map(OpenTransaction::toString).toList()));
    }
  }
}
