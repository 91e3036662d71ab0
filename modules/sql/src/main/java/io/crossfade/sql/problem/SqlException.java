package io.crossfade.sql.problem;

import java.util.List;
import java.util.stream.Collectors;

/** A SELECT that cannot be used as a mapping; all that was found wrong, in the text's order. */
public final class SqlException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<SqlProblem> problems;

  public SqlException(List<SqlProblem> problems) {
    super(problems.stream().map(SqlProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Never empty. */
  public List<SqlProblem> problems() {
    return problems;
  }
}
