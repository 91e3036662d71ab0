package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.anyNullable;
import static io.crossfade.sql.bind.CallSupport.literal;
import static io.crossfade.sql.bind.CallSupport.make;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Regex;
import io.crossfade.sql.value.RegexReplacement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Regular expressions: known beforehand, so that what is not supported is found at once. */
final class RegexForms {

  private RegexForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    for (String sign : List.of("~", "~*", "!~", "!~*")) {
      forms.put(sign, RegexForms::match);
    }
    forms.put("regexp_replace", RegexForms::replace);
    forms.put("substring", RegexForms::substring);
    return forms;
  }

  /** {@code char(n)} is matched with its blanks by operators, and without them by functions. */
  private static Expr text(CallTerm call, Bound argument, boolean padded) {
    if (!argument.untyped() && !argument.family().isText()) {
      throw new BindFailure(
          argument.position(),
          call.name().toUpperCase(Locale.ROOT)
              + " takes text, this is "
              + argument.typeName()
              + "; cast it to text");
    }
    boolean kept = padded && argument.family() == TypeFamily.CHAR;
    return kept ? argument.expr() : Coercion.implicit(argument, TypeFamily.TEXT);
  }

  private static Regex regex(CallTerm call, Bound pattern, boolean ignoreCase) {
    String text = literal(call, pattern, "the regular expression");
    try {
      return Regex.of(text, ignoreCase);
    } catch (PgError e) {
      throw new BindFailure(pattern.position(), e.getMessage());
    }
  }

  private static Expr match(CallTerm call, List<Bound> arguments) {
    Regex regex = regex(call, arguments.get(1), call.name().endsWith("*"));
    boolean wanted = !call.name().startsWith("!");
    List<Expr> operand = List.of(text(call, arguments.get(0), true));
    Routine routine = Routine.unary((String text) -> regex.isFoundIn(text) == wanted);
    return make(call, routine, operand, PgTypes.BOOLEAN, anyNullable(operand));
  }

  /** With a pattern behind FROM; else a place and a length. */
  private static Expr substring(CallTerm call, List<Bound> arguments) {
    boolean pattern =
        arguments.size() == 2
            && (arguments.get(1).untyped() || arguments.get(1).family().isText())
            && (arguments.get(0).untyped() || arguments.get(0).family().isText());
    if (!pattern) {
      List<Signature> candidates = TextRoutines.FUNCTIONS.get("substring");
      Signature chosen =
          Overloads.function(candidates, arguments)
              .orElseThrow(
                  () ->
                      new BindFailure(
                          call.position(),
                          "there is no function substring("
                              + CallSupport.typeNames(arguments)
                              + "), or not only one; cast the arguments"));
      return CallSupport.apply(chosen, arguments, call.position());
    }
    Bound written = arguments.get(1);
    Regex regex = regex(call, written, false);
    regex.whyNoSubstring().ifPresent(why -> refuse(written, why));
    List<Expr> operand = List.of(text(call, arguments.get(0), false));
    return make(call, Routine.unary(regex::extract), operand, PgTypes.TEXT, true);
  }

  private static void refuse(Bound written, String why) {
    throw new BindFailure(written.position(), why);
  }

  private static Expr replace(CallTerm call, List<Bound> arguments) {
    if (arguments.size() < 3 || arguments.size() > 4) {
      throw new BindFailure(
          call.position(), "write REGEXP_REPLACE(text, 'pattern', 'replacement' [, 'flags'])");
    }
    String flags = arguments.size() < 4 ? "" : literal(call, arguments.get(3), "the flags");
    if (!flags.matches("[gi]*")) {
      throw new BindFailure(arguments.get(3).position(), "of the flags only g and i are supported");
    }
    Regex regex = regex(call, arguments.get(1), flags.contains("i"));
    Bound written = arguments.get(2);
    RegexReplacement replacement;
    try {
      replacement = RegexReplacement.of(literal(call, written, "the replacement"), regex);
    } catch (PgError e) {
      throw new BindFailure(written.position(), e.getMessage());
    }
    boolean all = flags.contains("g");
    List<Expr> operand = List.of(text(call, arguments.get(0), false));
    Routine routine = Routine.unary((String text) -> regex.replace(text, replacement, all));
    return make(call, routine, operand, PgTypes.TEXT, anyNullable(operand));
  }
}
