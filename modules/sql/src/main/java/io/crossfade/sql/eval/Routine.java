package io.crossfade.sql.eval;

import java.util.List;

/** What an operator, function or cast does: makes a closure of its arguments' closures. */
@FunctionalInterface
public interface Routine {

  Eval compile(List<Eval> arguments);

  /** Of one value. */
  interface Unary<A> {
    Object of(A a);
  }

  /** Of two values. */
  interface Binary<A, B> {
    Object of(A a, B b);
  }

  /** Of three values. */
  interface Ternary<A, B, C> {
    Object of(A a, B b, C c);
  }

  /** NULL in, NULL out. The types of the values are the caller's promise. */
  @SuppressWarnings("unchecked")
  static <A> Routine unary(Unary<A> function) {
    return arguments -> {
      Eval first = arguments.get(0);
      return row -> {
        Object a = first.of(row);
        return a == null ? null : function.of((A) a);
      };
    };
  }

  /** NULL in, NULL out. */
  @SuppressWarnings("unchecked")
  static <A, B> Routine binary(Binary<A, B> function) {
    return arguments -> {
      Eval first = arguments.get(0);
      Eval second = arguments.get(1);
      return row -> {
        Object a = first.of(row);
        // Both are evaluated, as in PostgreSQL: an error in the second counts even then.
        Object b = second.of(row);
        return a == null || b == null ? null : function.of((A) a, (B) b);
      };
    };
  }

  /** NULL in, NULL out. */
  @SuppressWarnings("unchecked")
  static <A, B, C> Routine ternary(Ternary<A, B, C> function) {
    return arguments -> {
      Eval first = arguments.get(0);
      Eval second = arguments.get(1);
      Eval third = arguments.get(2);
      return row -> {
        Object a = first.of(row);
        Object b = second.of(row);
        Object c = third.of(row);
        return a == null || b == null || c == null ? null : function.of((A) a, (B) b, (C) c);
      };
    };
  }
}
