package io.crossfade.verify;

/**
 * Which tables take writes, and since which switch: what a comparison found in one turn it must not
 * go on with in another.
 *
 * @param reversed whether the new tables take writes, and the old ones follow
 * @param round the switch since which that is so, as the migration counts them; 0: none was made
 */
public record Turn(boolean reversed, long round) {

  /** The old tables take writes, as before any switch. */
  public static final Turn FORWARD = new Turn(false, 0);

  /** What is said of a comparison in which it has changed. */
  static final String OVER = "writes have moved to the other side meanwhile: verify again";
}
