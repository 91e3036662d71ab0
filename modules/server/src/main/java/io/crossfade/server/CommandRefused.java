package io.crossfade.server;

/** A running job has not done what it was told. */
public final class CommandRefused extends Exception {
  private static final long serialVersionUID = 1L;

  static final int GATE = 409;
  static final int PARTLY = 500;

  private final int status;

  /**
   * @param status what HTTP says of it
   */
  CommandRefused(String message, int status) {
    super(message);
    this.status = status;
  }

  /** Whether it asked for what cannot be; else it may go another time. */
  public boolean isWrongRequest() {
    return status == 400;
  }

  /** Whether something has to be so before; nothing was changed. */
  public boolean isGate() {
    return status == GATE;
  }

  /** Whether it counts, but could not be done everywhere yet. */
  public boolean isPartlyDone() {
    return status == PARTLY;
  }
}
