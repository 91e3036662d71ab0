package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.anyNullable;
import static io.crossfade.sql.bind.CallSupport.apply;
import static io.crossfade.sql.bind.CallSupport.make;
import static io.crossfade.sql.bind.CallSupport.operator;
import static io.crossfade.sql.bind.CallSupport.plain;
import static io.crossfade.sql.bind.CallSupport.resolve;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Comparison.Test;
import io.crossfade.sql.eval.Logic;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Comparisons, BETWEEN, IN. */
final class ComparisonForms {

  private static final Map<String, Test> TESTS =
      Map.of(
          "=", Test.EQUAL,
          "<>", Test.NOT_EQUAL,
          "<", Test.LESS,
          "<=", Test.LESS_OR_EQUAL,
          ">", Test.GREATER,
          ">=", Test.GREATER_OR_EQUAL);

  private ComparisonForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    TESTS.forEach(
        (sign, test) -> {
          List<Signature> overloads = ComparisonRoutines.overloads(test);
          forms.put(sign, (call, arguments) -> operator(call, overloads, arguments));
        });
    for (boolean wanted : new boolean[] {true, false}) {
      List<Signature> overloads =
          ComparisonRoutines.overloads(true, order -> Comparison.distinct(order, wanted));
      forms.put(
          wanted ? "is distinct from" : "is not distinct from",
          (call, arguments) -> {
            Signature chosen = resolve(call, "=", overloads, arguments);
            Expr expr = apply(chosen, arguments, call.position());
            return expr instanceof Expr.Apply apply
                ? new Expr.Apply(apply.routine(), apply.arguments(), apply.type(), false, false)
                : expr;
          });
    }
    forms.put("between", (call, arguments) -> between(call, arguments, true));
    forms.put("not between", (call, arguments) -> between(call, arguments, false));
    forms.put("in", (call, arguments) -> in(call, arguments));
    forms.put(
        "not in",
        (call, arguments) -> {
          Expr in = in(call, arguments);
          return make(call, Logic.NOT, List.of(in), PgTypes.BOOLEAN, in.nullable());
        });
    return forms;
  }

  private static Expr between(CallTerm call, List<Bound> arguments, boolean inside) {
    Bound value = arguments.get(0);
    Expr low = test(call, inside ? ">=" : "<", value, arguments.get(1));
    Expr high = test(call, inside ? "<=" : ">", value, arguments.get(2));
    List<Expr> both = List.of(low, high);
    Routine junction = inside ? Logic.AND : Logic.OR;
    return make(call, junction, both, PgTypes.BOOLEAN, anyNullable(both));
  }

  private static Expr test(CallTerm call, String sign, Bound left, Bound right) {
    List<Signature> overloads = ComparisonRoutines.overloads(TESTS.get(sign));
    List<Bound> both = List.of(left, right);
    return apply(resolve(call, sign, overloads, both), both, call.position());
  }

  /**
   * {@code x IN (a, b)}: PostgreSQL makes an array of the elements that read no column, if there
   * are several and they find a common type with x; all others are compared one by one.
   */
  private static Expr in(CallTerm call, List<Bound> arguments) {
    Bound searched = arguments.get(0);
    List<Bound> rest = new ArrayList<>(arguments.subList(1, arguments.size()));
    List<Bound> array = new ArrayList<>(rest);
    array.removeIf(element -> readsColumns(element.expr()));
    List<Bound> withSearched = new ArrayList<>(array);
    withSearched.add(0, searched);
    Optional<TypeFamily> common = Overloads.common(withSearched);
    List<Expr> tests = new ArrayList<>();
    if (array.size() > 1 && common.isPresent()) {
      tests.add(inArray(call, searched, array, common.get()));
      rest.removeAll(array);
    }
    for (Bound element : rest) {
      tests.add(test(call, "=", searched, element));
    }
    return tests.size() == 1
        ? tests.get(0)
        : make(call, Logic.OR, tests, PgTypes.BOOLEAN, anyNullable(tests));
  }

  private static boolean readsColumns(Expr expr) {
    Set<Integer> inputs = new TreeSet<>();
    expr.collectInputs(inputs);
    return !inputs.isEmpty();
  }

  private static Expr inArray(
      CallTerm call, Bound searched, List<Bound> elements, TypeFamily family) {
    Bound sample = Bound.typed(new Constant(null, plain(family, call)), elements.get(0).position());
    List<Signature> overloads = ComparisonRoutines.overloads(true, Comparison::in);
    Signature chosen = resolve(call, "=", overloads, List.of(searched, sample));
    Routine routine =
        chosen.routine().orElseThrow(() -> new BindFailure(call.position(), chosen.refusal()));
    List<Expr> coerced = new ArrayList<>();
    coerced.add(Coercion.implicit(searched, chosen.parameters().get(0)));
    for (Bound element : elements) {
      Bound member = Bound.typed(Coercion.implicit(element, family), element.position());
      coerced.add(Coercion.implicit(member, chosen.parameters().get(1)));
    }
    return make(call, routine, coerced, PgTypes.BOOLEAN, anyNullable(coerced));
  }
}
