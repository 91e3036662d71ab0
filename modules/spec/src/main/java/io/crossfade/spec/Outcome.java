package io.crossfade.spec;

import java.util.List;
import java.util.Objects;

/** What reading a spec gave: the spec, or everything that is wrong with it. */
public sealed interface Outcome {

  /** The spec, or an exception that carries all problems. */
  Spec orThrow() throws SpecException;

  /**
   * Nothing is wrong, as far as the file alone can tell.
   *
   * @param spec what it says
   */
  record Valid(Spec spec) implements Outcome {
    public Valid {
      Objects.requireNonNull(spec, "spec");
    }

    @Override
    public Spec orThrow() {
      return spec;
    }
  }

  /**
   * The spec cannot be used.
   *
   * @param problems at least one, in the order of the file
   */
  record Invalid(List<Problem> problems) implements Outcome {
    public Invalid {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("invalid without a problem");
      }
    }

    @Override
    public Spec orThrow() throws SpecException {
      throw new SpecException(problems);
    }
  }
}
