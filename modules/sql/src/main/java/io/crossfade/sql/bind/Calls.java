package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.SourcePosition;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Comparison.Order;
import io.crossfade.sql.eval.Comparison.Test;
import io.crossfade.sql.eval.Concatenation;
import io.crossfade.sql.eval.Logic;
import io.crossfade.sql.eval.Patterns;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Operators and functions over bound arguments. */
final class Calls {

  /** Binds a form that is more than a choice among overloads. */
  private interface Form {
    Expr bind(CallTerm call, List<Bound> arguments);
  }

  private static final Map<String, Test> TESTS =
      Map.of(
          "=", Test.EQUAL,
          "<>", Test.NOT_EQUAL,
          "<", Test.LESS,
          "<=", Test.LESS_OR_EQUAL,
          ">", Test.GREATER,
          ">=", Test.GREATER_OR_EQUAL);

  private final Map<String, Form> forms = new HashMap<>();

  Calls() {
    logic();
    comparisons();
    choices();
    texts();
  }

  Bound bind(CallTerm call, List<Bound> arguments) {
    Form form = forms.get(call.name());
    if (form != null) {
      return Bound.typed(form.bind(call, arguments), call.position());
    }
    boolean prefix = arguments.size() == 1;
    List<Signature> operators =
        (prefix ? NumberRoutines.PREFIX : NumberRoutines.BINARY).get(call.name());
    if (operators != null) {
      return Bound.typed(operator(call, operators, arguments), call.position());
    }
    return Bound.typed(function(call, arguments), call.position());
  }

  private static List<Signature> functions(String name) {
    List<Signature> found = new ArrayList<>(NumberRoutines.FUNCTIONS.getOrDefault(name, List.of()));
    found.addAll(TextRoutines.FUNCTIONS.getOrDefault(name, List.of()));
    return found;
  }

  private Expr function(CallTerm call, List<Bound> arguments) {
    List<Signature> candidates = functions(call.name());
    if (candidates.isEmpty()) {
      Set<String> known = new TreeSet<>(forms.keySet());
      known.addAll(NumberRoutines.FUNCTIONS.keySet());
      known.addAll(TextRoutines.FUNCTIONS.keySet());
      throw new BindFailure(
          call.position(),
          "function "
              + call.name()
              + " is not supported yet"
              + NearestName.hint(call.name(), known));
    }
    Signature chosen =
        Overloads.function(candidates, arguments)
            .orElseThrow(
                () ->
                    new BindFailure(
                        call.position(),
                        "there is no function "
                            + call.name()
                            + "("
                            + typeNames(arguments)
                            + "), or not only one; cast the arguments"));
    return apply(chosen, arguments, call.position());
  }

  private static String typeNames(List<Bound> arguments) {
    return String.join(", ", arguments.stream().map(Bound::typeName).toList());
  }

  private static Expr operator(CallTerm call, List<Signature> candidates, List<Bound> arguments) {
    Signature chosen = resolve(call, call.name(), candidates, arguments);
    return apply(chosen, arguments, call.position());
  }

  private static Signature resolve(
      CallTerm call, String sign, List<Signature> candidates, List<Bound> arguments) {
    return Overloads.operator(candidates, arguments)
        .orElseThrow(
            () -> {
              String left = arguments.size() > 1 ? arguments.get(0).typeName() + " " : "";
              String right = arguments.get(arguments.size() - 1).typeName();
              return new BindFailure(
                  call.position(),
                  "there is no operator " + left + sign + " " + right + "; cast one side");
            });
  }

  private static Expr apply(Signature chosen, List<Bound> arguments, SourcePosition position) {
    Routine routine =
        chosen.routine().orElseThrow(() -> new BindFailure(position, chosen.refusal()));
    List<Expr> coerced = coerce(chosen, arguments);
    return Coercion.fold(routine, coerced, chosen.result(), anyNullable(coerced), false, position);
  }

  private static List<Expr> coerce(Signature chosen, List<Bound> arguments) {
    List<Expr> coerced = new ArrayList<>(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      coerced.add(Coercion.implicit(arguments.get(i), chosen.parameters().get(i)));
    }
    return coerced;
  }

