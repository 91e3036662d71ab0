package io.crossfade.core.target;

import java.util.List;

/**
 * What a group's tables lack, at one moment.
 *
 * @param parked how many rows wait for another one to go away
 * @param oldest some of them, those first that have waited longest
 * @param stopped bad rows that nothing was decided about
 * @param dead bad rows that the others have gone past, those not counted that a person has skipped
 * @param toRetry bad rows that were asked to be tried again, and were not yet
 */
public record HeldRows(long parked, List<ParkedRow> oldest, long stopped, long dead, long toRetry) {

  public static final HeldRows NONE = new HeldRows(0, List.of(), 0, 0, 0);

  public HeldRows {
    oldest = List.copyOf(oldest);
  }

  /** Whether there is nothing. */
  public boolean isEmpty() {
    return parked + stopped + dead + toRetry == 0;
  }
}
