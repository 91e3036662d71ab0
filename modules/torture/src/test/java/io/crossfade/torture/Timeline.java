package io.crossfade.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was done to the job and when; what went wrong; and how often each kind of thing was done.
 */
final class Timeline {

  private final long start = System.nanoTime();
  private final Path file;
  private final List<String> findings = new ArrayList<>();
  private final Map<String, Integer> kills = new TreeMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /**
   * @param file gets each line as it happens, so that it is there whatever ends this JVM
   */
  Timeline(Path file) {
    this.file = file;
  }

  synchronized void say(String what) {
    String line =
        String.format(Locale.ROOT, "%8.2f  %s%n", (System.nanoTime() - start) / 1e9, what);
    try {
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** The job was killed. */
  synchronized void killed(String where, String detail) {
    kills.merge(where, 1, Integer::sum);
    say("KILLED " + where + ": " + detail);
  }

  /** Something of a kind that is counted. */
  synchronized void count(String kind, String detail) {
    counts.merge(kind, 1, Integer::sum);
    say(detail);
  }

  /** Something that must not be. */
  synchronized void found(String what) {
    findings.add(what);
    say("FOUND " + what);
  }

  synchronized List<String> findings() {
    return List.copyOf(findings);
  }

  synchronized Map<String, Integer> kills() {
    return new TreeMap<>(kills);
  }

  synchronized int counted(String kind) {
    return counts.getOrDefault(kind, 0);
  }

  @Override
  public synchronized String toString() {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
