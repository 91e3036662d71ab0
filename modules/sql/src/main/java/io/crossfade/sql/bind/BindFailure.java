package io.crossfade.sql.bind;

import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlProblem;

/** Leaves the binding of one expression; never leaves this package. */
final class BindFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient SqlProblem problem;

  BindFailure(SourcePosition position, String message) {
    super(message, null, false, false);
    this.problem = position.problem(message);
  }

  SqlProblem problem() {
    return problem;
  }
}
