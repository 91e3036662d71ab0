package io.crossfade.verify;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationColumn;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a SELECT is compared by.
 *
 * <p>Ranges are cut where they cost nothing and mean the same in both databases: by the leading
 * columns of the new key that are passed on from the leading columns of the old one, so that both
 * have an index, and whose type has one order everywhere. Text has not: its order is the
 * collation's, and even one collation changes with the version of the library behind it. So has no
 * enum, whose order is its declaration's. Such tables are read as a whole, once, and told apart by
 * hashes of the key, which are the same in all databases. So are tables whose key is cast or
 * computed: a range of it would read the whole old table each time.
 */
public final class ComparedMappings {

  private static final Set<TypeFamily> ONE_ORDER =
      EnumSet.of(
          TypeFamily.INT2,
          TypeFamily.INT4,
          TypeFamily.INT8,
          TypeFamily.NUMERIC,
          TypeFamily.UUID,
          TypeFamily.BYTES,
          TypeFamily.DATE,
          TypeFamily.TIMESTAMP,
          TypeFamily.TIMESTAMPTZ);

  private ComparedMappings() {}

  /**
   * A SELECT or a mapper, and the table that it fills.
   *
   * @param plan as it was written, its outputs in their own types
   * @param target the new table
   */
  public static ComparedMapping of(RowsPlan plan, Table target) {
    return plan instanceof SelectPlan select
        ? of(select, target, List.of())
        : ofMapper(plan, target);
  }

  /**
   * All rows have to be made to find that of one key. So both tables are read as a whole, as often
   * as a batch of rows that differ is looked at.
   */
  private static ComparedMapping ofMapper(RowsPlan plan, Table target) {
    return new ComparedMapping(
        target.id(),
        stored(plan.source()),
        new Relation(
            new Relation.Stored(target.id()),
            plan.columns().stream()
                .map(c -> RelationColumn.plain(c.name(), target.column(c.name()).type()))
                .toList(),
            key(target),
            0),
        Optional.of(new ComparedMapping.Mapper(rows(plan.into(target), List.of()), false)));
  }

  /** A table as it is, to be read as a whole or by its key. */
  static Relation stored(Table table) {
    return new Relation(
        new Relation.Stored(table.id()),
        table.columns().stream().map(c -> RelationColumn.plain(c.name(), c.type())).toList(),
        key(table),
        0);
  }

  private static List<RelationColumn> key(Table table) {
    return table.primaryKey().stream()
        .map(name -> RelationColumn.plain(name, table.column(name).type()))
        .toList();
  }

  /**
   * A SELECT and the table whose columns it fills, in rows that are others'. Where it gives nothing
   * they are NULL, so rows in which all of them are, are not compared.
   *
   * @param plan as of {@link #of}
   */
  public static ComparedMapping filling(SelectPlan plan, Table target) {
    return of(
        plan,
        target,
        plan.columns().stream()
            .map(OutputColumn::name)
            .filter(name -> !target.primaryKey().contains(name))
            .toList());
  }

  private static ComparedMapping of(SelectPlan plan, Table target, List<String> filled) {
    boolean here = !plan.userFunctions().isEmpty();
    int ordered = ordered(plan, target);
    List<RelationColumn> columns = new ArrayList<>();
    for (OutputColumn output : plan.columns()) {
      columns.add(
          new RelationColumn(output.name(), output.type(), target.column(output.name()).type()));
    }
    Relation actual =
        new Relation(
            new Relation.Stored(target.id()),
            columns.stream().map(c -> RelationColumn.plain(c.name(), c.as())).toList(),
            key(target),
            ordered,
            filled);
    return here
        ? new ComparedMapping(
            target.id(),
            oldTable(plan, target, ordered),
            actual,
            Optional.of(new ComparedMapping.Mapper(rows(plan.into(target), filled), true)))
        : new ComparedMapping(
            target.id(),
            new Relation(
                new Relation.Select(
                    plan.oracleSql(UnaryOperator.identity()), versions(plan, target)),
                columns,
                target.primaryKey().stream()
                    .map(
                        name ->
                            new RelationColumn(
                                name, output(plan, name).type(), target.column(name).type()))
                    .toList(),
                ordered,
                filled),
            actual,
            Optional.empty());
  }

  private static OutputColumn output(SelectPlan plan, String name) {
    return plan.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the SELECT does not give " + name));
  }

  private static int ordered(SelectPlan plan, Table target) {
    List<String> oldKey = plan.source().primaryKey();
    int ordered = 0;
    while (ordered < Math.min(target.primaryKey().size(), oldKey.size())) {
      String name = target.primaryKey().get(ordered);
      OutputColumn output = output(plan, name);
      TypeFamily old = output.type().family();
      TypeFamily fresh = target.column(name).type().family();
      boolean oneOrder =
          ONE_ORDER.contains(fresh)
              && (old == fresh || (old.isInteger() && fresh.isInteger()))
              && output.passedFrom().equals(Optional.of(oldKey.get(ordered)));
      if (!oneOrder) {
        return ordered;
      }
      ordered++;
    }
    return ordered;
  }

  private static Optional<Relation.Versions> versions(SelectPlan plan, Table target) {
    List<String> passed = new ArrayList<>();
    for (String name : target.primaryKey()) {
      output(plan, name).passedFrom().ifPresent(passed::add);
    }
    // Of several rows the version of one says nothing of the others.
    boolean whole =
        plan.isRowByRow()
            && passed.size() == target.primaryKey().size()
            && new HashSet<>(passed).equals(Set.copyOf(plan.source().primaryKey()));
    return whole
        ? Optional.of(new Relation.Versions(plan.source().id(), passed))
        : Optional.empty();
  }

  private static Relation oldTable(SelectPlan plan, Table target, int ordered) {
    Table source = plan.source();
    List<RelationColumn> key = new ArrayList<>();
    for (String name : target.primaryKey()) {
      String old =
          output(plan, name)
              .injectiveOf()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the key " + name + " of " + target.id() + " is not an old key"));
      key.add(new RelationColumn(old, source.column(old).type(), target.column(name).type()));
    }
    return new Relation(
        new Relation.Stored(source.id()),
        source.columns().stream()
            .map((Column column) -> RelationColumn.plain(column.name(), column.type()))
            .toList(),
        key,
        ordered);
  }

  private static ComparedMapping.Rows rows(RowsPlan plan, List<String> filled) {
    int[] places =
        IntStream.range(0, plan.columns().size())
            .filter(i -> filled.contains(plan.columns().get(i).name()))
            .toArray();
    return row -> {
      try {
        return plan.rows(row).stream()
            .filter(
                made -> filled.isEmpty() || IntStream.of(places).anyMatch(i -> made.get(i) != null))
            .toList();
      } catch (EvaluationException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    };
  }
}
