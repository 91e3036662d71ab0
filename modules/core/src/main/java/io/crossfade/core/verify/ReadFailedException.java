package io.crossfade.core.verify;

/** Rows of a comparison could not be read to their end: nothing is known of them. */
public final class ReadFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean mayPass;

  /**
   * @param message what, where and why
   * @param mayPass whether it may go better later: a connection that was cut, a server that starts
   */
  public ReadFailedException(String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.mayPass = mayPass;
  }

  /** Whether it may go better later. */
  public boolean mayPass() {
    return mayPass;
  }
}
