package io.crossfade.cli.job;

import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Writing;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.spec.Place;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.TableSpec;
import io.crossfade.spec.TableSpec.Existing;
import io.crossfade.sql.Finding;
import io.crossfade.sql.MappingCheck;
import io.crossfade.sql.Plugins;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.reverse.Forward;
import io.crossfade.transform.Mapping;
import io.crossfade.transform.Mappings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A spec together with what its databases say: each SELECT and mapper compiled against the old
 * tables as they are and checked against the new ones.
 *
 * @param spec the file
 * @param tables one for each mapping, in the file's order
 * @param forwards the same for each of its old tables, over all columns: what a way back is derived
 *     from
 * @param plugins functions and mappers of the user's own
 * @param warnings what somebody should know, with places in the file
 */
public record Migration(
    Spec spec,
    List<MappedTable> tables,
    List<Forward> forwards,
    Plugins plugins,
    List<Problem> warnings) {

  /** Before the SELECT of a table whose columns are filled, in what a migration stands for. */
  static final String FILLING = "/* columns: fill */ ";

  /**
   * A mapping.
   *
   * @param from the entry in the file
   * @param plan its SELECT or mapper over the columns that are captured, cast to the columns of the
   *     new table as an INSERT would
   * @param target the new table
   * @param writing what of it is ours
   */
  public record MappedTable(TableSpec from, RowsPlan plan, Table target, Writing writing) {

    /** Columns that are written, but for the key. */
    Set<String> filled() {
      Set<String> filled = new HashSet<>();
      plan.columns().forEach(column -> filled.add(column.name()));
      target.primaryKey().forEach(filled::remove);
      return filled;
    }
  }

  public Migration {
    tables = List.copyOf(tables);
    forwards = List.copyOf(forwards);
    warnings = List.copyOf(warnings);
  }

  /**
   * What the old tables look like.
   *
   * @param table a table's shape; empty where there is none of that name
   * @param tablesOf the tables of a schema
   * @param holdsNewTables whether the new tables are in the same database
   */
  public record Source(
      Function<TableId, Optional<Table>> table,
      Function<TableId, Map<String, String>> notCarried,
      Function<String, List<TableId>> tablesOf,
      BooleanSupplier holdsNewTables) {}

  /** The new tables' shapes. */
  @FunctionalInterface
  public interface Target {
    /**
     * The table that a SELECT or a mapper is to fill.
     *
     * @return empty where there is none of that name
     * @throws SqlException where it could fill none
     */
    Optional<Table> table(TableId into, RowsPlan plan) throws SqlException;
  }

  /**
   * Compiles all SELECTs and mappers.
   *
   * @param plugins functions and mappers of the user's own
   * @throws SpecException with all that is wrong
   */
  public static Migration compile(Spec spec, Plugins plugins, Source source, Target target)
      throws SpecException {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    List<MappedTable> tables = new ArrayList<>();
    List<Forward> forwards = new ArrayList<>();
    Map<TableId, Optional<Table>> known = new LinkedHashMap<>();
    Map<TableId, Map<String, String>> refused = new LinkedHashMap<>();
    Function<TableId, Optional<Table>> describe = id -> known.computeIfAbsent(id, source.table());
    for (TableSpec table : WholeSchemas.expand(spec, source.tablesOf(), describe, problems)) {
      try {
        RowsPlan plan = Compiled.of(table, describe, plugins);
        List<Problem> found = new ArrayList<>();
        for (Table old : plan.sources()) {
          found.addAll(
              unreadable(table, plan, old, refused.computeIfAbsent(old.id(), source.notCarried())));
        }
        Optional<Table> into = target.table(table.into(), plan);
        if (into.isEmpty()) {
          found.add(table.place().problem(missing(spec, table)));
        } else if (found.isEmpty()) {
          Writing writing = writing(table, plan, source);
          check(table, plan, into.get(), writing, found, warnings);
          if (found.isEmpty()) {
            if (!writing.fills()) {
              forwards.addAll(Forward.of(plan, into.get()));
            }
            tables.add(
                new MappedTable(
                    table,
                    captured(table, plan, plugins, refused).into(into.get()),
                    into.get(),
                    writing));
          }
        }
        problems.addAll(found);
      } catch (SpecException e) {
        problems.addAll(e.problems());
      } catch (SqlException e) {
        for (SqlProblem problem : e.problems()) {
          problems.add(
              table.select().problemAt(problem.line(), problem.column(), problem.message()));
        }
      }
    }
    Filling.check(tables, source, problems, warnings);
    if (problems.isEmpty()) {
      new WaysBack(forwards, plugins.functions(), problems, warnings).check(spec);
    }
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
    return new Migration(spec, tables, forwards, plugins, warnings);
  }

  private static Writing writing(TableSpec table, RowsPlan plan, Source source) {
    if (!table.fills()) {
      return Writing.ROWS;
    }
    return plan.source().id().equals(table.into()) && source.holdsNewTables().getAsBoolean()
        ? Writing.OWN_COLUMNS
        : Writing.COLUMNS;
  }

  /** Whether nothing but columns is filled: then there is nothing to switch to, or back from. */
  boolean onlyFills() {
    return tables.stream().allMatch(table -> table.writing().fills());
  }

  private static String missing(Spec spec, TableSpec table) {
    return "the target has no table "
        + table.into()
        + "; create it first: `crossfade plan --ddl` proposes it"
        + WholeSchemas.leavingOut(spec, table).map(how -> "; or " + how).orElse("");
  }

  /** The old tables with the columns that are captured, each once. */
  public List<Table> sources() {
    Map<TableId, Table> sources = new LinkedHashMap<>();
    tables.forEach(
        table -> table.plan().sources().forEach(source -> sources.put(source.id(), source)));
    return List.copyOf(sources.values());
  }

  /** As {@link #sources}, with the columns that SELECTs use, and those of the keys. */
  List<CapturedTable> captured() {
    return sources().stream()
        .map(
            source -> {
              Set<String> used = new HashSet<>(source.primaryKey());
              tables.forEach(table -> used.addAll(table.plan().inputColumns(source.id())));
              return new CapturedTable(source, used);
            })
        .toList();
  }

  /**
   * The old tables that a name stands for: that of an old table, or of a new one.
   *
   * @throws IllegalArgumentException where it stands for none
   */
  List<TableId> sourcesOf(String name) {
    List<TableId> old = sources().stream().map(Table::id).toList();
    if (old.stream().anyMatch(id -> id.toString().equals(name))) {
      return old.stream().filter(id -> id.toString().equals(name)).toList();
    }
    List<TableId> found =
        tables.stream()
            .filter(table -> table.target().id().toString().equals(name))
            .flatMap(table -> table.plan().sources().stream())
            .map(Table::id)
            .distinct()
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "no table "
              + name
              + "; there are "
              + String.join(", ", tables.stream().map(t -> t.target().id().toString()).toList()));
    }
    return found;
  }

  /**
   * The SELECT of each new table by its name, and before it that it fills columns; of a mapper,
   * what it is and its code.
   */
  Map<String, String> selects() {
    Map<String, String> selects = new LinkedHashMap<>();
    tables.forEach(
        table ->
            selects.put(
                table.target().id().toString(),
                table.from().mapper().isPresent()
                    ? table.plan().definition()
                    : (table.writing().fills() ? FILLING : "")
                        + table.from().select().text().strip()));
    return selects;
  }

  /** Functions of the user's own. */
  List<ScalarFunction> functions() {
    return plugins.functions();
  }

  /** Those of the mappings that fill these new tables. */
  List<MappedTable> into(Set<TableId> targets) {
    return tables.stream().filter(table -> targets.contains(table.target().id())).toList();
  }

  /** What apply is given. */
  public List<Mapping> mappings() {
    return tables.stream()
        .map(
            table ->
                table.writing().fills()
                    ? Mappings.filling((SelectPlan) table.plan(), table.target(), table.writing())
                    : Mappings.of(
                        table.plan(), table.target(), table.from().existing() == Existing.REFUSE))
        .toList();
  }

  private static void check(
      TableSpec table,
      RowsPlan plan,
      Table target,
      Writing writing,
      List<Problem> problems,
      List<Problem> warnings) {
    List<Finding> findings =
        writing.fills()
            ? MappingCheck.checkFilling((SelectPlan) plan, target, writing == Writing.OWN_COLUMNS)
            : plan.check(target);
    for (Finding finding : findings) {
      Problem problem =
          finding
              .position()
              .map(at -> table.select().problemAt(at.line(), at.column(), finding.message()))
              .orElseGet(() -> missingIn(table).problem(finding.message()));
      (finding.severity() == Finding.Severity.ERROR ? problems : warnings).add(problem);
    }
  }

  /** What has no place in the SELECT; a mapper as a whole has one. */
  private static Place missingIn(TableSpec table) {
    return table.mapper().isPresent() ? Compiled.place(table) : table.place();
  }

  /** Columns that are not captured must not be used. */
  private static List<Problem> unreadable(
      TableSpec table, RowsPlan plan, Table source, Map<String, String> notCarried) {
    List<Problem> problems = new ArrayList<>();
    if (source.primaryKey().isEmpty()) {
      problems.add(
          table
              .select()
              .problemAt(
                  1,
                  1,
                  source.id()
                      + " has no primary key, so its rows cannot be told apart; add one at the source"));
    }
    for (Column column : source.columns()) {
      boolean used =
          plan.inputColumns(source.id()).contains(column.name())
              || source.primaryKey().contains(column.name());
      if (used && notCarried.containsKey(column.name())) {
        problems.add(
            Compiled.place(table)
                .problem(
                    "column "
                        + column.name()
                        + " of "
                        + source.id()
                        + " "
                        + notCarried.get(column.name())
                        + (column.generated()
                            ? "; write its expression instead"
                            : "; leave it out")));
      }
    }
    return problems;
  }

  /** The same over the tables without the columns that are not captured: none of them is used. */
  private static RowsPlan captured(
      TableSpec table, RowsPlan plan, Plugins plugins, Map<TableId, Map<String, String>> notCarried)
      throws SpecException {
    Map<TableId, Table> captured = new LinkedHashMap<>();
    for (Table whole : plan.sources()) {
      Set<String> without = notCarried.get(whole.id()).keySet();
      captured.put(
          whole.id(),
          new Table(
              whole.id(),
              whole.columns().stream().filter(c -> !without.contains(c.name())).toList(),
              whole.primaryKey()));
    }
    return plan.sources().stream().allMatch(whole -> captured.get(whole.id()).equals(whole))
        ? plan
        : Compiled.of(table, id -> Optional.ofNullable(captured.get(id)), plugins);
  }
}
