package io.crossfade.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A spec that cannot be used; its message has a line for each problem. */
public final class SpecException extends Exception {
  private final transient List<Problem> problems;

  public SpecException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** All of them, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
