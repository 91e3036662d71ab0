package io.crossfade.sql.bind;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.problem.SourcePosition;

/**
 * A bound expression and where it stands.
 *
 * @param untyped whether it is a string literal or NULL whose type the context has yet to decide
 */
record Bound(Expr expr, boolean untyped, SourcePosition position) {

  static Bound typed(Expr expr, SourcePosition position) {
    return new Bound(expr, false, position);
  }

  TypeFamily family() {
    return expr.type().family();
  }

  /** For messages: PostgreSQL calls an undecided literal "unknown". */
  String typeName() {
    return untyped ? "unknown" : expr.type().name();
  }
}
