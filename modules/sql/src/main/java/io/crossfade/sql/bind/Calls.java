package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.apply;
import static io.crossfade.sql.bind.CallSupport.operator;
import static io.crossfade.sql.bind.CallSupport.typeNames;

import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.front.Term.CallTerm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Operators and functions over bound arguments. */
final class Calls {

  private final Map<String, Form> forms = new HashMap<>();

  Calls() {
    forms.putAll(LogicForms.all());
    forms.putAll(ComparisonForms.all());
    forms.putAll(ChoiceForms.all());
    forms.putAll(TextForms.all());
  }

  Bound bind(CallTerm call, List<Bound> arguments) {
    return Bound.typed(expression(call, arguments), call.position());
  }

  private Expr expression(CallTerm call, List<Bound> arguments) {
    Form form = forms.get(call.name());
    if (form != null && !arguments.isEmpty()) {
      return form.bind(call, arguments);
    }
    boolean prefix = arguments.size() == 1;
    List<Signature> operators =
        (prefix ? NumberRoutines.PREFIX : NumberRoutines.BINARY).get(call.name());
    return operators != null ? operator(call, operators, arguments) : function(call, arguments);
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
}
