package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What all forms of calls share. */
final class CallSupport {

  private CallSupport() {}

  static String typeNames(List<Bound> arguments) {
    return String.join(", ", arguments.stream().map(Bound::typeName).toList());
  }

  static Expr operator(CallTerm call, List<Signature> candidates, List<Bound> arguments) {
    Signature chosen = resolve(call, call.name(), candidates, arguments);
    return apply(chosen, arguments, call.position());
  }

  /** The overload of an operator that PostgreSQL would choose. */
  static Signature resolve(
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

  /** A chosen overload over its arguments: strict, NULL where one of them is. */
  static Expr apply(Signature chosen, List<Bound> arguments, SourcePosition position) {
    Routine routine =
        chosen.routine().orElseThrow(() -> new BindFailure(position, chosen.refusal()));
    List<Expr> coerced = coerce(chosen, arguments);
    return Coercion.fold(routine, coerced, chosen.result(), anyNullable(coerced), false, position);
  }

  static List<Expr> coerce(Signature chosen, List<Bound> arguments) {
    List<Expr> coerced = new ArrayList<>(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      coerced.add(Coercion.implicit(arguments.get(i), chosen.parameters().get(i)));
    }
    return coerced;
  }

  /** The text of an argument that must be known beforehand. */
  static String literal(CallTerm call, Bound argument, String what) {
    boolean text =
        argument.expr() instanceof Expr.Constant constant
            && constant.value() instanceof String
            && (argument.untyped() || argument.family().isText());
    if (!text) {
      throw new BindFailure(
          argument.position(),
          what
              + " of "
              + call.name().toUpperCase(Locale.ROOT)
              + " must be written between quotes, it cannot be computed");
    }
    return (String) ((Expr.Constant) argument.expr()).value();
  }

  static boolean anyNullable(List<Expr> arguments) {
    return arguments.stream().anyMatch(Expr::nullable);
  }

  /** A routine that is never NULL. */
  static Expr never(CallTerm call, Routine routine, List<Expr> arguments) {
    return Coercion.fold(routine, arguments, PgTypes.BOOLEAN, false, false, call.position());
  }

  /** A routine over arguments that are coerced already. */
  static Expr make(
      CallTerm call, Routine routine, List<Expr> arguments, ColumnType type, boolean nullable) {
    return Coercion.fold(routine, arguments, type, nullable, false, call.position());
  }

  static List<Expr> booleans(CallTerm call, List<Bound> arguments) {
    String where = call.name().toUpperCase(Locale.ROOT);
    return arguments.stream().map(a -> Coercion.toBoolean(a, where)).toList();
  }

  static List<Expr> decided(List<Bound> arguments) {
    return arguments.stream().map(Coercion::decided).toList();
  }

  static ColumnType plain(TypeFamily family, CallTerm call) {
    if (family == TypeFamily.OPAQUE || family == TypeFamily.ARRAY) {
      throw new BindFailure(
          call.position(), "a column of this type can only be passed on or tested with IS NULL");
    }
    return PgTypes.plain(family);
  }
}
