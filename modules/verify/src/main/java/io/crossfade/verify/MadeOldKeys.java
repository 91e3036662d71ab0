package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.RowsPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all new rows, where neither the new key nor the source tells the old row. So it reads the
 * old table as a whole, once for each call; in memory are the keys that are asked for.
 */
public final class MadeOldKeys implements OldRows {

  private static final Logger LOG = LoggerFactory.getLogger(MadeOldKeys.class);

  private final ComparedDatabase source;
  private final RowsPlan plan;
  private final Table target;
  private final RowComparison comparison;

  /**
   * @param plan what makes the rows, as the new table stores them
   */
  public MadeOldKeys(ComparedDatabase source, RowsPlan plan, Table target) {
    this.source = source;
    this.plan = plan;
    this.target = target;
    this.comparison = new RowComparison(ComparedMappings.of(plan, target).actual());
  }

  @Override
  public List<Behind> of(List<Map<String, String>> keys) {
    List<Row> wanted = new ArrayList<>();
    for (Map<String, String> key : keys) {
      wanted.add(
          comparison.key(
              Row.of(target.primaryKey().stream().map(key::get).toArray(String[]::new))));
    }
    Set<Row> open = new HashSet<>(wanted);
    Map<Row, Row> found = new HashMap<>();
    try (RelationReader reader = source.open(ComparedMappings.stored(plan.source()))) {
      reader.rows(
          KeyRange.ALL,
          old -> {
            for (Row row : rows(old)) {
              Row key = comparison.keyOf(row);
              if (open.contains(key)) {
                found.put(key, oldKey(old));
              }
            }
          });
    }
    return wanted.stream()
        .map(key -> found.containsKey(key) ? new Found(found.get(key)) : (Behind) new None(key))
        .toList();
  }

  /** A bad row claims nothing. */
  private List<Row> rows(Row old) {
    try {
      return plan.rows(old);
    } catch (EvaluationException e) {
      LOG.debug("no row comes of {} of {}", oldKey(old), plan.source().id(), e);
      return List.of();
    }
  }

  private Row oldKey(Row old) {
    String[] values = new String[old.size()];
    for (int place : plan.source().keyIndexes()) {
      values[place] = old.get(place);
    }
    return Row.of(values);
  }
}
