package io.crossfade.cli.job;

/** What a command ends with. A contract: scripts rely on it. */
public final class ExitCode {

  public static final int DONE = 0;
  public static final int ERROR = 1;
  public static final int USAGE = 2;
  public static final int PREFLIGHT = 4;

  private ExitCode() {}
}
