package io.crossfade.cli.demo;

/** The demo cannot go on; the message is for people. */
final class DemoFailedException extends Exception {

  DemoFailedException(String message) {
    super(message);
  }

  DemoFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
