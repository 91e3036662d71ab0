package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationColumn;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Asks the source, where a new key does not tell the old one: the SELECT with the old key beside
 * its columns. What it does not give now comes of no old row now. Without an index for the new
 * key's expressions the source reads the old table, once for each call.
 */
public final class AskedOldKeys implements OldRows {

  private final ComparedDatabase source;
  private final SelectPlan plan;
  private final Table target;
  private final Relation relation;
  private final RowComparison comparison;

  /**
   * @param plan the SELECT as it was written, its outputs in their own types
   */
  public AskedOldKeys(ComparedDatabase source, SelectPlan plan, Table target) {
    this.source = source;
    this.plan = plan;
    this.target = target;
    List<RelationColumn> key = new ArrayList<>();
    for (String name : target.primaryKey()) {
      OutputColumn output =
          plan.columns().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
      key.add(new RelationColumn(name, output.type(), target.column(name).type()));
    }
    List<RelationColumn> columns = new ArrayList<>(key);
    List<String> old = plan.source().primaryKey();
    for (int i = 0; i < old.size(); i++) {
      columns.add(
          RelationColumn.plain(
              SelectPlan.oldKeyColumn(i), plan.source().column(old.get(i)).type()));
    }
    this.relation =
        new Relation(
            new Relation.Select(
                plan.oracleSqlWithOldKey(UnaryOperator.identity()), Optional.empty()),
            columns,
            key,
            0);
    this.comparison = new RowComparison(relation);
  }

  @Override
  public List<Behind> of(List<Map<String, String>> keys) {
    List<Row> wanted = keys.stream().map(this::key).toList();
    Map<Row, Row> found = new HashMap<>();
    try (RelationReader reader = source.open(relation)) {
      reader.rows(wanted, row -> found.put(comparison.keyOf(row.values()), oldKey(row.values())));
    }
    return wanted.stream()
        .map(
            key -> {
              Row old = found.get(comparison.key(key));
              return old == null ? (Behind) new None(key) : new Found(old);
            })
        .toList();
  }

  private Row key(Map<String, String> key) {
    return Row.of(target.primaryKey().stream().map(key::get).toArray(String[]::new));
  }

  private Row oldKey(Row values) {
    String[] old = new String[plan.source().columns().size()];
    int[] places = plan.source().keyIndexes();
    for (int i = 0; i < places.length; i++) {
      old[places[i]] = values.get(target.primaryKey().size() + i);
    }
    return Row.of(old);
  }
}
