package io.crossfade.wire;

/**
 * A record that no version of Crossfade has written: a foreign writer, or a topic of another
 * migration.
 */
public final class MalformedRecordException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public MalformedRecordException(String message) {
    super(message);
  }

  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
