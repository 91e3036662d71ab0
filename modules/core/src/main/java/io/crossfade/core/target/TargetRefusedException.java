package io.crossfade.core.target;

/**
 * The target answered and will not: a missing privilege, a wrong password, a table of ours with
 * another shape. To repeat the call does not help.
 */
public final class TargetRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TargetRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
