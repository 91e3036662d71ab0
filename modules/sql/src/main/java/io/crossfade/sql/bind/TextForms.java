package io.crossfade.sql.bind;

import static io.crossfade.sql.bind.CallSupport.anyNullable;
import static io.crossfade.sql.bind.CallSupport.make;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Concatenation;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Patterns;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code ||}, CONCAT, LIKE. */
final class TextForms {

  private TextForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    forms.put("||", (call, arguments) -> concatenate(call, arguments));
    forms.put("concat", (call, arguments) -> concat(call, arguments));
    forms.put("concat_ws", (call, arguments) -> concatWithSeparator(call, arguments));
    for (String name : List.of("like", "not like", "ilike", "not ilike")) {
      Routine routine = Patterns.like(name.endsWith("ilike"), !name.startsWith("not"));
      forms.put(name, (call, arguments) -> like(call, routine, arguments));
    }
    return forms;
  }

  /** Text with text, or text with anything that PostgreSQL can cast to text. */
  private static Expr concatenate(CallTerm call, List<Bound> arguments) {
    Bound left = arguments.get(0);
    Bound right = arguments.get(1);
    boolean leftText = left.untyped() || left.family().isText();
    boolean rightText = right.untyped() || right.family().isText();
    boolean literalWithForeign =
        (left.untyped() && hasOwnConcatenation(right))
            || (right.untyped() && hasOwnConcatenation(left))
            || left.family() == TypeFamily.ARRAY
            || right.family() == TypeFamily.ARRAY;
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
    return make(call, routine, both, PgTypes.TEXT, anyNullable(both));
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
    List<Expr> texts = arguments.stream().map(TextForms::output).toList();
    return make(call, Concatenation.CONCAT, texts, PgTypes.TEXT, false);
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
    return make(call, Concatenation.CONCAT_WS, texts, PgTypes.TEXT, texts.get(0).nullable());
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
    refuseBadPattern(routine, operands.subList(1, operands.size()), arguments.get(1));
    return make(call, routine, operands, PgTypes.BOOLEAN, anyNullable(operands));
  }

  /** An escape of two characters is wrong before there is a row. */
  private static void refuseBadPattern(Routine routine, List<Expr> pattern, Bound written) {
    if (!pattern.stream().allMatch(Constant.class::isInstance)) {
      return;
    }
    List<Eval> known = new ArrayList<>(pattern.stream().map(Compiler::compile).toList());
    known.add(0, new Eval.Known(null));
    try {
      routine.compile(known);
    } catch (PgError e) {
      throw new BindFailure(written.position(), e.getMessage());
    }
  }
}
