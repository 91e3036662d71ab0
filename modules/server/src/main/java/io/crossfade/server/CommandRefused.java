package io.crossfade.server;

/** A running job has not done what it was told. */
public final class CommandRefused extends Exception {
  private static final long serialVersionUID = 1L;

  CommandRefused(String message) {
    super(message);
  }
}
