package io.crossfade.core.switching;

/** A step of the switch did not happen, or nobody knows whether it did. */
public final class SwitchingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean mayPass;

  /**
   * @param message what, where, why and what to do next
   * @param mayPass whether it may go better later: a connection that was cut, a server that starts.
   *     Whether the call took effect is unknown then; each may be repeated
   */
  public SwitchingException(String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.mayPass = mayPass;
  }

  /** As the other one, where the database was not asked, or has answered. */
  public SwitchingException(String message) {
    this(message, false, null);
  }

  /** Whether it may go better later. */
  public boolean mayPass() {
    return mayPass;
  }
}
