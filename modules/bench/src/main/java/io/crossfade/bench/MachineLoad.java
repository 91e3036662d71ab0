package io.crossfade.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * How busy the machine has been since it started, in ticks of all cores together; the difference of
 * two such looks tells who used it in between. Linux only, from {@code /proc}.
 *
 * @param all ticks that went by
 * @param busy those in which a core did something, or the host took it away
 * @param own those of this process and its descendants
 */
record MachineLoad(long all, long busy, long own) {

  private static final int FIRST_OF_CPU = 1;
  private static final int STEAL_OF_CPU = 8;
  private static final int IDLE_OF_CPU = 4;
  private static final int IOWAIT_OF_CPU = 5;

  static MachineLoad now() {
    List<String> lines = Proc.lines(Path.of("/proc/stat"));
    if (lines.isEmpty()) {
      throw new IllegalStateException("Cannot read /proc/stat: the bench needs Linux");
    }
    String[] cpu = lines.get(0).split(" +");
    long all = 0;
    long busy = 0;
    // The guests that follow are in "user" already.
    for (int i = FIRST_OF_CPU; i <= STEAL_OF_CPU; i++) {
      long ticks = Long.parseLong(cpu[i]);
      all += ticks;
      busy += i == IDLE_OF_CPU || i == IOWAIT_OF_CPU ? 0 : ticks;
    }
    return new MachineLoad(all, busy, Proc.treeTicks(ProcessHandle.current().pid()));
  }

  /** The share of the machine that others have used since, between 0 and 1. */
  double othersSince(MachineLoad before) {
    long passed = all - before.all;
    long others = (busy - before.busy) - (own - before.own);
    return passed == 0 ? 0 : Math.max(0, (double) others / passed);
  }
}
