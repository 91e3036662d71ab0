package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.anyNullable;
import static io.crossfade.sql.bind.CallSupport.booleans;
import static io.crossfade.sql.bind.CallSupport.decided;
import static io.crossfade.sql.bind.CallSupport.make;
import static io.crossfade.sql.bind.CallSupport.never;

import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Logic;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgTypes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** AND, OR, NOT, and IS with a truth value or NULL. */
final class LogicForms {

  private LogicForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    forms.put("and", (call, arguments) -> junction(call, arguments, Logic.AND, false));
    forms.put("or", (call, arguments) -> junction(call, arguments, Logic.OR, true));
    forms.put(
        "not",
        (call, arguments) -> {
          List<Expr> operand = booleans(call, arguments);
          return make(call, Logic.NOT, operand, PgTypes.BOOLEAN, anyNullable(operand));
        });
    Map<String, Routine> truths =
        Map.of(
            "is true", Logic.is(true, true),
            "is not true", Logic.is(true, false),
            "is false", Logic.is(false, true),
            "is not false", Logic.is(false, false),
            "is unknown", Logic.isNull(true),
            "is not unknown", Logic.isNull(false));
    truths.forEach(
        (name, routine) ->
            forms.put(name, (call, arguments) -> never(call, routine, booleans(call, arguments))));
    forms.put("is null", (call, arguments) -> never(call, Logic.isNull(true), decided(arguments)));
    forms.put(
        "is not null", (call, arguments) -> never(call, Logic.isNull(false), decided(arguments)));
    return forms;
  }

  /**
   * A constant that decides does so before any row, as in PostgreSQL: {@code 1 / a = 1 OR true}.
   */
  private static Expr junction(
      CallTerm call, List<Bound> arguments, Routine routine, boolean decisive) {
    List<Expr> operands = booleans(call, arguments);
    Expr decided = new Constant(decisive, PgTypes.BOOLEAN);
    return operands.contains(decided)
        ? decided
        : make(call, routine, operands, PgTypes.BOOLEAN, anyNullable(operands));
  }
}
