package io.crossfade.cli.demo;

import java.time.Duration;
import java.util.Objects;

/**
 * How large a demo.
 *
 * @param rows customers in the old model, at least {@link #FEWEST_ROWS}; the other tables have as
 *     many rows
 * @param writing how long clients write to the old tables at least; they also go on until all rows
 *     are copied
 * @param cutover whether writes are switched over, back and over again after the comparison
 * @param hold whether all keeps running at the end
 * @param seed of what the clients do
 */
public record DemoOptions(long rows, Duration writing, boolean cutover, boolean hold, long seed) {

  /** With fewer the copy would be over before a client could get in its way. */
  public static final long FEWEST_ROWS = 1000;

  public static final long DEFAULT_ROWS = 200_000;
  public static final long DEFAULT_SECONDS = 20;

  public DemoOptions {
    Objects.requireNonNull(writing, "writing");
    if (rows < FEWEST_ROWS) {
      throw new IllegalArgumentException("--rows must be at least " + FEWEST_ROWS + ": " + rows);
    }
    if (writing.isNegative() || writing.isZero()) {
      throw new IllegalArgumentException("--seconds must be at least 1: " + writing.toSeconds());
    }
  }

  /** Without a cutover, with a seed that is always the same. */
  public DemoOptions(long rows, Duration writing, boolean hold) {
    this(rows, writing, false, hold, 1);
  }
}
