package io.crossfade.core.target;

/**
 * The target did not answer, or asked to be asked again: it is down, full, read-only, restarting, a
 * lock was not to be had. Whether the call took effect is unknown; every method of the ports may be
 * repeated, on a new session.
 */
public final class TargetUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TargetUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
