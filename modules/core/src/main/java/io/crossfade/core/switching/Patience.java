package io.crossfade.core.switching;

import java.time.Duration;

/**
 * How to ask for locks that others hold. Whoever waits for a lock makes all wait that come after:
 * so each attempt is short, and between two of them whoever has queued up behind it goes on.
 *
 * @param attempt how long all the locks of one attempt are waited for; nobody else waits longer
 *     than that because of us. At least a millisecond
 * @param pause between two attempts
 * @param deadline since the first attempt began, after which no other one begins. There is always
 *     one attempt
 */
public record Patience(Duration attempt, Duration pause, Duration deadline) {

  private static final Duration ATTEMPT = Duration.ofMillis(200);

  /** Long enough for a queue of a fifth of a second to drain before the next one forms. */
  private static final Duration PAUSE = Duration.ofMillis(400);

  public Patience {
    if (attempt.toMillis() < 1) {
      throw new IllegalArgumentException("an attempt takes a millisecond at least: " + attempt);
    }
    if (pause.isNegative() || deadline.isNegative()) {
      throw new IllegalArgumentException("neither pause nor deadline can be negative");
    }
  }

  /** Attempts of 200 ms with pauses of 400 ms. */
  public static Patience within(Duration deadline) {
    return new Patience(ATTEMPT, PAUSE, deadline);
  }
}
