package io.crossfade.sandbox;

/** A child process could not be started, stopped or reached; the message ends with its last log. */
public final class SandboxException extends RuntimeException {

  SandboxException(String message) {
    super(message);
  }

  SandboxException(String message, Throwable cause) {
    super(message, cause);
  }
}
