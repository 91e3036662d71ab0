package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.sql.front.Scope.Relation;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns expressions over rows that contain aggregates and keys of a GROUP BY into expressions over
 * groups: a column for each key, and one for each aggregate behind them. As in PostgreSQL a column
 * that is no key may stand there where the primary key of its table is among the keys: it becomes a
 * key as well.
 */
final class Grouped {

  /** Of an expression: what it is made of is known at the end only. */
  private static final int AGGREGATES = 1_000_000;

  private final Scope scope;
  private final List<SqlProblem> problems;
  private final List<Term> keys;
  private final int written;
  private final List<CallTerm> aggregates = new ArrayList<>();

  Grouped(Scope scope, List<Term> keys, List<SqlProblem> problems) {
    this.scope = scope;
    this.keys = new ArrayList<>(keys);
    this.written = keys.size();
    this.problems = problems;
  }

  /** The expression over the groups; the aggregates' columns are counted by {@link #settled}. */
  Term over(Term term) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).isLike(term)) {
        return new ColumnTerm(i, term.position());
      }
    }
    if (term instanceof ColumnTerm column) {
      return column(column);
    }
    if (term instanceof CastTerm cast) {
      return new CastTerm(over(cast.argument()), cast.target(), cast.position());
    }
    if (!(term instanceof CallTerm call)) {
      return term;
    }
    boolean aggregate = call.name().equals(Term.FILTER) || KnownFunctions.isAggregate(call.name());
    return aggregate
        ? aggregate(call)
        : new CallTerm(
            call.name(), call.arguments().stream().map(this::over).toList(), call.position());
  }

  private Term aggregate(CallTerm call) {
    for (int i = 0; i < aggregates.size(); i++) {
      if (aggregates.get(i).isLike(call)) {
        return new ColumnTerm(AGGREGATES + i, call.position());
      }
    }
    aggregates.add(call);
    return new ColumnTerm(AGGREGATES + aggregates.size() - 1, call.position());
  }

  private Term column(ColumnTerm column) {
    if (follows(column.index())) {
      keys.add(column);
      return new ColumnTerm(keys.size() - 1, column.position());
    }
    problems.add(
        column
            .position()
            .problem(
                name(column.index())
                    + " must stand in GROUP BY or within an aggregate: the rows of a group may"
                    + " differ in it"));
    return column;
  }

  /** Whether the key of its table is among the keys. */
  private boolean follows(int index) {
    Relation relation = relation(index);
    Set<String> known = new HashSet<>();
    int offset = scope.offset(relation);
    for (Term key : keys.subList(0, written)) {
      int place = key instanceof ColumnTerm column ? column.index() - offset : -1;
      if (place >= 0 && place < relation.columns().size()) {
        known.add(relation.columns().get(place).name());
      }
    }
    return !relation.key().isEmpty() && known.containsAll(relation.key());
  }

  private Relation relation(int index) {
    return scope.relations().stream()
        .filter(one -> scope.offset(one) + one.columns().size() > index)
        .findFirst()
        .orElseThrow();
  }

  private String name(int index) {
    Relation relation = relation(index);
    Column column = relation.columns().get(index - scope.offset(relation));
    return relation.name() + "." + column.name();
  }

  /** The same expression when all keys are known. */
  Term settled(Term term) {
    if (term instanceof ColumnTerm column && column.index() >= AGGREGATES) {
      return new ColumnTerm(keys.size() + column.index() - AGGREGATES, column.position());
    }
    if (term instanceof CastTerm cast) {
      return new CastTerm(settled(cast.argument()), cast.target(), cast.position());
    }
    return term instanceof CallTerm call
        ? new CallTerm(
            call.name(), call.arguments().stream().map(this::settled).toList(), call.position())
        : term;
  }

  ParsedSelect.Groups groups(Optional<Term> having) {
    return new ParsedSelect.Groups(keys, written, aggregates, having);
  }
}
