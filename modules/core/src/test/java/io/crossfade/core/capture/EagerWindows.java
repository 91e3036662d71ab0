package io.crossfade.core.capture;

/** Windows that forget as soon as they may, for tests in other packages. */
public final class EagerWindows {

  private EagerWindows() {}

  /** A window that looks after each chunk what it can forget. */
  public static ChunkWindow window() {
    return new ChunkWindow(0);
  }
}
