package io.crossfade.cli.demo;

import io.crossfade.cli.job.JobStatistics;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.TableResult;
import io.crossfade.verify.VerificationReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the demo has shown.
 *
 * @param statistics of the migration
 * @param clients of the old model
 * @param copying how long the backfill took, into the target
 * @param writing how long the clients wrote
 * @param corruption what was planted, found and repaired while the clients wrote
 * @param report of the verification at the end
 * @param differing the rows that differed then, as {@code verify --keys} prints them
 */
record Summary(
    JobStatistics statistics,
    Workload.Done clients,
    Duration copying,
    Duration writing,
    Corruption corruption,
    VerificationReport report,
    List<String> differing) {

  /** More would not tell more. */
  private static final int EXAMPLES = 5;

  Summary {
    Objects.requireNonNull(statistics, "statistics");
    Objects.requireNonNull(clients, "clients");
    Objects.requireNonNull(copying, "copying");
    Objects.requireNonNull(writing, "writing");
    Objects.requireNonNull(corruption, "corruption");
    Objects.requireNonNull(report, "report");
    differing = List.copyOf(differing);
  }

  boolean equal() {
    return report.outcome().equals(Optional.of(Outcome.EQUAL));
  }

  /** Without one such row the demo has not shown what it is for. */
  boolean copyMetWrites() {
    return statistics.rowsGaveWay() > 0;
  }

  boolean success() {
    return equal() && copyMetWrites() && corruption.isRepaired();
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
    line(
        out,
        "planted, found, repaired",
        corruption.isRepaired() ? "one cent on account %d" : "one cent on account %d: NOT REPAIRED",
        corruption.account());
    report.tables().forEach(table -> print(out, table));
    differing.stream().limit(EXAMPLES).forEach(row -> out.println("  " + row));
    out.println(equal() ? "equal" : "NOT EQUAL");
    if (!copyMetWrites()) {
      out.println(
          "No row of the copy has met a newer change: nothing is shown. Run again with more --rows.");
    }
    out.flush();
  }

  private static void print(PrintStream out, TableResult table) {
    Outcome outcome = table.outcome().orElse(Outcome.INCOMPLETE);
    long rows = table.actualRows();
    if (outcome == Outcome.EQUAL) {
      line(out, table.into(), "%,d rows, equal to its SELECT", rows);
    } else {
      line(
          out,
          table.into(),
          "%s: %,d rows, its SELECT has %,d; %s%s",
          outcome.toString().toUpperCase(Locale.ROOT),
          rows,
          table.expectedRows(),
          table.differences(),
          table.why().map(why -> "; " + why).orElse(""));
    }
  }

  private static String seconds(OptionalDouble seconds) {
    return seconds.isPresent() ? String.format(Locale.ROOT, "%.2f s", seconds.getAsDouble()) : "–";
  }

  private static void line(PrintStream out, String name, String format, Object... values) {
    out.println(
        String.format(Locale.ROOT, "%-27s", name) + String.format(Locale.ROOT, format, values));
  }
}
