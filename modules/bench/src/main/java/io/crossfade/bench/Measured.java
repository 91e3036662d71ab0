package io.crossfade.bench;

/**
 * How long something took.
 *
 * @param seconds of the clock
 * @param cpu seconds of a core, of all servers and of this process; on a busy machine they say more
 *     than the clock
 * @param others the share of the machine that other processes used meanwhile, between 0 and 1
 */
record Measured(double seconds, double cpu, double others) {

  /** Begins to measure. */
  static Stopwatch start() {
    return new Stopwatch(System.nanoTime(), MachineLoad.now());
  }

  /** The beginning of what is measured. */
  record Stopwatch(long nanos, MachineLoad load) {

    Measured stop() {
      double seconds = (System.nanoTime() - nanos) / 1e9;
      MachineLoad now = MachineLoad.now();
      return new Measured(seconds, now.ownSecondsSince(load), now.othersSince(load));
    }
  }
}
