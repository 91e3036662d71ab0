package io.crossfade.server;

/** A running job has not done what it was told. */
public final class CommandRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wrongRequest;

  /**
   * @param status what HTTP says of it
   */
  CommandRefused(String message, int status) {
    super(message);
    this.wrongRequest = status == 400;
  }

  /** Whether it asked for what cannot be; else it may go another time. */
  public boolean isWrongRequest() {
    return wrongRequest;
  }
}
