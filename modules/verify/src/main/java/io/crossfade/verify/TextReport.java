package io.crossfade.verify;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reports as lines for people. */
public final class TextReport {

  /** What the result of a comparison after a cutover means. */
  static final String REVERSED =
      "Writes are on the new tables. Their rows are the expected ones; the actual ones are what the"
          + " SELECTs give over the old tables, which is what the new tables are after a rollback.";

  private TextReport() {}

  static String capital(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }

  /** The whole, once it has ended. */
  public static String of(VerificationReport report) {
    int width =
        Math.max(
            5, report.tables().stream().mapToInt(table -> table.into().length()).max().orElse(0));
    String line = "%-" + width + "s  %-10s  %15s  %15s  %s%n";
    StringBuilder text = new StringBuilder();
    text.append(format(line, "TABLE", "RESULT", "EXPECTED ROWS", "ACTUAL ROWS", "DIFFERENCES"));
    for (TableResult table : report.tables()) {
      text.append(
          format(
              line,
              table.into(),
              table.outcome().map(Outcome::toString).orElse("running"),
              format("%,d", table.expectedRows()),
              format("%,d", table.actualRows()),
              counts(table.differences())));
      if (table.vacuous()) {
        text.append(format("  there was no row on either side, so this says nothing%n"));
      }
      table.why().ifPresent(why -> text.append(format("  %s%n", why)));
    }
    if (report.reversed()) {
      text.append(format("%s%n", REVERSED));
      report.loss().forEach(loss -> text.append(format("%s.%n", capital(loss))));
    }
    report.checks().forEach(check -> text.append(of(check)));
    if (!report.wentOn().isEmpty()) {
      text.append(format("%s%n", interrupted(report)));
    }
    text.append(format("%s%n", verdict(report)));
    return text.toString();
  }

  /** That the job was away in between. */
  static String interrupted(VerificationReport report) {
    return "It was interrupted by the end of the job, and went on at "
        + String.join(", ", report.wentOn())
        + ".";
  }

  private static String of(CheckResult check) {
    String answers =
        check.outcome().equals(java.util.Optional.of(Outcome.EQUAL))
            ? ""
            : check.source().map(s -> ": source " + s).orElse("")
                + check.target().map(t -> ", target " + t).orElse("");
    return format(
        "check %s: %s%s%s%n",
        check.name(),
        check.outcome().map(Outcome::toString).orElse("running"),
        answers,
        check.why().map(why -> "; " + why).orElse(""));
  }

  private static String verdict(VerificationReport report) {
    return switch (report.outcome().orElse(Outcome.INCOMPLETE)) {
      case EQUAL -> "Equal: what was asked for was compared to its end, and nothing differs.";
      case DIFFERENT ->
          report.reversed()
              ? "Different: the old tables do not hold all that was written since the cutover. Next:"
                  + " `crossfade verify --keys` lists the rows; as long as nobody rolls back, nothing"
                  + " of them is lost."
              : "Different. Next: `crossfade verify --keys` lists the rows; `crossfade repair` sends them"
                  + " again.";
      case INCOMPLETE ->
          "Incomplete: no difference was found, but not all could be compared. Next: see the reasons"
              + " above, and verify again.";
    };
  }

  /** One line while it runs. */
  public static String progress(VerificationReport report) {
    List<String> parts =
        report.tables().stream()
            .filter(table -> table.begun().isPresent())
            .map(
                table ->
                    format(
                        "%s %s %,d rows, %s",
                        table.into(),
                        table.outcome().map(Outcome::toString).orElse("comparing"),
                        Math.max(table.expectedRows(), table.actualRows()),
                        counts(table.differences())))
            .toList();
    return "verify: "
        + (parts.isEmpty() ? "starting" : String.join("; ", parts))
        + report.waitingFor().map(why -> "; waiting: " + why).orElse("");
  }

  static String counts(Map<String, Long> differences) {
    return differences.isEmpty()
        ? "none"
        : differences.entrySet().stream()
            .map(entry -> format("%,d %s", entry.getValue(), entry.getKey()))
            .collect(Collectors.joining(", "));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
