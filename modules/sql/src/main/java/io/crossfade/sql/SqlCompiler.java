package io.crossfade.sql;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.sql.bind.Binder;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.bind.Expr.Apply;
import io.crossfade.sql.bind.Expr.Input;
import io.crossfade.sql.bind.UserFunctions;
import io.crossfade.sql.front.FrontEnd;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.group.Aggregates;
import io.crossfade.sql.group.Grouping;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Compiles the SELECT of a mapping. Parsed by Calcite, understood and evaluated as PostgreSQL does:
 * the same results, the same SQLSTATE of errors. What is not on the list is refused with its place
 * and what to write instead.
 *
 * <p>Assumptions about the databases: UTF-8; {@code TimeZone} UTC, {@code DateStyle} ISO; upper and
 * lower case by Unicode's simple mapping, as under every locale provider but the collations C and
 * POSIX, which know ASCII only.
 *
 * <p>Cheap to make, safe for several threads if the catalog is.
 */
public final class SqlCompiler {

  private final Function<TableId, Optional<Table>> catalog;
  private final UserFunctions functions;

  /**
   * A compiler over the tables of a source.
   *
   * @param catalog gives a table's shape; a name without a schema is looked up in {@code public}
   */
  public SqlCompiler(Function<TableId, Optional<Table>> catalog) {
    this(catalog, List.of());
  }

  /**
   * The same, with functions of the user's own.
   *
   * @param functions what a SELECT may call beside PostgreSQL's functions
   * @throws IllegalArgumentException where a function's declaration is wrong or its name is taken
   */
  public SqlCompiler(Function<TableId, Optional<Table>> catalog, List<ScalarFunction> functions) {
    this.catalog = Objects.requireNonNull(catalog, "catalog");
    this.functions = UserFunctions.of(functions);
  }

  /**
   * Compiles a SELECT.
   *
   * @throws SqlException with all that is wrong with it
   */
  public SelectPlan compile(String sql) throws SqlException {
    ParsedSelect parsed = FrontEnd.read(sql, catalog);
    Set<String> used = new TreeSet<>();
    List<SqlProblem> problems = new ArrayList<>();
    Optional<Joining> joining =
        parsed.joins().isEmpty()
            ? Optional.empty()
            : Joining.of(parsed, table -> new Binder(table, functions, used), problems);
    failOn(problems);
    Table row = joining.map(Joining::rows).orElse(parsed.source());
    Optional<Splitting> splitting =
        parsed.elements().isPresent()
            ? splitting(parsed.elements().get(), new Binder(row, functions, used), row, problems)
            : Optional.empty();
    failOn(problems);
    Table rows = splitting.map(Splitting::rows).orElse(row);
    Binder overRows = new Binder(rows, functions, used);
    Optional<Expr> condition = parsed.where().flatMap(overRows::condition);
    Optional<Grouping> grouping =
        parsed.groups().isPresent()
            ? Optional.of(grouping(parsed, overRows, telling(parsed, joining, row), problems))
            : Optional.empty();
    Binder binder = overRows;
    if (grouping.isPresent()) {
      problems.addAll(overRows.problems());
      failOn(problems);
      binder = new Binder(grouping.get().rows(), functions, used);
    }
    List<OutputColumn> columns = new ArrayList<>();
    List<Expr> outputs = new ArrayList<>();
    for (Item item : parsed.items()) {
      Optional<Expr> output = binder.output(item.term());
      if (output.isPresent()) {
        outputs.add(output.get());
        columns.add(column(item, output.get(), grouping, parsed.source()));
      }
    }
    Optional<Expr> having =
        parsed.groups().flatMap(ParsedSelect.Groups::having).flatMap(binder::havingCondition);
    failOn(binder.problems());
    return new SelectPlan(
        sql,
        parsed,
        new SelectPlan.Rows(joining, splitting, condition, grouping),
        columns,
        outputs,
        having,
        used);
  }

  /**
   * The columns that tell the rows apart that are put together: of tables of which a row finds one
   * at the most there are none among them.
   */
  private static Set<Integer> telling(
      ParsedSelect parsed, Optional<Joining> joining, Table tables) {
    Set<Integer> telling = new HashSet<>();
    for (int key : parsed.source().keyIndexes()) {
      telling.add(key);
    }
    for (Joining.Step step : joining.map(Joining::steps).orElse(List.of())) {
      for (int key : step.findsOne() ? new int[0] : step.right().keyIndexes()) {
        telling.add(step.left().columns().size() + key);
      }
    }
    if (parsed.elements().isPresent()) {
      // The number of the element; where none is asked for, a column that cannot be named.
      telling.add(tables.columns().size() + 1);
    }
    return telling;
  }

  private static Grouping grouping(
      ParsedSelect parsed, Binder binder, Set<Integer> telling, List<SqlProblem> problems) {
    ParsedSelect.Groups groups = parsed.groups().orElseThrow();
    List<Expr> keys = new ArrayList<>();
    for (Term term : groups.keys()) {
      binder
          .output(term)
          .ifPresent(
              expr -> {
                if (keys.size() < groups.written()) {
                  Grouping.refusal(expr)
                      .ifPresent(why -> problems.add(term.position().problem(why)));
                }
                keys.add(expr);
              });
    }
    // Within a group all have the same key.
    keys.forEach(key -> telling.removeIf(place -> key instanceof Input i && i.index() == place));
    Aggregates aggregates =
        new Aggregates.Binding(binder, telling, problems).bind(groups.aggregates());
    Set<Integer> inputs = new TreeSet<>();
    keys.forEach(key -> key.collectInputs(inputs));
    aggregates.collectInputs(inputs);
    return new Grouping(keys, groups.written(), aggregates, inputs, groups.fingerprint());
  }

  private static void failOn(List<SqlProblem> problems) throws SqlException {
    if (!problems.isEmpty()) {
      throw new SqlException(
          problems.stream()
              .sorted(Comparator.comparing(p -> new SourcePosition(p.line(), p.column())))
              .toList());
    }
  }

  private static Optional<Splitting> splitting(
      ParsedSelect.Elements elements, Binder binder, Table row, List<SqlProblem> problems) {
    Optional<Expr> array = binder.output(elements.array());
    problems.addAll(binder.problems());
    return array.flatMap(expr -> Splitting.of(elements, expr, row, problems));
  }

  private static OutputColumn column(
      Item item, Expr output, Optional<Grouping> grouping, Table source) {
    // Of a column of the groups what it is over their rows.
    Optional<Expr> over =
        grouping.isPresent() && output instanceof Input input
            ? grouping.get().expression(input.index())
            : Optional.of(output).filter(any -> grouping.isEmpty());
    Optional<String> passedFrom =
        over.filter(Input.class::isInstance).flatMap(input -> nameOf((Input) input, source));
    return new OutputColumn(
        item.name(),
        output.type(),
        output.nullable(),
        passedFrom,
        over.flatMap(expr -> injectiveOf(expr, source)),
        item.term().position());
  }

  /** Empty where it is no column of the first table, but of another one, or an element. */
  private static Optional<String> nameOf(Input input, Table source) {
    return input.index() < source.columns().size()
        ? Optional.of(source.columns().get(input.index()).name())
        : Optional.empty();
  }

  private static Optional<String> injectiveOf(Expr expr, Table source) {
    Expr inner = expr;
    while (inner instanceof Apply apply && apply.injective()) {
      inner = apply.arguments().get(0);
    }
    return inner instanceof Input input ? nameOf(input, source) : Optional.empty();
  }
}
