package io.crossfade.core;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, closed together: the youngest first. Safe for use by several threads. */
public final class Opened implements AutoCloseable {

  private final String what;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /**
   * @param what all of it is, for the message of a failure: {@code the job}
   */
  public Opened(String what) {
    this.what = what;
  }

  /** Keeps a part until the end, and gives it back. */
  public synchronized <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** Closes all, since something has failed; what fails now stands behind it. */
  public void closeAfter(Throwable cause) {
    try {
      close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Closes all, whatever fails meanwhile. May be repeated.
   *
   * @throws IllegalStateException with the first failure, and the others behind it
   */
  @Override
  public synchronized void close() {
    IllegalStateException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = new IllegalStateException("closing " + what + ": " + e.getMessage(), e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
