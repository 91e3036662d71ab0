package io.crossfade.cli.job;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The last of what somebody has said, however much it was. Safe for use by several threads. */
final class Tail {

  private static final int MOST_BYTES = 4096;
  private static final int MOST_LINES = 10;

  private final byte[] last = new byte[MOST_BYTES];
  private long length;

  synchronized void add(byte[] bytes, int count) {
    for (int i = Math.max(0, count - MOST_BYTES); i < count; i++) {
      last[(int) ((length + i) % MOST_BYTES)] = bytes[i];
    }
    length += count;
  }

  /** Its last lines, each indented; empty where nothing was said. */
  synchronized String lines() {
    byte[] bytes = Arrays.copyOf(last, (int) Math.min(length, MOST_BYTES));
    if (length > MOST_BYTES) {
      int start = (int) (length % MOST_BYTES);
      System.arraycopy(last, start, bytes, 0, MOST_BYTES - start);
      System.arraycopy(last, 0, bytes, MOST_BYTES - start, start);
    }
    // What is not UTF-8, or was cut, comes as '?'; what would move a terminal's cursor is taken
    // out.
    List<String> lines =
        new String(bytes, StandardCharsets.UTF_8)
            .replace('\uFFFD', '?')
            .lines()
            .map(line -> line.replaceAll("[\\p{Cntrl}&&[^\t]]", "").stripTrailing())
            .filter(line -> !line.isEmpty())
            .toList();
    return lines.stream()
        .skip(Math.max(0, lines.size() - MOST_LINES))
        .map(line -> "\n  " + line)
        .collect(Collectors.joining());
  }
}
