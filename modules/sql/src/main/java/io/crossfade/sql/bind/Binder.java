package io.crossfade.sql.bind;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.bind.Expr.Input;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.front.Term.LiteralTerm;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgNumeric;
import io.crossfade.sql.value.PgTypes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Terms of one table to typed expressions; collects the problem of each expression. */
public final class Binder {

  private final Table table;
  private final Calls calls;
  private final List<SqlProblem> problems = new ArrayList<>();

  /**
   * @param functions of the user's own
   * @param used takes the names of those that are called
   */
  public Binder(Table table, UserFunctions functions, Set<String> used) {
    this.table = table;
    this.calls = new Calls(functions, used);
  }

  /**
   * The operators and functions that a SELECT can have: signs ({@code +}), words ({@code is null})
   * and names, in lower case.
   */
  public static Set<String> vocabulary() {
    return Calls.builtIn();
  }

  /** What was refused so far. */
  public List<SqlProblem> problems() {
    return problems;
  }

  /** An output column; empty with a problem where the expression is refused. */
  public Optional<Expr> output(Term term) {
    return collecting(() -> Coercion.decided(bind(term)));
  }

  /** A condition; empty with a problem where it is refused or no boolean. */
  public Optional<Expr> condition(Term term) {
    return collecting(() -> Coercion.toBoolean(bind(term), "WHERE"));
  }

  /** The same of a JOIN. */
  public Optional<Expr> joinCondition(Term term) {
    return collecting(() -> Coercion.toBoolean(bind(term), "JOIN/ON"));
  }

  /** The same of groups. */
  public Optional<Expr> havingCondition(Term term) {
    return collecting(() -> Coercion.toBoolean(bind(term), "HAVING"));
  }

  /** How values of a family compare with each other, if their order is known in all databases. */
  public static Optional<Comparison.Order> order(TypeFamily family) {
    return ComparisonRoutines.order(family);
  }

  private Optional<Expr> collecting(Supplier<Expr> binding) {
    try {
      return Optional.of(binding.get());
    } catch (BindFailure e) {
      problems.add(e.problem());
      return Optional.empty();
    }
  }

  private Bound bind(Term term) {
    if (term instanceof ColumnTerm column) {
      Column source = table.columns().get(column.index());
      Expr input = new Input(column.index(), source.type(), source.nullable());
      return Bound.typed(input, column.position());
    }
    if (term instanceof LiteralTerm literal) {
      return literal(literal);
    }
    if (term instanceof CastTerm cast) {
      return Coercion.explicit(bind(cast.argument()), cast.target(), cast.position());
    }
    CallTerm call = (CallTerm) term;
    return calls.bind(call, call.arguments().stream().map(this::bind).toList());
  }

  private static Bound literal(LiteralTerm literal) {
    SourcePosition position = literal.position();
    return switch (literal.kind()) {
      case NULL -> new Bound(new Constant(null, PgTypes.TEXT), true, position);
      case STRING -> new Bound(new Constant(literal.text(), PgTypes.TEXT), true, position);
      case BOOLEAN ->
          Bound.typed(new Constant(literal.text().equals("true"), PgTypes.BOOLEAN), position);
      case NUMBER -> Bound.typed(number(literal.text(), position), position);
    };
  }

  /** Whole numbers take the smallest type from integer on; everything else is numeric. */
  private static Constant number(String text, SourcePosition position) {
    if (text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-' || c == '+')) {
      BigInteger value = new BigInteger(text);
      if (value.bitLength() < Integer.SIZE) {
        return new Constant(value.longValue(), PgTypes.INT4);
      }
      if (value.bitLength() < Long.SIZE) {
        return new Constant(value.longValue(), PgTypes.INT8);
      }
      return new Constant(PgNumeric.of(new BigDecimal(value)), PgTypes.NUMERIC);
    }
    try {
      return new Constant(PgNumeric.fromText(text), PgTypes.NUMERIC);
    } catch (PgError e) {
      throw new BindFailure(position, e.getMessage());
    }
  }
}
