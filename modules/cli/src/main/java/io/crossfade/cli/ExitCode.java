package io.crossfade.cli;

/** What a command ends with. A contract: scripts rely on it. */
final class ExitCode {

  static final int DONE = 0;
  static final int ERROR = 1;
  static final int USAGE = 2;
  static final int PREFLIGHT = 4;

  private ExitCode() {}
}
