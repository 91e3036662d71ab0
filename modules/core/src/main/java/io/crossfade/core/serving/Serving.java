package io.crossfade.core.serving;

import java.time.Instant;
import java.util.Objects;

/**
 * Who serves reads and writes. A mark: whether an application goes by it is the application's
 * affair; that only one side takes writes is not left to it.
 *
 * @param reads the side that reads are to go to
 * @param writes the side that takes writes
 * @param since when it was marked so
 * @param who marked it so
 * @param why in their words; empty where none were given
 */
public record Serving(Side reads, Side writes, Instant since, String who, String why) {

  /** Of a migration for which nobody has marked anything. */
  public static final Serving AT_FIRST =
      new Serving(Side.OLD, Side.OLD, Instant.EPOCH, "nobody", "");

  public Serving {
    Objects.requireNonNull(reads, "reads");
    Objects.requireNonNull(writes, "writes");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(why, "why");
  }

  /** The same, with reads served by that side. */
  public Serving reads(Side side, Instant now, String byWhom, String reason) {
    return new Serving(side, writes, now, byWhom, reason);
  }

  /** The same, with writes taken by that side. */
  public Serving writes(Side side, Instant now, String byWhom, String reason) {
    return new Serving(reads, side, now, byWhom, reason);
  }

  /** As the status shows it: {@code reads OLD, writes OLD}. */
  @Override
  public String toString() {
    return "reads " + reads + ", writes " + writes;
  }
}
