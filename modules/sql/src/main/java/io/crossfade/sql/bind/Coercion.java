package io.crossfade.sql.bind;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Casts.Cast;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Constant;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.List;
import java.util.Optional;

/** Puts casts around expressions, and decides what untyped literals are. */
final class Coercion {

  private Coercion() {}

  /** An expression that nothing around it has given a type: then a literal is text. */
  static Expr decided(Bound bound) {
    return bound.expr();
  }

  /** Where a boolean must stand. */
  static Expr toBoolean(Bound bound, String where) {
    if (!bound.untyped() && bound.family() != TypeFamily.BOOLEAN) {
      throw new BindFailure(
          bound.position(),
          "argument of " + where + " must be boolean, this is " + bound.typeName());
    }
    return implicit(bound, TypeFamily.BOOLEAN);
  }

  /** As an overload or a common type wants it; the caller knows that there is such a cast. */
  static Expr implicit(Bound bound, TypeFamily target) {
    if (bound.untyped()) {
      return read(bound, PgTypes.plain(target));
    }
    return bound.family() == target ? bound.expr() : apply(bound, PgTypes.plain(target));
  }

  /** A cast that is written. */
  static Bound explicit(Bound bound, ColumnType target, SourcePosition position) {
    if (target.family() == TypeFamily.ARRAY) {
      return Bound.typed(toArray(bound, target, position), position);
    }
    Expr expr = bound.untyped() ? read(bound, target) : bound.expr();
    if (expr.type().family() != target.family()) {
      expr = apply(new Bound(expr, false, position), target);
    }
    return Bound.typed(modified(expr, target, position), position);
  }

  private static Expr toArray(Bound bound, ColumnType target, SourcePosition position) {
    Expr expr = bound.expr();
    if (!bound.untyped() && expr.type().equals(target)) {
      return expr;
    }
    if (bound.untyped() && ((Constant) expr).value() == null) {
      return new Constant(null, target);
    }
    Optional<Routine> routine = Optional.empty();
    if (bound.untyped() || bound.family().isText()) {
      Routine trimmed = Routine.unary((String text) -> ArrayForms.read(text, target));
      boolean readable = PgTypes.isReadElement(PgTypes.element(target));
      routine = readable ? Optional.of(trimmed) : Optional.empty();
    } else if (bound.family() == TypeFamily.ARRAY) {
      routine = ArrayForms.cast(expr.type(), target);
    }
    Routine found =
        routine.orElseThrow(
            () ->
                new BindFailure(
                    bound.position(),
                    "a cast from " + bound.typeName() + " to " + target + " is not supported"));
    return fold(found, List.of(expr), target, expr.nullable(), false, position);
  }

  private static Expr read(Bound literal, ColumnType target) {
    Constant constant = (Constant) literal.expr();
    ColumnType plain = PgTypes.plain(target.family());
    if (constant.value() == null) {
      return new Constant(null, plain);
    }
    try {
      String text = (String) constant.value();
      return new Constant(Values.fromText(target.family(), text), plain);
    } catch (PgError e) {
      throw new BindFailure(literal.position(), e.getMessage());
    }
  }

  private static Expr apply(Bound bound, ColumnType target) {
    Cast cast =
        Casts.find(bound.family(), target.family())
            .orElseThrow(
                () ->
                    new BindFailure(
                        bound.position(),
                        "a cast from "
                            + bound.typeName()
                            + " to "
                            + target
                            + " "
                            + whyNot(bound.family(), target.family())));
    return fold(
        cast.routine(),
        List.of(bound.expr()),
        PgTypes.plain(target.family()),
        bound.expr().nullable(),
        cast.injective(),
        bound.position());
  }

  private static String whyNot(TypeFamily from, TypeFamily to) {
    boolean ours =
        from == TypeFamily.OPAQUE
            || to == TypeFamily.OPAQUE
            || (from.isText() && to == TypeFamily.BYTES);
    return ours ? "is not supported yet" : "does not exist in PostgreSQL";
  }

  private static Expr modified(Expr expr, ColumnType target, SourcePosition position) {
    if (expr.type().equals(target)) {
      return expr;
    }
    Optional<Routine> modifier = Casts.modifier(target);
    if (modifier.isEmpty()) {
      return retyped(expr, target);
    }
    return fold(
        modifier.get(),
        List.of(expr),
        target,
        expr.nullable(),
        isWidening(expr.type(), target),
        position);
  }

  /** {@code varchar(10)} to bare {@code varchar}: the same value under another type. */
  private static Expr retyped(Expr expr, ColumnType target) {
    if (expr instanceof Constant constant) {
      return new Constant(constant.value(), target);
    }
    return new Apply(arguments -> arguments.get(0), List.of(expr), target, expr.nullable(), true);
  }

  private static boolean isWidening(ColumnType from, ColumnType to) {
    if (from.family() != to.family() || from.precision() == UNSPECIFIED) {
      return false;
    }
    return switch (to.family()) {
      case VARCHAR, CHAR, TIMESTAMP, TIMESTAMPTZ -> from.precision() <= to.precision();
      case NUMERIC ->
          from.scale() <= to.scale()
              && from.precision() - from.scale() <= to.precision() - to.scale();
      default -> false;
    };
  }

  /**
   * Applies a routine; at once where all arguments are known, as PostgreSQL's planner does. An
   * expression that always fails is a problem now, not at the first row.
   */
  static Expr fold(
      Routine routine,
      List<Expr> arguments,
      ColumnType type,
      boolean nullable,
      boolean injective,
      SourcePosition position) {
    if (!arguments.stream().allMatch(Constant.class::isInstance)) {
      return new Apply(routine, arguments, type, nullable, injective);
    }
    try {
      List<Eval> known = arguments.stream().map(Compiler::compile).toList();
      return new Constant(routine.compile(known).of(null), type);
    } catch (PgError e) {
      throw new BindFailure(position, "this always fails: " + e.getMessage());
    }
  }
}
