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

  /** A chunk that is cut short costs its session; so one aims below the bytes that it may have. */
  private static final double FILLED = 0.7;

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

  /**
   * A chunk could not be read. What cuts reads off, a time-out or what a standby replays, rather
   * lets a shorter one pass.
   */
  public void failed() {
    places = Math.max(smallest, places / 2);
  }

  /**
   * A chunk was read.
   *
   * @param read how many places it had
   * @param duration how long that took
   * @param filled how full it was, of the bytes that a chunk may have: above 1 it was cut short
   */
  public void took(long read, Duration duration, double filled) {
    double byTime = (double) AIM.toNanos() / Math.max(duration.toNanos(), 1_000_000);
    double byBytes = FILLED / Math.max(filled, 1e-6);
    double factor = Math.min(Math.min(byTime, byBytes), GROWTH);
    places = Math.max(smallest, read * factor);
  }
}
