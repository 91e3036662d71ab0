package io.crossfade.core.target;

/** What becomes of a row that the target refuses for its own sake. */
public enum OnBadRow {
  /** Nothing is written; the line stands until a person has decided. */
  STOP,
  /** It is written down, and the others go on. */
  PARK
}
