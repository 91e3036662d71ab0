package io.crossfade.sql.reverse;

import io.crossfade.core.table.Table;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A mapping that runs: an old table, its SELECT or mapper, and the new table that it fills.
 *
 * @param plan over the old table, and others maybe; without an error against the new one
 * @param target the new table
 * @param old the table
 */
public record Forward(RowsPlan plan, Table target, Table old) {

  public Forward {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(old, "old");
    Objects.requireNonNull(target, "target");
    for (Finding finding : plan.check(target)) {
      if (finding.severity() == Severity.ERROR) {
        throw new IllegalArgumentException(finding.message());
      }
    }
  }

  /** Of the one table that is read. */
  public Forward(RowsPlan plan, Table target) {
    this(plan, target, plan.source());
  }

  /** One for each table that is read. */
  public static List<Forward> of(RowsPlan plan, Table target) {
    return plan.sources().stream().distinct().map(old -> new Forward(plan, target, old)).toList();
  }

  /** The mapper; empty where it is a SELECT. */
  Optional<MapperPlan> mapper() {
    return plan instanceof MapperPlan mapper ? Optional.of(mapper) : Optional.empty();
  }

  /** The SELECT; not to be asked for where there is a {@link #mapper}. */
  public SelectPlan select() {
    return (SelectPlan) plan;
  }
}
