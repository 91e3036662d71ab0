package io.crossfade.postgres.switching;

import io.crossfade.core.switching.Definitions;
import io.crossfade.core.switching.DefinitionsOutcome;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.postgres.ServerErrors;
import io.crossfade.postgres.definition.RefusedStatementException;
import io.crossfade.postgres.definition.SafeStatement;
import io.crossfade.postgres.definition.Step;
import io.crossfade.postgres.switching.DefinitionMarks.Mark;
import io.crossfade.postgres.switching.DefinitionMarks.Place;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** {@code expand:} and {@code contract:} at a PostgreSQL, see {@code docs/expand-contract.md}. */
final class StatementList implements Definitions {

  private final Server server;
  private final String migration;
  private final Patience patience;

  /**
   * @param patience for the locks of each step
   */
  StatementList(Server server, String migration, Patience patience) {
    this.server = server;
    this.migration = migration;
    this.patience = patience;
  }

  @Override
  public DefinitionsOutcome run(String list, List<String> statements, Consumer<String> told) {
    List<SafeStatement> read = read(statements);
    if (read.isEmpty()) {
      return new DefinitionsOutcome.Done(0, 0);
    }
    DefinitionMarks marks = new DefinitionMarks(migration, list);
    Consumer<String> toldOfList = line -> told.accept(list + ": " + line);
    return server.patiently(
        "executing the statements of " + list,
        connection -> {
          new DefinitionsTurn(migration).take(connection, toldOfList);
          DefinitionMarks.prepare(connection);
          StepRun run = new StepRun(server, connection, marks, patience, toldOfList);
          return run(run, marks, marks.all(connection), read);
        });
  }

  private static DefinitionsOutcome run(
      StepRun run, DefinitionMarks marks, Map<Place, Mark> known, List<SafeStatement> statements)
      throws SQLException {
    Optional<DefinitionsOutcome> changed = changed(marks, known, statements);
    if (changed.isPresent()) {
      return changed.get();
    }
    int before = doneFromFirst(known, statements);
    for (int ordinal = before + 1; ordinal <= statements.size(); ordinal++) {
      SafeStatement statement = statements.get(ordinal - 1);
      List<String> stays = new ArrayList<>();
      for (int i = 1; i <= statement.steps().size(); i++) {
        Place place = new Place(ordinal, i);
        Step step = statement.steps().get(i - 1);
        if (known.containsKey(place) && known.get(place).done()) {
          stays.add(step.sql());
          continue;
        }
        run.say(place, statements, step);
        try {
          LockOutcome locks = run.execute(place, statement, step, known.containsKey(place));
          if (locks instanceof LockOutcome.TimedOut timedOut) {
            return new DefinitionsOutcome.TimedOut(ordinal, step.sql(), timedOut);
          }
        } catch (SQLException e) {
          if (ServerErrors.mayPass(e)) {
            throw e;
          }
          return new DefinitionsOutcome.Failed(
              ordinal,
              step.sql(),
              e.getSQLState(),
              ServerErrors.text(e),
              WhatNext.after(e.getSQLState(), stays, marks.forgetting(ordinal)));
        }
        stays.add(step.sql());
      }
    }
    return new DefinitionsOutcome.Done(statements.size() - before, before);
  }

  @Override
  public int done(String list, List<String> statements) {
    List<SafeStatement> read = read(statements);
    DefinitionMarks marks = new DefinitionMarks(migration, list);
    return read.isEmpty()
        ? 0
        : server.with(
            "looking which statements of " + list + " are done",
            connection -> doneFromFirst(marks.all(connection), read));
  }

  private static int doneFromFirst(Map<Place, Mark> known, List<SafeStatement> statements) {
    int done = 0;
    while (done < statements.size() && isDone(known, done + 1, statements.get(done))) {
      done++;
    }
    return done;
  }

  private static boolean isDone(Map<Place, Mark> known, int ordinal, SafeStatement statement) {
    for (int i = 1; i <= statement.steps().size(); i++) {
      Mark mark = known.get(new Place(ordinal, i));
      if (mark == null || !mark.done() || !mark.statement().equals(statement.normal())) {
        return false;
      }
    }
    return true;
  }

  /** The first statement that was begun as another one. Those that are gone from the end may be. */
  private static Optional<DefinitionsOutcome> changed(
      DefinitionMarks marks, Map<Place, Mark> known, List<SafeStatement> statements) {
    Map<Integer, Mark> first = new TreeMap<>();
    known.forEach((place, mark) -> first.putIfAbsent(place.ordinal(), mark));
    for (Map.Entry<Integer, Mark> one : first.entrySet()) {
      int ordinal = one.getKey();
      String before = one.getValue().statement();
      if (ordinal <= statements.size() && !statements.get(ordinal - 1).normal().equals(before)) {
        return Optional.of(
            new DefinitionsOutcome.Changed(
                ordinal,
                before,
                one.getValue().begun(),
                "put it back, and write what is new behind the last one; or undo by hand what it"
                    + " has done, and have it forgotten: "
                    + marks.forgetting(ordinal)));
      }
    }
    return Optional.empty();
  }

  private static List<SafeStatement> read(List<String> statements) {
    List<SafeStatement> read = new ArrayList<>();
    for (String statement : statements) {
      try {
        read.add(SafeStatement.of(statement));
      } catch (RefusedStatementException e) {
        throw new IllegalArgumentException(statement + ": " + e.getMessage(), e);
      }
    }
    return read;
  }
}
