package io.crossfade.spec;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * How the rows that exist already are copied.
 *
 * @param parallelism chunks read at the same time, at least 1
 * @param maxRowsPerSecond all tables together, at least 1; empty: unlimited
 * @param pauseWhen the load that it gives way to
 */
public record BackfillSpec(int parallelism, OptionalLong maxRowsPerSecond, PauseWhen pauseWhen) {

  /** Chunks read at the same time where the spec does not say. */
  static final int DEFAULT_PARALLELISM = 2;

  public BackfillSpec {
    Objects.requireNonNull(maxRowsPerSecond, "maxRowsPerSecond");
    Objects.requireNonNull(pauseWhen, "pauseWhen");
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism must be at least 1: " + parallelism);
    }
    if (maxRowsPerSecond.isPresent() && maxRowsPerSecond.getAsLong() < 1) {
      throw new IllegalArgumentException("rate must be at least 1: " + maxRowsPerSecond);
    }
  }
}
