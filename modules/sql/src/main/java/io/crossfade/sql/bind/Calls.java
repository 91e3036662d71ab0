package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.apply;
import static io.crossfade.sql.bind.CallSupport.operator;
import static io.crossfade.sql.bind.CallSupport.typeNames;

import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.front.Term.CallTerm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Operators and functions over bound arguments. */
final class Calls {

  private static final List<Map<String, List<Signature>>> FUNCTIONS =
      List.of(NumberRoutines.FUNCTIONS, TextRoutines.FUNCTIONS, TimeRoutines.FUNCTIONS);

  private static final List<Map<String, List<Signature>>> OPERATORS =
      List.of(
          NumberRoutines.BINARY, TimeRoutines.BINARY, NumberRoutines.PREFIX, TimeRoutines.PREFIX);

  private final Map<String, Form> forms = new HashMap<>();
  private final UserFunctions userFunctions;
  private final Set<String> usedUserFunctions;

  Calls(UserFunctions userFunctions, Set<String> usedUserFunctions) {
    this.userFunctions = userFunctions;
    this.usedUserFunctions = usedUserFunctions;
    forms.putAll(LogicForms.all());
    forms.putAll(ComparisonForms.all());
    forms.putAll(ChoiceForms.all());
    forms.putAll(TextForms.all());
    forms.putAll(TimeForms.all());
    forms.putAll(JsonForms.all());
    forms.putAll(RegexForms.all());
    forms.putAll(ArrayForms.all());
  }

  /** The names of PostgreSQL's functions and operators that are known here. */
  static Set<String> builtIn() {
    return new Calls(UserFunctions.NONE, new TreeSet<>()).names();
  }

  /** All that can be called: signs, words and names of functions. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(forms.keySet());
    FUNCTIONS.forEach(table -> names.addAll(table.keySet()));
    OPERATORS.forEach(table -> names.addAll(table.keySet()));
    return names;
  }

  Bound bind(CallTerm call, List<Bound> arguments) {
    return Bound.typed(expression(call, arguments), call.position());
  }

  private Expr expression(CallTerm call, List<Bound> arguments) {
    Form form = forms.get(call.name());
    if (form != null && (!arguments.isEmpty() || call.name().equals("array"))) {
      return form.bind(call, arguments);
    }
    List<Signature> operators = arguments.size() == 1 ? prefix(call.name()) : binary(call.name());
    return operators.isEmpty() ? function(call, arguments) : operator(call, operators, arguments);
  }

  private static List<Signature> binary(String sign) {
    return found(sign, List.of(NumberRoutines.BINARY, TimeRoutines.BINARY));
  }

  private static List<Signature> prefix(String sign) {
    return found(sign, List.of(NumberRoutines.PREFIX, TimeRoutines.PREFIX));
  }

  private static List<Signature> functions(String name) {
    return found(name, FUNCTIONS);
  }

  private static List<Signature> found(String name, List<Map<String, List<Signature>>> tables) {
    return tables.stream().flatMap(table -> table.getOrDefault(name, List.of()).stream()).toList();
  }

  private Expr function(CallTerm call, List<Bound> arguments) {
    List<Signature> own = userFunctions.signatures().getOrDefault(call.name(), List.of());
    List<Signature> candidates = own.isEmpty() ? functions(call.name()) : own;
    if (candidates.isEmpty()) {
      Set<String> known = new TreeSet<>(forms.keySet());
      FUNCTIONS.forEach(table -> known.addAll(table.keySet()));
      known.addAll(userFunctions.signatures().keySet());
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
    if (!own.isEmpty()) {
      usedUserFunctions.add(call.name());
      return UserFunctions.call(chosen, arguments);
    }
    return apply(chosen, arguments, call.position());
  }
}
