package io.crossfade.cli.plan;

import io.crossfade.cli.job.Databases;
import io.crossfade.cli.job.ExpandContract;
import io.crossfade.cli.job.Migration;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.problem.SqlException;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The new tables as they are; those that {@code expand:} is still to make or change, as their
 * SELECTs and mappers want them.
 */
public final class ExpectedTables implements Migration.Target {

  private final Databases databases;
  private final ExpandContract.Pending pending;
  private final SortedSet<TableId> expected = new TreeSet<>();

  private ExpectedTables(Databases databases, ExpandContract.Pending pending) {
    this.databases = databases;
    this.pending = pending;
  }

  /**
   * Asks the target what is still to come.
   *
   * @throws SpecException where a statement is one that we would not run
   */
  public static ExpectedTables of(Spec spec, Databases databases) throws SpecException {
    return new ExpectedTables(databases, ExpandContract.of(spec, databases).pending());
  }

  @Override
  public Optional<Table> table(TableId into, RowsPlan plan) throws SqlException {
    if (!pending.concerns(into) || plan.source().primaryKey().isEmpty()) {
      return databases.target().describe(into);
    }
    expected.add(into);
    return Optional.of(ProposedTable.of(into, plan));
  }

  /** Those that were asked for and are still to be made or changed. */
  public SortedSet<TableId> expected() {
    return Collections.unmodifiableSortedSet(expected);
  }
}
