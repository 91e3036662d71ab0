package io.crossfade.core.capture;

import java.time.Duration;

/**
 * How many places the next chunk has, so that reading one takes about half a second: long enough
 * that the transaction around it costs nothing, short enough to hold back no vacuum and to stop
 * soon. Not safe for use by several threads.
 */
public final class ChunkSize {

  private static final Duration AIM = Duration.ofMillis(500);

  /**
   * A chunk grows at most this much at once: the first ones are read from a cold cache and tell
   * little.
   */
  private static final double GROWTH = 4;

  private final long smallest;
  private final long greatest;
  private double places;

  /** Starts at the smallest. */
  public ChunkSize(long smallest, long greatest) {
    this.smallest = smallest;
    this.greatest = greatest;
    this.places = smallest;
  }

  /** Places of the next chunk. */
  public long next() {
    return Math.max(smallest, Math.min(greatest, (long) places));
  }

  /** A chunk of so many places took so long. */
  public void took(long read, Duration duration) {
    double seconds = Math.max(duration.toNanos() / 1e9, 1e-3);
    double ideal = read * (AIM.toNanos() / 1e9) / seconds;
    places = Math.max(smallest, Math.min(ideal, Math.max(read, smallest) * GROWTH));
  }
}