  private static boolean anyNullable(List<Expr> arguments) {
    return arguments.stream().anyMatch(Expr::nullable);
  }

  private static Expr never(CallTerm call, Routine routine, List<Expr> arguments) {
    return Coercion.fold(routine, arguments, PgTypes.BOOLEAN, false, false, call.position());
  }

  private static Expr nullable(
      CallTerm call, Routine routine, List<Expr> arguments, ColumnType type, boolean nullable) {
    return Coercion.fold(routine, arguments, type, nullable, false, call.position());
  }

  private static List<Expr> booleans(CallTerm call, List<Bound> arguments) {
    String where = call.name().toUpperCase(Locale.ROOT);
    return arguments.stream().map(a -> Coercion.toBoolean(a, where)).toList();
  }

  private void logic() {
    Map<String, Routine> junctions = Map.of("and", Logic.AND, "or", Logic.OR, "not", Logic.NOT);
    junctions.forEach(
        (name, routine) ->
            forms.put(
                name,
                (call, arguments) -> {
                  List<Expr> operands = booleans(call, arguments);
                  return nullable(call, routine, operands, PgTypes.BOOLEAN, anyNullable(operands));
                }));
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
  }

  private static List<Expr> decided(List<Bound> arguments) {
    return arguments.stream().map(Coercion::decided).toList();
  }

