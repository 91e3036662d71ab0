package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.ARRAY;
import static io.crossfade.core.table.TypeFamily.INT4;
import static io.crossfade.core.table.TypeFamily.TEXT;
import static io.crossfade.sql.bind.CallSupport.anyNullable;
import static io.crossfade.sql.bind.CallSupport.make;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgArray;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Arrays: subscripts, literals, and functions. */
final class ArrayForms {

  private ArrayForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    forms.put("subscript", ArrayForms::subscript);
    forms.put("array", ArrayForms::literal);
    forms.put("= any", ArrayForms::any);
    forms.put("cardinality", ArrayForms::cardinality);
    forms.put("array_length", ArrayForms::length);
    forms.put("array_to_string", ArrayForms::join);
    forms.put("string_to_array", ArrayForms::split);
    return forms;
  }

  private static ColumnType array(CallTerm call, Bound bound) {
    if (bound.untyped() || bound.family() != ARRAY) {
      throw new BindFailure(
          bound.position(),
          bound.family() == TypeFamily.JSONB
              ? "write jsonb_extract_path(x, 'key') instead of a subscript"
              : call.name() + " takes an array, this is " + bound.typeName());
    }
    return bound.expr().type();
  }

  private static void count(CallTerm call, List<Bound> arguments, int least, int most) {
    if (arguments.size() < least || arguments.size() > most) {
      throw new BindFailure(
          call.position(),
          "there is no function " + call.name() + "(" + CallSupport.typeNames(arguments) + ")");
    }
  }

  private static Expr subscript(CallTerm call, List<Bound> arguments) {
    ColumnType element = PgTypes.element(array(call, arguments.get(0)));
    List<Expr> coerced = new ArrayList<>();
    coerced.add(arguments.get(0).expr());
    for (Bound index : arguments.subList(1, arguments.size())) {
      boolean number = index.untyped() || index.family().isNumber();
      if (!number) {
        throw new BindFailure(
            index.position(), "a subscript is an integer, this is " + index.typeName());
      }
      coerced.add(
          index.untyped()
              ? Coercion.implicit(index, INT4)
              : Coercion.explicit(index, PgTypes.INT4, index.position()).expr());
    }
    Routine routine = evals -> subscript(evals, element.family());
    return make(call, routine, coerced, element, true);
  }

  private static Eval subscript(List<Eval> arguments, TypeFamily element) {
    Eval array = arguments.get(0);
    List<Eval> indexes = List.copyOf(arguments.subList(1, arguments.size()));
    return row -> {
      Object value = array.of(row);
      List<Long> places = new ArrayList<>(indexes.size());
      boolean unknown = value == null;
      for (Eval index : indexes) {
        Object place = index.of(row);
        unknown |= place == null;
        places.add((Long) place);
      }
      String text = unknown ? null : ((PgArray) value).get(places);
      return text == null ? null : Values.read(element, text);
    };
  }

  private static Expr literal(CallTerm call, List<Bound> elements) {
    if (elements.isEmpty()) {
      throw new BindFailure(call.position(), "write '{}'::text[], so that it has a type");
    }
    ColumnType type = ChoiceForms.commonType(call, "ARRAY", elements);
    if (type.family() == ARRAY || type.family() == TypeFamily.OPAQUE) {
      throw new BindFailure(call.position(), "ARRAY of " + type + " is not supported");
    }
    List<Expr> coerced = elements.stream().map(e -> ChoiceForms.toCommon(e, type)).toList();
    Routine routine =
        evals ->
            row -> {
              List<String> texts = new ArrayList<>(evals.size());
              for (Eval element : evals) {
                Object value = element.of(row);
                texts.add(value == null ? null : Values.write(type.family(), value));
              }
              return PgArray.of(texts);
            };
    return make(call, routine, coerced, PgTypes.array(type), false);
  }

  /** {@code x = ANY (array)}. */
  private static Expr any(CallTerm call, List<Bound> arguments) {
    Bound searched = arguments.get(0);
    ColumnType element = PgTypes.element(array(call, arguments.get(1)));
    Bound sample = Bound.typed(new Constant(null, element), arguments.get(1).position());
    List<Signature> overloads = ComparisonRoutines.overloads(true, ArrayForms::anyOf);
    Signature chosen = CallSupport.resolve(call, "=", overloads, List.of(searched, sample));
    boolean same = chosen.parameters().get(1) == element.family();
    Optional<Routine> routine = chosen.routine().filter(r -> same);
    if (routine.isEmpty()) {
      throw new BindFailure(
          call.position(),
          searched.typeName() + " = ANY (" + element + "[]) is not supported; cast the left side");
    }
    TypeFamily family = element.family();
    Routine members =
        Routine.unary(
            (PgArray array) -> {
              List<Object> values = new ArrayList<>(array.elements().size());
              array.elements().forEach(e -> values.add(e == null ? null : Values.read(family, e)));
              return values;
            });
    Expr list = arguments.get(1).expr();
    Expr read = new Expr.Apply(members, List.of(list), list.type(), list.nullable(), false);
    List<Expr> coerced = List.of(Coercion.implicit(searched, chosen.parameters().get(0)), read);
    return new Expr.Apply(routine.get(), coerced, PgTypes.BOOLEAN, true, false);
  }

  private static Routine anyOf(Comparison.Order order) {
    return arguments -> {
      Eval searched = arguments.get(0);
      Eval members = arguments.get(1);
      return row -> {
        Object wanted = searched.of(row);
        List<?> list = (List<?>) members.of(row);
        if (list == null) {
          return null;
        }
        boolean unknown = wanted == null && !list.isEmpty();
        for (Object member : list) {
          if (member == null) {
            unknown = true;
          } else if (wanted != null && order.compare(wanted, member) == 0) {
            return true;
          }
        }
        return unknown ? null : false;
      };
    };
  }

  private static Expr cardinality(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 1, 1);
    array(call, arguments.get(0));
    Routine size = Routine.unary((PgArray array) -> (long) array.elements().size());
    List<Expr> operand = CallSupport.decided(arguments);
    return make(call, size, operand, PgTypes.INT4, anyNullable(operand));
  }

  private static Expr length(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2, 2);
    array(call, arguments.get(0));
    Routine length = Routine.binary((PgArray array, Long dimension) -> array.length(dimension));
    List<Expr> operands = List.of(arguments.get(0).expr(), implicit(call, arguments, 1, INT4));
    return make(call, length, operands, PgTypes.INT4, true);
  }

  private static Expr implicit(CallTerm call, List<Bound> arguments, int index, TypeFamily wanted) {
    Bound argument = arguments.get(index);
    if (!argument.untyped() && !Casts.isImplicit(argument.family(), wanted)) {
      throw new BindFailure(
          call.position(),
          "there is no function " + call.name() + "(" + CallSupport.typeNames(arguments) + ")");
    }
    return Coercion.implicit(argument, wanted);
  }

  private static Expr join(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2, 3);
    array(call, arguments.get(0));
    List<Expr> operands = new ArrayList<>();
    operands.add(arguments.get(0).expr());
    for (int i = 1; i < arguments.size(); i++) {
      operands.add(implicit(call, arguments, i, TEXT));
    }
    boolean nullable = operands.get(0).nullable() || operands.get(1).nullable();
    return make(call, ArrayForms::join, operands, PgTypes.TEXT, nullable);
  }

  /** Only the text for NULLs may be NULL itself. */
  private static Eval join(List<Eval> arguments) {
    Eval array = arguments.get(0);
    Eval separator = arguments.get(1);
    Eval nulls = arguments.size() > 2 ? arguments.get(2) : new Eval.Known(null);
    return row -> {
      Object value = array.of(row);
      Object between = separator.of(row);
      Object instead = nulls.of(row);
      return value == null || between == null
          ? null
          : ((PgArray) value).join((String) between, (String) instead);
    };
  }

  private static Expr split(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2, 3);
    List<Expr> operands = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      operands.add(implicit(call, arguments, i, TEXT));
    }
    ColumnType result = PgTypes.array(PgTypes.TEXT);
    return make(call, ArrayForms::split, operands, result, operands.get(0).nullable());
  }

  private static Eval split(List<Eval> arguments) {
    Eval text = arguments.get(0);
    Eval separator = arguments.get(1);
    Eval nulls = arguments.size() > 2 ? arguments.get(2) : new Eval.Known(null);
    return row -> {
      Object value = text.of(row);
      Object between = separator.of(row);
      Object instead = nulls.of(row);
      return value == null
          ? null
          : PgArray.split((String) value, (String) between, (String) instead);
    };
  }

  /** A cast between arrays, element by element; empty where the elements have none. */
  static Optional<Routine> cast(ColumnType from, ColumnType to) {
    ColumnType source = PgTypes.element(from);
    ColumnType target = PgTypes.element(to);
    List<Routine> steps = new ArrayList<>();
    if (source.family() != target.family()) {
      Optional<Casts.Cast> cast = Casts.find(source.family(), target.family());
      if (cast.isEmpty()) {
        return Optional.empty();
      }
      steps.add(cast.get().routine());
    }
    Casts.modifier(target).filter(m -> !source.equals(target)).ifPresent(steps::add);
    return Optional.of(
        Routine.unary((PgArray array) -> array.map(text -> element(text, source, target, steps))));
  }

  private static String element(
      String text, ColumnType source, ColumnType target, List<Routine> steps) {
    Object value = Values.read(source.family(), text);
    for (Routine step : steps) {
      value = Casts.evaluate(step, value);
    }
    return value == null ? null : Values.write(target.family(), value);
  }

  /** What a user wrote as an array. */
  static PgArray read(String text, ColumnType type) {
    TypeFamily element = PgTypes.element(type).family();
    return PgArray.fromText(text).map(e -> Values.write(element, Values.fromText(element, e)));
  }
}
