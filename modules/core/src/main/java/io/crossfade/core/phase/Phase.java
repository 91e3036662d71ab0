package io.crossfade.core.phase;

import java.util.EnumSet;
import java.util.Set;

/** Where a migration stands. It moves along {@link #mayBecome} and no other way. */
public enum Phase {
  /** Nothing has been copied yet. */
  PREPARING,
  /** Old rows are copied, and changes follow. */
  BACKFILLING,
  /** The new tables are kept equal to their SELECTs. The old ones take writes. */
  FOLLOWING,
  /** Writes are being moved to the new tables; until that is decided the old ones have them. */
  CUTTING_OVER,
  /** The new tables take writes, and the old ones are kept equal, so that one can go back. */
  REVERSED,
  /** Writes are being moved back; until that is decided the new tables have them. */
  ROLLING_BACK,
  /** What we made is being removed. There is no way back. */
  COMPLETING,
  /** The new tables are all there is. */
  COMPLETED,
  /** What we made is being removed; the old tables stay as they are. */
  ABANDONING,
  /** The old tables are all there is. */
  ABANDONED;

  /** Whether this phase may follow on that one. */
  public boolean mayBecome(Phase next) {
    return next().contains(next);
  }

  private Set<Phase> next() {
    return switch (this) {
      case PREPARING -> EnumSet.of(BACKFILLING, ABANDONING);
      case BACKFILLING -> EnumSet.of(FOLLOWING, ABANDONING);
      // Without a switch only what has nothing to be switched to is completed.
      case FOLLOWING -> EnumSet.of(BACKFILLING, CUTTING_OVER, COMPLETING, ABANDONING);
      case CUTTING_OVER -> EnumSet.of(FOLLOWING, REVERSED, ABANDONING);
      case REVERSED -> EnumSet.of(ROLLING_BACK, COMPLETING, ABANDONING);
      case ROLLING_BACK -> EnumSet.of(FOLLOWING, REVERSED, ABANDONING);
      case COMPLETING -> EnumSet.of(COMPLETED);
      case ABANDONING -> EnumSet.of(ABANDONED);
      case COMPLETED, ABANDONED -> EnumSet.noneOf(Phase.class);
    };
  }
}
