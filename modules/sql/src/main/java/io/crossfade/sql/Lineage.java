package io.crossfade.sql;

import io.crossfade.sql.bind.Assignments;
import io.crossfade.sql.bind.Assignments.Fit;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.bind.Expr.Input;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where the values of an output column come from.
 *
 * @param kind how
 * @param reads the columns that it reads, in the tables' order; where there are several tables with
 *     the name in front that the FROM has for theirs
 */
public record Lineage(Kind kind, List<String> reads) {

  /** How an output comes from the source's columns. */
  public enum Kind {
    /** One column, untouched. */
    COPIED,
    /** One column, cast in a way that tells all values apart. */
    CONVERTED,
    /**
     * Converted to a type that does not hold all values of the one before: rounded, cut, parsed.
     */
    NARROWED,
    /** An expression, an element of an array, an aggregate: the columns cannot be told from it. */
    COMPUTED,
    /** The same value for each row. */
    CONSTANT
  }

  public Lineage {
    Objects.requireNonNull(kind, "kind");
    reads = List.copyOf(reads);
  }

  /** The lineage of an output column of a SELECT, counted from 0. */
  public static Lineage of(SelectPlan plan, int column) {
    Set<Integer> inputs = plan.inputs(column);
    boolean element = plan.withArray(inputs);
    List<String> reads = inputs.stream().map(plan::inputName).toList();
    Optional<Expr> expression = plan.overRows(column);
    return new Lineage(
        element || expression.isEmpty()
            ? Kind.COMPUTED
            : kind(plan.columns().get(column), expression.get(), reads),
        reads);
  }

  private static Kind kind(OutputColumn output, Expr expression, List<String> reads) {
    if (expression instanceof Input) {
      return Kind.COPIED;
    }
    if (expression instanceof Constant || reads.isEmpty()) {
      return Kind.CONSTANT;
    }
    if (output.injectiveOf().isPresent()) {
      return Kind.CONVERTED;
    }
    return narrows(expression) ? Kind.NARROWED : Kind.COMPUTED;
  }

  /** A cast is a routine of one value whose type does not take every value of the one before. */
  private static boolean narrows(Expr expression) {
    Expr at = expression;
    while (at instanceof Apply apply && apply.arguments().size() == 1) {
      Expr argument = apply.arguments().get(0);
      if (!apply.injective() && Assignments.fit(argument, apply.type()) != Fit.FITS) {
        return true;
      }
      at = argument;
    }
    return false;
  }
}
