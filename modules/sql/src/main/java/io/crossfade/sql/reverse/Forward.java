package io.crossfade.sql.reverse;

import io.crossfade.core.table.Table;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.MappingCheck;
import io.crossfade.sql.SelectPlan;
import java.util.Objects;

/**
 * A mapping that runs: an old table, its SELECT and the new table that it fills.
 *
 * @param select over the old table; without an error against the new one
 * @param target the new table
 */
public record Forward(SelectPlan select, Table target) {

  public Forward {
    Objects.requireNonNull(select, "select");
    Objects.requireNonNull(target, "target");
    for (Finding finding : MappingCheck.check(select, target)) {
      if (finding.severity() == Severity.ERROR) {
        throw new IllegalArgumentException(finding.message());
      }
    }
  }

  /** The table that the SELECT reads. */
  public Table old() {
    return select.source();
  }
}
