package io.crossfade.wire;

/**
 * Keys of raw records that carry no row: JSON strings where a row's key is an object, so no row can
 * have one. Whoever looks for rows passes over them, also over those of a kind that it does not
 * know.
 */
public final class ReservedKey {

  private ReservedKey() {}

  /** Whether a raw record with this key carries no row. */
  public static boolean is(byte[] key) {
    return key.length > 0 && key[0] == '"';
  }
}
