package io.crossfade.verify;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * From the key of a new row to that of the old one which it would come from. Each column of the new
 * key is one of the old key, as it is or cast without loss. The way back of a cast is not computed:
 * texts that could be the old value are tried, and the SELECT's own expression must make the new
 * value of it. So an old key that is found is the right one; none is found where no old row can
 * have it (a number that the old type does not hold), and for a few casts of dates before our era.
 */
public final class OldKeys {

  private final SelectPlan plan;
  private final Table target;

  /**
   * @param plan the SELECT, cast to the columns of the new table
   */
  public OldKeys(SelectPlan plan, Table target) {
    this.plan = plan;
    this.target = target;
  }

  /**
   * The old key.
   *
   * @param key the new one, by its columns
   * @return a row of the old table of which the key's columns are there; empty where none is found
   */
  Optional<Row> of(Map<String, String> key) {
    Table source = plan.source();
    String[] values = new String[source.columns().size()];
    for (String name : target.primaryKey()) {
      Optional<String> old = old(name, key.get(name));
      if (old.isEmpty()) {
        return Optional.empty();
      }
      values[index(oldColumn(name))] = old.get();
    }
    return Optional.of(Row.of(values));
  }

  private Optional<String> old(String name, String value) {
    ColumnType type = target.column(name).type();
    for (String candidate : candidates(value)) {
      String[] values = new String[plan.source().columns().size()];
      values[index(oldColumn(name))] = candidate;
      try {
        String made = plan.evaluateColumns(List.of(name), Row.of(values)).get(0);
        if (made != null
            && RowComparison.normal(type.family(), made)
                .equals(RowComparison.normal(type.family(), value))) {
          return Optional.of(candidate);
        }
      } catch (EvaluationException | RuntimeException e) {
        // No value of the old type: the next one, or none.
        continue;
      }
    }
    return Optional.empty();
  }

  /**
   * A boolean from a number or a word, a date from a timestamp, a timestamp with or without UTC.
   */
  private static Set<String> candidates(String value) {
    Set<String> candidates = new LinkedHashSet<>();
    candidates.add(value);
    int blank = value.indexOf(' ');
    if (blank > 0) {
      candidates.add(value.substring(0, blank));
    }
    if (value.endsWith("+00")) {
      candidates.add(value.substring(0, value.length() - 3));
    }
    candidates.add(value + "+00");
    candidates.add("t");
    candidates.add("f");
    return candidates;
  }

  private String oldColumn(String name) {
    return plan.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .flatMap(OutputColumn::injectiveOf)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the key " + name + " of " + target.id() + " is not an old key"));
  }

  private int index(String column) {
    return plan.source().indexOf(column).orElseThrow();
  }
}
