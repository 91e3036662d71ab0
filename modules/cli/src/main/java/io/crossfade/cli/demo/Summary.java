package io.crossfade.cli.demo;

import io.crossfade.cli.job.JobStatistics;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What the demo has shown.
 *
 * @param statistics of the migration
 * @param clients of the old model
 * @param copying how long the backfill took, into the target
 * @param writing how long the clients wrote
 * @param tables the comparisons
 */
record Summary(
    JobStatistics statistics,
    Workload.Done clients,
    Duration copying,
    Duration writing,
    List<Comparison.Result> tables) {

  Summary {
    Objects.requireNonNull(statistics, "statistics");
    Objects.requireNonNull(clients, "clients");
    Objects.requireNonNull(copying, "copying");
    Objects.requireNonNull(writing, "writing");
    tables = List.copyOf(tables);
  }

  boolean equal() {
    return tables.stream().allMatch(Comparison.Result::equal);
  }

  /** Without one such row the demo has not shown what it is for. */
  boolean copyMetWrites() {
    return statistics.rowsGaveWay() > 0;
  }

  boolean success() {
    return equal() && copyMetWrites();
  }

  void print(PrintStream out) {
    line(out, "rows copied", "%,d", statistics.rowsCopied());
    line(out, "gave way to newer changes", "%,d", statistics.rowsGaveWay());
    line(out, "changes applied", "%,d", statistics.changesPublished());
    line(
        out,
        "backfill",
        "%,.0f rows/s (%.1f s, while clients wrote)",
        statistics.rowsCopied() / Math.max(0.001, copying.toMillis() / 1000.0),
        copying.toMillis() / 1000.0);
    line(
        out,
        "end-to-end lag",
        "p50 %s, p99 %s",
        seconds(statistics.lagP50()),
        seconds(statistics.lagP99()));
    line(
        out,
        "clients",
        "%d for %.1f s: %s",
        Workload.CLIENTS,
        writing.toMillis() / 1000.0,
        Screen.text(clients));
    tables.forEach(table -> print(out, table));
    out.println(equal() ? "equal" : "NOT EQUAL");
    if (!copyMetWrites()) {
      out.println(
          "No row of the copy has met a newer change: nothing is shown. Run again with more --rows.");
    }
    out.flush();
  }

  private static void print(PrintStream out, Comparison.Result table) {
    if (table.equal()) {
      line(out, table.into().toString(), "%,d rows, equal to its SELECT", table.newRows());
      return;
    }
    line(
        out,
        table.into().toString(),
        "DIFFERS for %,d keys: %,d rows, its SELECT has %,d",
        table.differing(),
        table.newRows(),
        table.oldRows());
    table.examples().forEach(example -> out.println("  " + example));
  }

  private static String seconds(OptionalDouble seconds) {
    return seconds.isPresent() ? String.format(Locale.ROOT, "%.2f s", seconds.getAsDouble()) : "–";
  }

  private static void line(PrintStream out, String name, String format, Object... values) {
    out.println(
        String.format(Locale.ROOT, "%-27s", name) + String.format(Locale.ROOT, format, values));
  }
}
