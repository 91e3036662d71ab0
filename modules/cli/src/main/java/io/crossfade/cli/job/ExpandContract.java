package io.crossfade.cli.job;

import io.crossfade.core.switching.Definitions;
import io.crossfade.core.switching.DefinitionsOutcome;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.definition.RefusedStatementException;
import io.crossfade.postgres.definition.SafeStatement;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The statements of {@code expand:} and {@code contract:} of a spec, at the target.
 *
 * @param spec whose
 * @param definitions what executes them
 */
public record ExpandContract(Spec spec, Definitions definitions) {

  private static final String EXPAND = "expand";
  private static final String CONTRACT = "contract";

  /** Opens nothing yet. */
  public static ExpandContract of(Spec spec, Databases databases) {
    return new ExpandContract(spec, databases.switchingTarget(spec.migration()).definitions());
  }

  /** Reads all statements; those that we would not run. No database is asked. */
  public static List<Problem> problems(Spec spec) {
    List<Problem> problems = new ArrayList<>();
    for (List<SqlText> list : List.of(spec.expand(), spec.contract())) {
      for (SqlText statement : list) {
        try {
          SafeStatement.of(statement.text());
        } catch (RefusedStatementException e) {
          problems.add(statement.problemAt(e.line(), e.column(), e.getMessage()));
        }
      }
    }
    return problems;
  }

  private static void check(Spec spec) throws SpecException {
    List<Problem> problems = problems(spec);
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
  }

  /**
   * Executes what is not done yet of {@code expand:}.
   *
   * @param told takes lines for people
   * @throws SpecException where a statement that ran is another one now
   * @throws CommandException where one did not go through
   */
  public void expand(Consumer<String> told) throws SpecException {
    run(EXPAND, spec.expand(), told);
  }

  /** As {@link #expand}, with {@code contract:}. */
  public void contract(Consumer<String> told) throws SpecException {
    run(CONTRACT, spec.contract(), told);
  }

  private void run(String list, List<SqlText> statements, Consumer<String> told)
      throws SpecException {
    check(spec);
    DefinitionsOutcome outcome =
        definitions.run(list, statements.stream().map(SqlText::text).toList(), told);
    if (outcome instanceof DefinitionsOutcome.Changed changed) {
      throw new SpecException(
          List.of(
              statements
                  .get(changed.ordinal() - 1)
                  .problemAt(
                      1,
                      1,
                      "another statement was executed in this place, %s: %s; %s"
                          .formatted(changed.at(), changed.before(), changed.next()))));
    }
    if (outcome instanceof DefinitionsOutcome.TimedOut timedOut) {
      throw new CommandException(
          ExitCode.TIMED_OUT,
          "%s\n  %s\nNext: see that it ends, then start again: it goes on with this step"
              .formatted(
                  at(list, statements, timedOut.ordinal(), timedOut.step()), timedOut.locks()));
    }
    if (outcome instanceof DefinitionsOutcome.Failed failed) {
      throw new CommandException(
          ExitCode.PREFLIGHT,
          "%s\n  %s (SQLSTATE %s)\nNext: %s"
              .formatted(
                  at(list, statements, failed.ordinal(), failed.step()),
                  failed.message(),
                  failed.sqlstate(),
                  failed.next()));
    }
  }

  private static String at(String list, List<SqlText> statements, int ordinal, String step) {
    return "%s: statement %d of '%s' did not go through: %s"
        .formatted(statements.get(ordinal - 1).start(), ordinal, list, step);
  }

  /** How many statements of {@code expand:} are done, from the first. */
  public int expanded() {
    return done(EXPAND, spec.expand());
  }

  /** How many statements of {@code contract:} are done, from the first. */
  public int contracted() {
    return done(CONTRACT, spec.contract());
  }

  private int done(String list, List<SqlText> statements) {
    return definitions.done(list, statements.stream().map(SqlText::text).toList());
  }

  /**
   * Those of the statements of {@code expand:} that are still to come, for who wants to know
   * whether a table will be another one then.
   */
  public Pending pending() throws SpecException {
    check(spec);
    List<SafeStatement> pending = new ArrayList<>();
    for (SqlText statement : spec.expand().subList(expanded(), spec.expand().size())) {
      try {
        pending.add(SafeStatement.of(statement.text()));
      } catch (RefusedStatementException e) {
        throw new IllegalStateException("was checked just now", e);
      }
    }
    return new Pending(pending);
  }

  /** Statements to come. */
  public record Pending(List<SafeStatement> statements) {

    public Pending {
      statements = List.copyOf(statements);
    }

    /** Whether one of them may make or change that table. */
    public boolean concerns(TableId table) {
      return statements.stream().anyMatch(statement -> statement.concerns(table));
    }
  }
}
