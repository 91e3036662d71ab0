package io.crossfade.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What Linux tells of a process, from {@code /proc}. A process that has ended has used nothing: who
 * needs its time asks its parent, which has it once it has waited for its child.
 */
final class Proc {

  /** {@code USER_HZ}, which is 100 on every Linux that Java runs on. */
  static final double TICKS_PER_SECOND = 100;

  // Counted from the field after the command's name, which may hold blanks.
  private static final int UTIME = 11;
  private static final int OWN_FIELDS = 2;
  private static final int FIELDS_WITH_CHILDREN = 4;
  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

  private Proc() {}

  /** Ticks of this process alone. */
  static long ownTicks(long pid) {
    return ticks(pid, OWN_FIELDS);
  }

  /** Ticks of a process and of all below it, those included that have ended and were waited for. */
  static long treeTicks(long pid) {
    return tree(pid).map(ProcessHandle::pid).mapToLong(p -> ticks(p, FIELDS_WITH_CHILDREN)).sum();
  }

  /** The greatest resident set that the process has had; empty when it has ended. */
  static OptionalLong peakKibibytes(long pid) {
    return lines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst();
  }

  static double mebibytes(long kibibytes) {
    return kibibytes / KIBIBYTES_PER_MEBIBYTE;
  }

  /** A Java process below that one whose command line names the class. */
  static OptionalLong javaBelow(long pid, String mainClass) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::descendants)
        .mapToLong(ProcessHandle::pid)
        .filter(p -> isJava(p, mainClass))
        .findFirst();
  }

  private static boolean isJava(long pid, String mainClass) {
    List<String> line = lines(Path.of("/proc", Long.toString(pid), "cmdline"));
    if (line.isEmpty()) {
      return false;
    }
    List<String> words = Arrays.asList(line.get(0).split("\0"));
    return words.get(0).endsWith("/java") && words.contains(mainClass);
  }

  private static Stream<ProcessHandle> tree(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()));
  }

  private static long ticks(long pid, int fields) {
    List<String> lines = lines(Path.of("/proc", Long.toString(pid), "stat"));
    if (lines.isEmpty()) {
      return 0;
    }
    String stat = lines.get(0);
    String[] all = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Arrays.stream(all, UTIME, UTIME + fields).mapToLong(Long::parseLong).sum();
  }

  /** Nothing of a process that has ended: between a look and the next it may do so at any time. */
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
