package io.crossfade.switchover;

/** A step of a switch could not be done, or not in time. */
public final class SwitchFailed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what, where, why and what to do next
   */
  public SwitchFailed(String message) {
    super(message);
  }

  public SwitchFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
