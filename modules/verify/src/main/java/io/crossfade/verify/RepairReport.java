package io.crossfade.verify;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How a repair stands, or ended.
 *
 * @param migration its name
 * @param spec the spec's fingerprint, 64 hex digits
 * @param reason why, in the operator's words; empty where none was given
 * @param begun when, in ISO form
 * @param ended when, in ISO form; empty while it goes on
 * @param step what it does: {@code comparing}, {@code sending}, {@code comparing again}, {@code
 *     done}
 * @param outcome of all together; empty while it goes on
 * @param tables one for each table that was asked for; while it compares, none
 * @param waitingFor why it stands still just now; empty where it does not
 */
public record RepairReport(
    String migration,
    String spec,
    String reason,
    String begun,
    Optional<String> ended,
    String step,
    Optional<Outcome> outcome,
    List<RepairedTable> tables,
    Optional<String> waitingFor) {

  public RepairReport {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(begun, "begun");
    Objects.requireNonNull(ended, "ended");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(outcome, "outcome");
    tables = List.copyOf(tables);
    Objects.requireNonNull(waitingFor, "waitingFor");
  }

  /** As lines for people, once it has ended. */
  public String text() {
    int width = Math.max(5, tables.stream().mapToInt(t -> t.into().length()).max().orElse(0));
    String line = "%-" + width + "s  %-10s  %10s  %10s  %8s  %16s%n";
    StringBuilder text = new StringBuilder();
    text.append(
        format(line, "TABLE", "RESULT", "DIFFERED", "SENT AGAIN", "DELETED", "STILL DIFFERENT"));
    for (RepairedTable table : tables) {
      text.append(
          format(
              line,
              table.into(),
              table.outcome().map(Outcome::toString).orElse("running"),
              format("%,d", table.differing()),
              format("%,d", table.sent()),
              format("%,d", table.deleted()),
              format("%,d", table.stillDiffering())));
      table.why().ifPresent(why -> text.append(format("  %s%n", why)));
    }
    return text.append(format("%s%n", verdict())).toString();
  }

  private String verdict() {
    return switch (outcome.orElse(Outcome.INCOMPLETE)) {
      case EQUAL ->
          tables.stream().allMatch(table -> table.differing() == 0)
              ? "Equal: nothing differed, nothing was sent."
              : "Equal: what differed was sent again, and differs no more.";
      case DIFFERENT ->
          "Different. Next: `crossfade repair --keys` lists the rows that a repair does not change;"
              + " `crossfade resync` copies a table again.";
      case INCOMPLETE ->
          "Incomplete. Nothing is left half done. Next: see the reasons above, and repair again.";
    };
  }

  /** One line while it runs. */
  public String progress() {
    long sent = tables.stream().mapToLong(table -> table.sent() + table.deleted()).sum();
    return format("repair: %s, %,d rows sent again", step, sent)
        + waitingFor.map(why -> "; waiting: " + why).orElse("");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
