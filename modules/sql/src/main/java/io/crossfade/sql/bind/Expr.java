package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.sql.eval.Logic;
import io.crossfade.sql.eval.Routine;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A typed expression: the plan as data. */
public sealed interface Expr {

  ColumnType type();

  /** Whether it can be NULL. */
  boolean nullable();

  /** Adds the places of the source's columns that it reads. */
  void collectInputs(Set<Integer> inputs);

  /** The parts that all have to be true for this to be true. */
  default List<Expr> conjuncts() {
    return List.of(this);
  }

  /** A column of the source, by its place. */
  record Input(int index, ColumnType type, boolean nullable) implements Expr {
    @Override
    public void collectInputs(Set<Integer> inputs) {
      inputs.add(index);
    }
  }

  /** A value that is known without a row; {@code null} is NULL. */
  record Constant(Object value, ColumnType type) implements Expr {
    public Constant {
      Objects.requireNonNull(type, "type");
    }

    @Override
    public boolean nullable() {
      return value == null;
    }

    @Override
    public void collectInputs(Set<Integer> inputs) {
      // It reads none.
    }
  }

  /**
   * A routine and its arguments.
   *
   * @param injective whether different values of the first argument, as PostgreSQL compares them,
   *     always give different results
   */
  record Apply(
      Routine routine, List<Expr> arguments, ColumnType type, boolean nullable, boolean injective)
      implements Expr {
    public Apply {
      arguments = List.copyOf(arguments);
    }

    @Override
    public List<Expr> conjuncts() {
      return routine == Logic.AND
          ? arguments.stream().flatMap(argument -> argument.conjuncts().stream()).toList()
          : List.of(this);
    }

    @Override
    public void collectInputs(Set<Integer> inputs) {
      arguments.forEach(argument -> argument.collectInputs(inputs));
    }
  }
}
