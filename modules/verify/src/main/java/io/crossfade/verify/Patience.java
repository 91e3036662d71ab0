package io.crossfade.verify;

import java.time.Duration;

/**
 * How long a comparison waits before it gives up.
 *
 * @param barrier until the target has what the source has
 * @param settle until the source shows all that it has committed
 * @param hot until a row that keeps changing stands still
 * @param attempts how often what fails and may pass is tried
 */
public record Patience(Duration barrier, Duration settle, Duration hot, int attempts) {

  /** Half a minute for connections and hot rows; long transactions and outages take longer. */
  public static final Patience USUAL =
      new Patience(Duration.ofMinutes(5), Duration.ofSeconds(2), Duration.ofSeconds(30), 7);

  public Patience {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts);
    }
  }
}
