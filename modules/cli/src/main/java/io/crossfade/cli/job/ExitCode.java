package io.crossfade.cli.job;

/** What a command ends with. A contract: scripts rely on it. */
public final class ExitCode {

  public static final int DONE = 0;
  public static final int ERROR = 1;
  public static final int USAGE = 2;

  /** A gate is not met, or real differences were found. */
  public static final int NOT_MET = 3;

  public static final int PREFLIGHT = 4;

  /** Timed out, or given up: nothing was changed. */
  public static final int TIMED_OUT = 5;

  /** Partly done: the message names what goes on from here. */
  public static final int PARTLY = 6;

  private ExitCode() {}
}
