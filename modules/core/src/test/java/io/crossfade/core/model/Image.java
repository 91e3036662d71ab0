package io.crossfade.core.model;

/**
 * What a row of one key looks like.
 *
 * @param version grows with each write of the key, deletes included; 0 where there never was a row
 * @param value what the row holds; {@link #GONE} where it was deleted, {@link #MISSING} where the
 *     log left it out
 */
record Image(long version, long value) {

  static final long GONE = 0;
  static final long MISSING = -1;
  static final Image NEVER = new Image(0, GONE);

  boolean exists() {
    return value != GONE;
  }

  @Override
  public String toString() {
    if (value == GONE) {
      return version == 0 ? "nothing" : "nothing since version " + version;
    }
    return "version " + version + " with " + (value == MISSING ? "a value missing" : value);
  }
}
