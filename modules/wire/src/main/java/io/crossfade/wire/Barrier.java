package io.crossfade.wire;

import java.nio.charset.StandardCharsets;

/**
 * A record that carries no row: once the group's committed offset has passed it in every partition,
 * all that was published before it is in the target. Its key is a {@link ReservedKey}.
 */
public final class Barrier {

  private static final byte[] KEY = "\"crossfade.barrier\"".getBytes(StandardCharsets.US_ASCII);

  private Barrier() {}

  /** The reserved key. */
  public static byte[] key() {
    return KEY.clone();
  }
}
