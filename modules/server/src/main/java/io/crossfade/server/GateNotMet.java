package io.crossfade.server;

/** A command was refused, since something has to be so before; nothing was changed. */
public final class GateNotMet extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which gates, what was found, and what to do about it; for people
   */
  public GateNotMet(String message) {
    super(message);
  }
}
