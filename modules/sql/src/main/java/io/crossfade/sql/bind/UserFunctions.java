package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.plugin.FunctionCall;
import io.crossfade.plugin.FunctionFailure;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.KnownFunctions;
import io.crossfade.sql.value.JavaValues;
import io.crossfade.sql.value.PgError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Functions of the user's own as overloads among PostgreSQL's. Immutable. */
public final class UserFunctions {

  /** {@code external_routine_exception}. */
  private static final String FAILED = "38000";

  /** None at all. */
  public static final UserFunctions NONE = new UserFunctions();

  private final Map<String, List<Signature>> signatures = new HashMap<>();

  private UserFunctions() {}

  /**
   * Takes functions in.
   *
   * @throws IllegalArgumentException where a declaration is wrong, or a name is taken
   */
  public static UserFunctions of(List<ScalarFunction> functions) {
    UserFunctions all = new UserFunctions();
    Set<String> taken = Calls.builtIn();
    for (ScalarFunction function : functions) {
      FunctionCall call = FunctionCall.of(function);
      if (taken.contains(call.name()) || KnownFunctions.refusal(call.name()).isPresent()) {
        throw new IllegalArgumentException(
            call.signature() + ": PostgreSQL has a function of this name; choose another");
      }
      all.add(call);
    }
    return all;
  }

  private void add(FunctionCall call) {
    TypeFamily[] parameters =
        call.parameters().stream().map(JavaColumns::family).toArray(TypeFamily[]::new);
    ColumnType result = JavaColumns.type(call.result());
    List<Signature> overloads = signatures.computeIfAbsent(call.name(), n -> new ArrayList<>());
    if (overloads.stream().anyMatch(o -> o.parameters().equals(List.of(parameters)))) {
      throw new IllegalArgumentException("there are two functions " + call.signature());
    }
    overloads.add(Signature.of(result, evals -> compile(call, evals), parameters));
  }

  private static Eval compile(FunctionCall call, List<Eval> arguments) {
    List<Eval> evals = List.copyOf(arguments);
    return row -> {
      List<Object> values = new ArrayList<>(evals.size());
      for (int i = 0; i < evals.size(); i++) {
        values.add(JavaValues.toJava(call.parameters().get(i), evals.get(i).of(row)));
      }
      try {
        return JavaValues.fromJava(call.result(), call.call(values));
      } catch (FunctionFailure e) {
        throw new PgError(FAILED, e.getMessage());
      }
    };
  }

  Map<String, List<Signature>> signatures() {
    return signatures;
  }

  /** Calls one: not at once where all arguments are known, for it is the user's to say when. */
  static Expr call(Signature chosen, List<Bound> arguments) {
    Routine routine = chosen.routine().orElseThrow();
    return new Expr.Apply(
        routine, CallSupport.coerce(chosen, arguments), chosen.result(), true, false);
  }
}
