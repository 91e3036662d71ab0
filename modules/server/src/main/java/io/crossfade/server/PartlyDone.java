package io.crossfade.server;

/** A command counts, but not all of it could be done yet. */
public final class PartlyDone extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is done, what is not, and what goes on from here; for people
   */
  public PartlyDone(String message, Throwable cause) {
    super(message, cause);
  }
}
