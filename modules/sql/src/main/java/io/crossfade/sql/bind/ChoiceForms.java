package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.coerce;
import static io.crossfade.sql.bind.CallSupport.make;
import static io.crossfade.sql.bind.CallSupport.plain;
import static io.crossfade.sql.bind.CallSupport.resolve;
import static io.crossfade.sql.bind.CallSupport.typeNames;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Comparison.Order;
import io.crossfade.sql.eval.Logic;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** CASE, COALESCE, NULLIF, GREATEST, LEAST. */
final class ChoiceForms {

  private ChoiceForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    forms.put("case", (call, arguments) -> choice(call, arguments));
    forms.put("coalesce", (call, arguments) -> coalesce(call, arguments));
    forms.put("nullif", (call, arguments) -> nullIf(call, arguments));
    forms.put("greatest", (call, arguments) -> extreme(call, arguments, 1));
    forms.put("least", (call, arguments) -> extreme(call, arguments, -1));
    return forms;
  }

  private static Expr choice(CallTerm call, List<Bound> arguments) {
    List<Bound> results = new ArrayList<>();
    // PostgreSQL looks at ELSE first when it searches the common type.
    results.add(arguments.get(arguments.size() - 1));
    for (int i = 1; i < arguments.size(); i += 2) {
      results.add(arguments.get(i));
    }
    ColumnType type = commonType(call, "CASE", results);
    List<Expr> operands = new ArrayList<>();
    boolean nullable = false;
    for (int i = 0; i < arguments.size(); i++) {
      boolean condition = i % 2 == 0 && i + 1 < arguments.size();
      Expr operand =
          condition
              ? Coercion.toBoolean(arguments.get(i), "CASE/WHEN")
              : toCommon(arguments.get(i), type);
      nullable |= !condition && operand.nullable();
      operands.add(operand);
    }
    return make(call, Logic.CASE, operands, type, nullable);
  }

  private static Expr coalesce(CallTerm call, List<Bound> arguments) {
    ColumnType type = commonType(call, "COALESCE", arguments);
    List<Expr> operands = arguments.stream().map(a -> toCommon(a, type)).toList();
    boolean nullable = operands.stream().allMatch(Expr::nullable);
    return make(call, Logic.COALESCE, operands, type, nullable);
  }

  /** Keeps the modifier where all branches have the same type. */
  static ColumnType commonType(CallTerm call, String what, List<Bound> branches) {
    ColumnType first = branches.get(0).expr().type();
    boolean same =
        branches.stream().noneMatch(Bound::untyped)
            && branches.stream().allMatch(b -> b.expr().type().equals(first));
    if (same) {
      return first;
    }
    TypeFamily family =
        Overloads.common(branches)
            .orElseThrow(
                () ->
                    new BindFailure(
                        call.position(),
                        what
                            + " types "
                            + typeNames(branches)
                            + " cannot be matched; cast them to one type"));
    if (family == TypeFamily.ARRAY) {
      return arrayType(call, what, branches);
    }
    return plain(family, call);
  }

  /** Arrays of one type, with NULL and literals between them. */
  private static ColumnType arrayType(CallTerm call, String what, List<Bound> branches) {
    Set<ColumnType> types = new HashSet<>();
    branches.stream()
        .filter(branch -> !branch.untyped())
        .forEach(
            branch -> {
              ColumnType element = PgTypes.element(branch.expr().type());
              types.add(PgTypes.array(plain(element.family(), call)));
            });
    if (types.size() != 1) {
      throw new BindFailure(
          call.position(),
          what + " types " + typeNames(branches) + " cannot be matched; cast them to one type");
    }
    return types.iterator().next();
  }

  static Expr toCommon(Bound branch, ColumnType type) {
    if (!branch.untyped() && branch.expr().type().equals(type)) {
      return branch.expr();
    }
    return type.family() == TypeFamily.ARRAY
        ? Coercion.explicit(branch, type, branch.position()).expr()
        : Coercion.implicit(branch, type.family());
  }

  private static Expr nullIf(CallTerm call, List<Bound> arguments) {
    if (arguments.size() != 2) {
      throw new BindFailure(call.position(), "NULLIF takes two arguments");
    }
    List<Signature> overloads = ComparisonRoutines.overloads(true, Comparison::nullIf);
    Signature chosen = resolve(call, "=", overloads, arguments);
    Routine routine =
        chosen.routine().orElseThrow(() -> new BindFailure(call.position(), chosen.refusal()));
    List<Expr> coerced = coerce(chosen, arguments);
    return make(call, routine, coerced, coerced.get(0).type(), true);
  }

  private static Expr extreme(CallTerm call, List<Bound> arguments, int sign) {
    String name = call.name().toUpperCase(Locale.ROOT);
    ColumnType type = commonType(call, name, arguments);
    Order order =
        ComparisonRoutines.order(type.family())
            .orElseThrow(
                () ->
                    new BindFailure(
                        call.position(),
                        type.family().isText()
                            ? ComparisonRoutines.COLLATION
                            : name + " of " + type + " is not supported"));
    List<Expr> operands = arguments.stream().map(a -> toCommon(a, type)).toList();
    boolean nullable = operands.stream().allMatch(Expr::nullable);
    return make(call, Comparison.extreme(order, sign), operands, type, nullable);
  }
}
