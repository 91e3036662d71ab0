package io.crossfade.verify;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a verification stands, or ended.
 *
 * @param migration its name
 * @param spec the spec's fingerprint, 64 hex digits
 * @param source the database with the old tables, as far as it may be shown
 * @param target the database with the new tables, likewise
 * @param begun when, in ISO form
 * @param wentOn when it went on after an interruption of the job, in ISO form; mostly none
 * @param ended when, in ISO form; empty while it goes on
 * @param outcome of all together; empty while it goes on
 * @param masked whether values are left out
 * @param reversed whether the new tables took the writes, so that their rows were expected, and the
 *     SELECTs over the old tables, which followed, had to give them
 * @param loss what a rollback would lose, a sentence for each table in which something differs;
 *     none where the old tables took the writes
 * @param tables one for each table that was asked for
 * @param checks one for each pair of the spec
 * @param waitingFor why it stands still just now; empty where it does not
 */
public record VerificationReport(
    String migration,
    String spec,
    String source,
    String target,
    String begun,
    List<String> wentOn,
    Optional<String> ended,
    Optional<Outcome> outcome,
    boolean masked,
    boolean reversed,
    List<String> loss,
    List<TableResult> tables,
    List<CheckResult> checks,
    Optional<String> waitingFor) {

  public VerificationReport {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(begun, "begun");
    // An older job does not say it.
    wentOn = wentOn == null ? List.of() : List.copyOf(wentOn);
    Objects.requireNonNull(ended, "ended");
    Objects.requireNonNull(outcome, "outcome");
    // Nor that.
    loss = loss == null ? List.of() : List.copyOf(loss);
    tables = List.copyOf(tables);
    checks = List.copyOf(checks);
    Objects.requireNonNull(waitingFor, "waitingFor");
  }

  /** Differences of all tables and kinds; rows that were hot are not among them. */
  public long differences() {
    return tables.stream()
        .flatMap(table -> table.differences().entrySet().stream())
        .filter(entry -> !entry.getKey().equals(Difference.Kind.HOT.toString()))
        .mapToLong(java.util.Map.Entry::getValue)
        .sum();
  }
}
