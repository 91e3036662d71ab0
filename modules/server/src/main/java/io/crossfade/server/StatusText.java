package io.crossfade.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** {@link Status} as the lines that {@code crossfade status} prints. */
public final class StatusText {
  private static final String UNKNOWN = "–";

  /** Columns do not jump while numbers grow; what is longer still pushes the next one. */
  private static final int[] WIDTHS = {7, 10, 19, 19, 11, 10, 0, 0};

  private StatusText() {}

  /**
   * Renders a status.
   *
   * @param wide also chunks and the position in the source's log
   * @return lines, each ended by a line break
   */
  public static String render(Status status, boolean wide) {
    List<String> lines = new ArrayList<>();
    lines.add(headline(status));
    lines.addAll(table(status, wide));
    lines.add(lag(status));
    lines.add(log(status));
    if (wide) {
      lines.add("Position  " + status.position().orElse(UNKNOWN));
    }
    status
        .maxRowsPerSecond()
        .ifPresent(rate -> lines.add("Backfill limited to " + Human.count(rate) + " rows/s"));
    if (status.deadRows() > 0) {
      lines.add(
          "Rows that the target refused: "
              + Human.count(status.deadRows())
              + ", see `crossfade rows list`");
    }
    if (status.parkedRows() > 0) {
      lines.add("Rows that wait for another row: " + Human.count(status.parkedRows()));
    }
    status.warnings().forEach(warning -> lines.add("WARN  " + warning));
    status.waitingFor().ifPresent(what -> lines.add("Waiting for: " + what));
    lines.add(
        "Blocked by: %s.   Next: %s"
            .formatted(
                status.blockedBy().map(Status.Block::reason).orElse("nothing"),
                status.blockedBy().map(Status.Block::next).orElse(status.next())));
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private static String headline(Status status) {
    List<String> flags = new ArrayList<>();
    if (status.paused()) {
      flags.add("paused");
    }
    if (status.blockedBy().isPresent()) {
      flags.add("blocked");
    }
    String phase =
        flags.isEmpty() ? status.phase() : status.phase() + " (" + String.join(", ", flags) + ")";
    return "%s   %s   serving: %s   up %s%s"
        .formatted(
            status.migration(),
            phase,
            status.serving(),
            Human.duration(status.upSeconds()),
            resumed(status.resumed()));
  }

  private static String resumed(int times) {
    return switch (times) {
      case 0 -> "";
      case 1 -> " (resumed once)";
      case 2 -> " (resumed twice)";
      default -> " (resumed " + times + " times)";
    };
  }

  private static List<String> table(Status status, boolean wide) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        cells(wide, "CHUNKS", "TABLE", "PHASE", "ROWS", "PROGRESS", "RATE", "ETA", "VERIFIED"));
    for (Status.Table table : status.tables()) {
      rows.add(
          cells(
              wide,
              table.chunksDone() + "/" + text(table.chunksTotal(), Long::toString),
              table.into(),
              table.phase(),
              rowsOf(table),
              progress(table),
              Human.rate(table.rowsPerSecond()),
              table.copied() ? UNKNOWN : text(table.etaSeconds(), Human::duration),
              table.verified().map(StatusText::verified).orElse(UNKNOWN)));
    }
    return aligned(rows);
  }

  private static List<String> cells(boolean wide, String chunks, String... cells) {
    List<String> all = new ArrayList<>(Arrays.asList(cells));
    if (wide) {
      all.add(chunks);
    }
    return all;
  }

  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (int column = 0; column < columns; column++) {
      int at = column;
      int longest = rows.stream().mapToInt(row -> length(row.get(at))).max().orElseThrow();
      widths[column] = Math.max(WIDTHS[column], longest + 2);
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      line.append(cell).append(" ".repeat(widths[column] - length(cell)));
    }
    return line.toString().stripTrailing();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private static String rowsOf(Status.Table table) {
    String read = Human.count(table.rowsRead());
    return table.copied() || table.rowsEstimated().isEmpty()
        ? read
        : read + " of ~" + Human.count(table.rowsEstimated().getAsLong());
  }

  private static String progress(Status.Table table) {
    if (table.copied()) {
      return "done";
    }
    return table.chunksTotal().isPresent()
        ? Human.bar(table.chunksDone(), table.chunksTotal().getAsLong())
        : UNKNOWN;
  }

  private static String verified(Status.Verified verified) {
    String upTo = verified.equalUpTo().map(position -> " up to " + position).orElse("");
    String last = verified.result() + ", " + Human.ago(verified.secondsAgo());
    if (verified.result().equals("equal")) {
      return last + upTo;
    }
    return verified.equalSecondsAgo().isPresent()
        ? last + " (equal " + Human.ago(verified.equalSecondsAgo().getAsLong()) + upTo + ")"
        : last;
  }

  private static String lag(Status status) {
    Status.Lag lag = status.lag();
    return "Lag  capture %s · apply %s, %s (group %s)"
        .formatted(
            seconds(lag.captureSeconds()),
            text(lag.applyRecords(), Human::count) + " records",
            seconds(lag.applySeconds()),
            status.group());
  }

  private static String log(Status status) {
    Status.Lag lag = status.lag();
    String limit =
        Optional.of(lag.sourceBytesLimit())
            .filter(OptionalLong::isPresent)
            .map(bytes -> " of " + Human.bytes(bytes.getAsLong()))
            .orElse(lag.sourceBytes().isPresent() ? ", no limit" : "");
    boolean much =
        lag.sourceBytesLimit().isPresent()
            && lag.sourceBytes().orElse(0) >= lag.sourceBytesLimit().getAsLong() / 2;
    return "WAL  held by slot %s: %s%s%s"
        .formatted(
            status.slot(),
            text(lag.sourceBytes(), Human::bytes),
            limit,
            much ? " – WARNING: more than half; beyond it the slot is lost" : "");
  }

  private static String seconds(OptionalDouble seconds) {
    return seconds.isPresent() ? Human.seconds(seconds.getAsDouble()) : UNKNOWN;
  }

  private static String text(OptionalLong value, LongFunction<String> format) {
    return value.isPresent() ? format.apply(value.getAsLong()) : UNKNOWN;
  }
}
