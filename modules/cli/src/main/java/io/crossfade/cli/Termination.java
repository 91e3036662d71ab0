package io.crossfade.cli;

import io.crossfade.cli.job.ExitCode;

/**
 * What is to be done when the process is told to end, by SIGTERM or Ctrl-C: once, and then it ends
 * with 0.
 */
final class Termination {

  private Thread hook;

  /** Runs this when the process is told to end. */
  void register(Runnable end) {
    hook =
        new Thread(
            () -> {
              int code = ExitCode.DONE;
              try {
                end.run();
              } catch (RuntimeException e) {
                System.err.println(e.getMessage());
                code = ExitCode.ERROR;
              }
              System.err.println("stopped; started again it goes on from here");
              Runtime.getRuntime().halt(code);
            },
            "crossfade-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The command has come to its own end. */
  void unregister() {
    if (hook == null) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already: the hook runs and ends it.
      Thread.currentThread().interrupt();
    }
  }
}
