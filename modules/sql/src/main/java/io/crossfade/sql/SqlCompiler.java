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
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.Comparator;
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
    Binder binder = new Binder(splitting.map(Splitting::rows).orElse(row), functions, used);
    List<OutputColumn> columns = new ArrayList<>();
    List<Expr> outputs = new ArrayList<>();
    for (Item item : parsed.items()) {
      binder
          .output(item.term())
          .ifPresent(
              expr -> {
                outputs.add(expr);
                columns.add(column(item, expr, parsed.source()));
              });
    }
    Optional<Expr> condition = parsed.where().flatMap(binder::condition);
    failOn(binder.problems());
    return new SelectPlan(sql, parsed, joining, splitting, columns, outputs, condition, used);
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

  private static OutputColumn column(Item item, Expr expr, Table source) {
    Optional<String> passedFrom =
        expr instanceof Input input ? nameOf(input, source) : Optional.empty();
    return new OutputColumn(
        item.name(),
        expr.type(),
        expr.nullable(),
        passedFrom,
        injectiveOf(expr, source),
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
