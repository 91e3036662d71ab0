package io.crossfade.sql.reverse;

import io.crossfade.core.table.Table;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.MappingCheck;
import io.crossfade.sql.SelectPlan;
import java.util.List;
import java.util.Objects;

/**
 * A mapping that runs: an old table, its SELECT and the new table that it fills.
 *
 * @param select over the old table, and others maybe; without an error against the new one
 * @param target the new table
 * @param old the table
 */
public record Forward(SelectPlan select, Table target, Table old) {

  public Forward {
    Objects.requireNonNull(select, "select");
    Objects.requireNonNull(old, "old");
    Objects.requireNonNull(target, "target");
    for (Finding finding : MappingCheck.check(select, target)) {
      if (finding.severity() == Severity.ERROR) {
        throw new IllegalArgumentException(finding.message());
      }
    }
  }

  /** Of the one table that the SELECT reads. */
  public Forward(SelectPlan select, Table target) {
    this(select, target, select.source());
  }

  /** One for each table that the SELECT reads. */
  public static List<Forward> of(SelectPlan select, Table target) {
    return select.sources().stream()
        .distinct()
        .map(old -> new Forward(select, target, old))
        .toList();
  }
}
