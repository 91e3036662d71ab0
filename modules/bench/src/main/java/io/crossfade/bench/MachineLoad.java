package io.crossfade.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.stream.Stream;

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

  // Counted from the field after the command's name, which may hold blanks.
  private static final int UTIME_OF_PROCESS = 11;
  private static final int FIELDS_OF_TIME = 4;

  /** {@code USER_HZ}, which is 100 on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  static MachineLoad now() {
    String[] cpu = read(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
    long all = 0;
    long busy = 0;
    // The guests that follow are in "user" already.
    for (int i = FIRST_OF_CPU; i <= STEAL_OF_CPU; i++) {
      long ticks = Long.parseLong(cpu[i]);
      all += ticks;
      busy += i == IDLE_OF_CPU || i == IOWAIT_OF_CPU ? 0 : ticks;
    }
    ProcessHandle self = ProcessHandle.current();
    long own =
        Stream.concat(Stream.of(self), self.descendants())
            .map(ProcessHandle::pid)
            .map(MachineLoad::ticksOf)
            .flatMapToLong(OptionalLong::stream)
            .sum();
    return new MachineLoad(all, busy, own);
  }

  /** The share of the machine that others have used since, between 0 and 1. */
  double othersSince(MachineLoad before) {
    long passed = all - before.all;
    long others = (busy - before.busy) - (own - before.own);
    return passed == 0 ? 0 : Math.max(0, (double) others / passed);
  }

  /** The seconds of a core that this process and its descendants have used since. */
  double ownSecondsSince(MachineLoad before) {
    return (own - before.own) / TICKS_PER_SECOND;
  }

  /**
   * With the children that have ended and were waited for; nothing when it has just ended itself.
   */
  private static OptionalLong ticksOf(long pid) {
    Path file = Path.of("/proc", Long.toString(pid), "stat");
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    String stat;
    try {
      stat = read(file);
    } catch (UncheckedIOException e) {
      return OptionalLong.empty();
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return OptionalLong.of(
        Arrays.stream(fields, UTIME_OF_PROCESS, UTIME_OF_PROCESS + FIELDS_OF_TIME)
            .mapToLong(Long::parseLong)
            .sum());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
