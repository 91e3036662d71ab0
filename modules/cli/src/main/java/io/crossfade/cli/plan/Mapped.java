package io.crossfade.cli.plan;

import io.crossfade.core.table.Table;
import io.crossfade.postgres.catalog.TableDetails;
import io.crossfade.postgres.catalog.UniqueKey;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A mapping with all that is known of its two tables.
 *
 * @param spec its entry in the file
 * @param plan its SELECT or mapper over the whole old table
 * @param details the old table
 * @param target the new table, as it is or as it is proposed
 * @param existing all that is known of the new table; empty where the target has it not
 */
record Mapped(
    TableSpec spec,
    RowsPlan plan,
    TableDetails details,
    Table target,
    Optional<TableDetails> existing) {

  /** Whether the target has the new table. */
  boolean exists() {
    return existing.isPresent();
  }

  /** What becomes of an old column that survives: the new column, untouched or told apart. */
  Optional<OutputColumn> survivor(String column) {
    return survivor(plan, column);
  }

  /** The columns that old ones become; empty unless all survive. */
  Optional<List<String>> survivors(List<String> columns) {
    List<String> names =
        columns.stream().flatMap(c -> survivor(c).stream()).map(OutputColumn::name).toList();
    return names.size() == columns.size() ? Optional.of(names) : Optional.empty();
  }

  static Optional<OutputColumn> survivor(RowsPlan plan, String column) {
    Optional<OutputColumn> copied =
        plan.columns().stream()
            .filter(output -> output.passedFrom().filter(column::equals).isPresent())
            .findFirst();
    return copied.or(
        () ->
            plan.columns().stream()
                .filter(output -> output.injectiveOf().filter(column::equals).isPresent())
                .findFirst());
  }

  /** Whether a new column has the values, the type and the name of the old one. */
  boolean isSame(String column) {
    return plan.columns().stream()
        .filter(output -> output.name().equals(column))
        .filter(output -> output.passedFrom().filter(column::equals).isPresent())
        .anyMatch(output -> output.type().equals(target.column(column).type()));
  }

  /** Whether the new table tells rows apart by these of its columns. */
  boolean hasKey(List<String> columns) {
    Set<String> wanted = Set.copyOf(columns);
    List<List<String>> unique =
        existing
            .map(table -> table.uniqueKeys().stream().map(UniqueKey::columns).toList())
            .orElseGet(
                () ->
                    details.uniqueKeys().stream()
                        .flatMap(key -> survivors(key.columns()).stream())
                        .toList());
    return wanted.equals(Set.copyOf(target.primaryKey()))
        || unique.stream().anyMatch(key -> wanted.equals(Set.copyOf(key)));
  }
}
