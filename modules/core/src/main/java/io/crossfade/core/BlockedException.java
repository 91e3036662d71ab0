package io.crossfade.core;

import java.util.Objects;

/**
 * The line has to stop: to go on would lose or invent rows. Only a person can decide what to do
 * next.
 */
public final class BlockedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String next;

  /**
   * @param reason what was found, where, with figures
   * @param next what to do now, as a command where there is one
   */
  public BlockedException(String reason, String next) {
    super(Objects.requireNonNull(reason, "reason"));
    this.next = Objects.requireNonNull(next, "next");
  }

  /**
   * As {@link #BlockedException(String, String)}.
   *
   * @param cause what told us
   */
  public BlockedException(String reason, String next, Throwable cause) {
    super(Objects.requireNonNull(reason, "reason"), cause);
    this.next = Objects.requireNonNull(next, "next");
  }

  /** What was found. */
  public String reason() {
    return getMessage();
  }

  /** What to do now. */
  public String next() {
    return next;
  }
}
