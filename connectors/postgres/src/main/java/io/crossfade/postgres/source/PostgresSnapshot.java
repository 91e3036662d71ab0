package io.crossfade.postgres.source;

import io.crossfade.core.source.Snapshot;
import java.util.Arrays;

/**
 * {@code pg_current_snapshot()}: {@code xmin:xmax:xip,…} in 64-bit ids. The log gives 32-bit ids;
 * the nearest 64-bit id to {@code xmax} is meant, since PostgreSQL itself never lets two ids in use
 * be further apart than 2^31.
 *
 * <p>On a primary the list of running transactions is exact. A standby lists none, so only what is
 * below {@code xmin} is certain there.
 */
public final class PostgresSnapshot implements Snapshot {

  private final boolean exact;
  private final long xmin;
  private final long xmax;
  private final long[] running;

  private PostgresSnapshot(boolean exact, long xmin, long xmax, long[] running) {
    this.exact = exact;
    this.xmin = xmin;
    this.xmax = xmax;
    this.running = running;
  }

  /** A snapshot as a primary prints it. */
  public static PostgresSnapshot ofPrimary(String text) {
    return parse(text, true);
  }

  /** A snapshot as a standby prints it. */
  static PostgresSnapshot ofStandby(String text) {
    return parse(text, false);
  }

  private static PostgresSnapshot parse(String text, boolean exact) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a snapshot: " + text);
    }
    long[] running =
        parts[2].isEmpty()
            ? new long[0]
            : Arrays.stream(parts[2].split(",", -1)).mapToLong(Long::parseLong).sorted().toArray();
    return new PostgresSnapshot(exact, Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
  }

  @Override
  public boolean includes(long transaction) {
    return includesFull(xmax + (int) (transaction - xmax));
  }

  private boolean includesFull(long id) {
    return exact ? id < xmax && Arrays.binarySearch(running, id) < 0 : id < xmin;
  }

  @Override
  public boolean includesAllOf(Snapshot older) {
    PostgresSnapshot other = (PostgresSnapshot) older;
    if (!exact || !other.exact) {
      return xmin >= other.xmin;
    }
    return xmax >= other.xmax
        && Arrays.stream(running)
            .allMatch(id -> id >= other.xmax || Arrays.binarySearch(other.running, id) >= 0);
  }

  /** Whether all transactions up to and including this one have ended. */
  boolean settled(long transaction) {
    return xmin > transaction;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(xmin).append(':').append(xmax).append(':');
    for (int i = 0; i < running.length; i++) {
      text.append(i == 0 ? "" : ",").append(running[i]);
    }
    return text.toString();
  }
}
