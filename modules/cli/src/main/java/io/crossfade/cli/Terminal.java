package io.crossfade.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody looks on. */
final class Terminal {

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /**
   * Whether standard error is a terminal. Java knows only whether standard input and output both
   * are, and the one may well be a pipe while progress is looked at.
   */
  static boolean isStandardError() {
    try {
      String file = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
    } catch (IOException e) {
      // No such thing here: not Linux, or no /proc.
      return System.console() != null;
    }
  }
}
