package io.crossfade.core.source;

/** The source could not be asked, or answered with an error that may pass: try again later. */
public final class SourceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
