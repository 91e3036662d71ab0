package io.crossfade.cli.plan;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.Lineage;
import io.crossfade.sql.Lineage.Kind;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table that a SELECT or a mapper fills as it is. */
final class ProposedTable {

  private ProposedTable() {}

  static Table of(TableId into, RowsPlan plan) throws SqlException {
    return plan instanceof MapperPlan mapper ? of(into, mapper) : of(into, (SelectPlan) plan);
  }

  /** What it declares. */
  private static Table of(TableId into, MapperPlan mapper) {
    List<Column> columns =
        mapper.columns().stream()
            .map(
                output ->
                    output.nullable()
                        ? Column.nullable(output.name(), output.type())
                        : Column.required(output.name(), output.type()))
            .toList();
    return new Table(into, columns, mapper.key());
  }

  /**
   * Its types, and the old table's key.
   *
   * @throws SqlException where the SELECT does not give the old table's key, or several rows of one
   *     key, so that the new one could have none
   */
  private static Table of(TableId into, SelectPlan plan) throws SqlException {
    if (plan.grouping().isPresent()) {
      return of(into, plan, groupKey(into, plan));
    }
    if (!plan.givesOneAtMost()) {
      throw new SqlException(
          List.of(
              new SqlProblem(
                  1,
                  1,
                  "a row of "
                      + plan.source().id()
                      + " can give several, so its key does not tell them apart: create "
                      + into
                      + " yourself, with the key that does")));
    }
    List<String> key = new ArrayList<>();
    List<SqlProblem> problems = new ArrayList<>();
    for (String column : plan.source().primaryKey()) {
      Optional<OutputColumn> survivor = Mapped.survivor(plan, column);
      survivor.ifPresentOrElse(
          output -> key.add(output.name()),
          () ->
              problems.add(
                  new SqlProblem(
                      1,
                      1,
                      "the SELECT does not give "
                          + column
                          + ", a part of the primary key of "
                          + plan.source().id()
                          + ", as it is or cast without loss; without it "
                          + into
                          + " can have no key")));
    }
    if (!problems.isEmpty()) {
      throw new SqlException(problems);
    }
    return of(into, plan, key);
  }

  private static List<String> groupKey(TableId into, SelectPlan plan) throws SqlException {
    Optional<List<String>> key = plan.groupKey();
    if (key.isEmpty()) {
      throw new SqlException(
          List.of(
              new SqlProblem(
                  1,
                  1,
                  "the SELECT does not give all of its GROUP BY; without it "
                      + into
                      + " can have no key")));
    }
    return key.get();
  }

  private static Table of(TableId into, SelectPlan plan, List<String> key) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < plan.columns().size(); i++) {
      OutputColumn output = plan.columns().get(i);
      boolean required = !output.nullable() || key.contains(output.name());
      ColumnType type = type(output, Lineage.of(plan, i).kind());
      columns.add(
          required ? Column.required(output.name(), type) : Column.nullable(output.name(), type));
    }
    return new Table(into, columns, key);
  }

  /** An expression over {@code varchar} is one without a length, for which people write text. */
  private static ColumnType type(OutputColumn output, Kind kind) {
    boolean unlimited =
        output.type().family() == TypeFamily.VARCHAR
            && output.type().precision() == ColumnType.UNSPECIFIED;
    return unlimited && kind == Kind.COMPUTED
        ? ColumnType.of(TypeFamily.TEXT, "text")
        : output.type();
  }
}
