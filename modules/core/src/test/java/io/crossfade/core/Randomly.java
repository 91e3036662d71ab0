package io.crossfade.core;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** Random histories, each from a seed that is named when it goes wrong. */
public final class Randomly {

  private Randomly() {}

  /**
   * What goes wrong in the first of so many histories that goes wrong; empty where none does.
   *
   * @param history runs one history and says what is wrong with it
   */
  public static Optional<String> firstProblem(
      int runs, Function<Random, Optional<String>> history) {
    for (int seed = 0; seed < runs; seed++) {
      Optional<String> problem = history.apply(new Random(seed * 0x9E3779B97F4A7C15L));
      if (problem.isPresent()) {
        return Optional.of("seed " + seed + ": " + problem.get());
      }
    }
    return Optional.empty();
  }

  /** One of the elements. */
  public static <T> T oneOf(Random random, List<T> elements) {
    return elements.get(random.nextInt(elements.size()));
  }
}
