package io.crossfade.sql.bind;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.bind.Expr.Input;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.value.Values;

/** From the plan to closures. */
public final class Compiler {

  private Compiler() {}

  /** A closure that gives the expression's value for a row. */
  public static Eval compile(Expr expr) {
    if (expr instanceof Input input) {
      return read(input);
    }
    if (expr instanceof Constant constant) {
      return new Eval.Known(constant.value());
    }
    Apply apply = (Apply) expr;
    return apply.routine().compile(apply.arguments().stream().map(Compiler::compile).toList());
  }

  private static Eval read(Input input) {
    int index = input.index();
    TypeFamily family = input.type().family();
    if (Values.isText(family)) {
      return row -> row.get(index);
    }
    return row -> {
      String text = row.get(index);
      return text == null ? null : Values.read(family, text);
    };
  }

  /** A closure that gives canonical text; a column that is only passed on is not parsed. */
  public static Eval compileToText(Expr expr) {
    if (expr instanceof Input input) {
      int index = input.index();
      return row -> row.get(index);
    }
    Eval eval = compile(expr);
    TypeFamily family = expr.type().family();
    if (Values.isText(family)) {
      return eval;
    }
    return row -> {
      Object value = eval.of(row);
      return value == null ? null : Values.write(family, value);
    };
  }
}