  private void comparisons() {
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
          return nullable(call, Logic.NOT, List.of(in), PgTypes.BOOLEAN, in.nullable());
        });
  }

  private Expr between(CallTerm call, List<Bound> arguments, boolean inside) {
    Bound value = arguments.get(0);
    Expr low = test(call, inside ? ">=" : "<", value, arguments.get(1));
    Expr high = test(call, inside ? "<=" : ">", value, arguments.get(2));
    List<Expr> both = List.of(low, high);
    Routine junction = inside ? Logic.AND : Logic.OR;
    return nullable(call, junction, both, PgTypes.BOOLEAN, anyNullable(both));
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
        : nullable(call, Logic.OR, tests, PgTypes.BOOLEAN, anyNullable(tests));
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
    return nullable(call, routine, coerced, PgTypes.BOOLEAN, anyNullable(coerced));
  }

  private static ColumnType plain(TypeFamily family, CallTerm call) {
    if (family == TypeFamily.OPAQUE) {
      throw new BindFailure(
          call.position(), "a column of this type can only be passed on or tested with IS NULL");
    }
    return PgTypes.plain(family);
  }

  private void choices() {
    forms.put("case", (call, arguments) -> choice(call, arguments));
    forms.put("coalesce", (call, arguments) -> coalesce(call, arguments));
    forms.put("nullif", (call, arguments) -> nullIf(call, arguments));
    forms.put("greatest", (call, arguments) -> extreme(call, arguments, 1));
    forms.put("least", (call, arguments) -> extreme(call, arguments, -1));
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
    return nullable(call, Logic.CASE, operands, type, nullable);
  }

  private static Expr coalesce(CallTerm call, List<Bound> arguments) {
    ColumnType type = commonType(call, "COALESCE", arguments);
    List<Expr> operands = arguments.stream().map(a -> toCommon(a, type)).toList();
    boolean nullable = operands.stream().allMatch(Expr::nullable);
    return nullable(call, Logic.COALESCE, operands, type, nullable);
  }

  /** Keeps the modifier where all branches have the same type. */
  private static ColumnType commonType(CallTerm call, String what, List<Bound> branches) {
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
    return plain(family, call);
  }

  private static Expr toCommon(Bound branch, ColumnType type) {
    if (!branch.untyped() && branch.expr().type().equals(type)) {
      return branch.expr();
    }
    return Coercion.implicit(branch, type.family());
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
    return nullable(call, routine, coerced, coerced.get(0).type(), true);
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
    return nullable(call, Comparison.extreme(order, sign), operands, type, nullable);
  }

  private void texts() {
    forms.put("||", (call, arguments) -> concatenate(call, arguments));
    forms.put("concat", (call, arguments) -> concat(call, arguments));
    forms.put("concat_ws", (call, arguments) -> concatWithSeparator(call, arguments));
    for (String name : List.of("like", "not like", "ilike", "not ilike")) {
      Routine routine = Patterns.like(name.endsWith("ilike"), !name.startsWith("not"));
      forms.put(name, (call, arguments) -> like(call, routine, arguments));
    }
  }

  /** Text with text, or text with anything that PostgreSQL can cast to text. */
  private static Expr concatenate(CallTerm call, List<Bound> arguments) {
    Bound left = arguments.get(0);
    Bound right = arguments.get(1);
    boolean leftText = left.untyped() || left.family().isText();
    boolean rightText = right.untyped() || right.family().isText();
    boolean literalWithForeign =
        (left.untyped() && hasOwnConcatenation(right))
            || (right.untyped() && hasOwnConcatenation(left));
    if ((!leftText && !rightText) || literalWithForeign) {
      throw new BindFailure(
          call.position(),
          "there is no operator "
              + left.typeName()
              + " || "
              + right.typeName()
              + " here; cast one side to text");
    }
    List<Expr> both = List.of(toText(call, left), toText(call, right));
    Routine routine = Routine.binary((String a, String b) -> a.concat(b));
    return nullable(call, routine, both, PgTypes.TEXT, anyNullable(both));
  }

  /** {@code jsonb || '…'} reads the literal as jsonb, {@code bytea || '…'} as bytea. */
  private static boolean hasOwnConcatenation(Bound bound) {
    return !bound.untyped()
        && (bound.family() == TypeFamily.JSONB || bound.family() == TypeFamily.BYTES);
  }

  private static Expr toText(CallTerm call, Bound bound) {
    if (bound.untyped()) {
      return bound.expr();
    }
    return Coercion.explicit(bound, PgTypes.TEXT, call.position()).expr();
  }

  /** Unlike {@code ||}, CONCAT writes values as they are put out: t for true, blanks kept. */
  private static Expr concat(CallTerm call, List<Bound> arguments) {
    List<Expr> texts = arguments.stream().map(Calls::output).toList();
    return nullable(call, Concatenation.CONCAT, texts, PgTypes.TEXT, false);
  }

  private static Expr concatWithSeparator(CallTerm call, List<Bound> arguments) {
    Bound separator = arguments.get(0);
    if (!separator.untyped() && !separator.family().isText()) {
      throw new BindFailure(
          separator.position(),
          "the separator of CONCAT_WS is text, this is " + separator.typeName());
    }
    List<Expr> texts = new ArrayList<>();
    texts.add(toText(call, separator));
    arguments.subList(1, arguments.size()).forEach(argument -> texts.add(output(argument)));
    return nullable(call, Concatenation.CONCAT_WS, texts, PgTypes.TEXT, texts.get(0).nullable());
  }

  private static Expr output(Bound bound) {
    TypeFamily family = bound.family();
    if (Values.isText(family)) {
      return bound.expr();
    }
    return Coercion.fold(
        Routine.unary((Object value) -> Values.write(family, value)),
        List.of(bound.expr()),
        PgTypes.TEXT,
        bound.expr().nullable(),
        false,
        bound.position());
  }

  /** {@code char(n)} is matched with its blanks; its pattern is text. */
  private static Expr like(CallTerm call, Routine routine, List<Bound> arguments) {
    List<Expr> operands = new ArrayList<>();
    for (Bound argument : arguments) {
      boolean text = argument.untyped() || argument.family().isText();
      if (!text) {
        throw new BindFailure(
            argument.position(),
            call.name().toUpperCase(Locale.ROOT)
                + " takes text, this is "
                + argument.typeName()
                + "; cast it to text");
      }
      boolean kept = operands.isEmpty() && argument.family() == TypeFamily.CHAR;
      operands.add(kept ? argument.expr() : Coercion.implicit(argument, TypeFamily.TEXT));
    }
    return nullable(call, routine, operands, PgTypes.BOOLEAN, anyNullable(operands));
  }
}
