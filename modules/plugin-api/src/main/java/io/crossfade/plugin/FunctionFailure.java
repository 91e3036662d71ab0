package io.crossfade.plugin;

/** A function had no result for its arguments: an error of the row that it was called for. */
public final class FunctionFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  FunctionFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
