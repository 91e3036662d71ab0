package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Binder;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.PgError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How rows of several tables become the rows that a SELECT goes over: table after table is joined
 * to what there is. Immutable and safe for several threads.
 */
public final class Joining {

  /** Whose equal values, and no others, have equal texts as {@link Row}s' keys have them. */
  private static final Set<TypeFamily> EQUAL_BY_TEXT =
      EnumSet.of(
          TypeFamily.BOOLEAN,
          TypeFamily.INT2,
          TypeFamily.INT4,
          TypeFamily.INT8,
          TypeFamily.NUMERIC,
          TypeFamily.TEXT,
          TypeFamily.VARCHAR,
          TypeFamily.CHAR,
          TypeFamily.BYTES,
          TypeFamily.DATE,
          TypeFamily.TIMESTAMP,
          TypeFamily.TIMESTAMPTZ,
          TypeFamily.UUID);

  private final List<Step> steps;

  private Joining(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /**
   * Of joins that were parsed.
   *
   * @param binders one over the columns of a table
   * @param problems takes why it cannot be
   */
  static Optional<Joining> of(ParsedSelect parsed, Binders binders, List<SqlProblem> problems) {
    List<Step> steps = new ArrayList<>();
    Table left = parsed.source();
    for (ParsedSelect.Join join : parsed.joins()) {
      Optional<Step> step = step(left, steps.size() + 1, join, binders, problems);
      if (step.isEmpty()) {
        return Optional.empty();
      }
      steps.add(step.get());
      left = step.get().rows();
    }
    return Optional.of(new Joining(steps));
  }

  /** Over a table's columns. */
  @FunctionalInterface
  interface Binders {
    Binder over(Table table);
  }

  private static Optional<Step> step(
      Table left, int tables, ParsedSelect.Join join, Binders binders, List<SqlProblem> problems) {
    // Where the condition is looked at there is a row of both.
    Binder binder = binders.over(beside(left, tables, join.table(), false));
    int width = left.columns().size();
    List<Expr> leftKeys = new ArrayList<>();
    List<Expr> rightKeys = new ArrayList<>();
    List<Expr> rest = new ArrayList<>();
    Optional<SqlProblem> unlike = Optional.empty();
    for (Term term : conjuncts(join.on())) {
      Optional<Expr> bound = binder.joinCondition(term);
      if (bound.isEmpty()) {
        continue;
      }
      Optional<List<Expr>> sides = sides(term, bound.get(), width);
      if (sides.isPresent() && sameText(sides.get())) {
        leftKeys.add(sides.get().get(0));
        rightKeys.add(sides.get().get(1));
        continue;
      }
      if (sides.isPresent()) {
        unlike =
            Optional.of(
                term.position()
                    .problem(
                        "rows cannot be found by equal values of "
                            + sides.get().get(0).type()
                            + " and "
                            + sides.get().get(1).type()
                            + "; cast both to one type of whole numbers, numeric, text, date, timestamp or"
                            + " uuid"));
      }
      rest.add(bound.get());
    }
    problems.addAll(binder.problems());
    if (!binder.problems().isEmpty()) {
      return Optional.empty();
    }
    if (leftKeys.isEmpty()) {
      problems.add(
          unlike.orElse(
              join.on()
                  .position()
                  .problem(
                      "no value of the table is to equal one of those before it: write"
                          + " ON a.x = b.y, with AND for more")));
      return Optional.empty();
    }
    return Optional.of(new Step(left, tables, join, leftKeys, rightKeys, rest));
  }

  private static List<Term> conjuncts(Term on) {
    return on instanceof CallTerm call && call.name().equals("and")
        ? call.arguments().stream().flatMap(term -> conjuncts(term).stream()).toList()
        : List.of(on);
  }

  /** Both sides of an equation, the left tables' first; empty where it is none of theirs. */
  private static Optional<List<Expr>> sides(Term term, Expr bound, int width) {
    boolean equation =
        term instanceof CallTerm call
            && call.name().equals("=")
            && bound instanceof Expr.Apply apply
            && apply.arguments().size() == 2;
    if (!equation) {
      return Optional.empty();
    }
    Expr first = ((Expr.Apply) bound).arguments().get(0);
    Expr second = ((Expr.Apply) bound).arguments().get(1);
    if (reads(first, 0, width) && reads(second, width, Integer.MAX_VALUE)) {
      return Optional.of(List.of(first, second));
    }
    return reads(second, 0, width) && reads(first, width, Integer.MAX_VALUE)
        ? Optional.of(List.of(second, first))
        : Optional.empty();
  }

  /** Whether it reads columns, and only these. */
  private static boolean reads(Expr expr, int from, int below) {
    Set<Integer> inputs = new TreeSet<>();
    expr.collectInputs(inputs);
    return !inputs.isEmpty() && inputs.stream().allMatch(i -> i >= from && i < below);
  }

  private static boolean sameText(List<Expr> sides) {
    TypeFamily left = sides.get(0).type().family();
    TypeFamily right = sides.get(1).type().family();
    return EQUAL_BY_TEXT.contains(left)
        && (left == right || (left.isInteger() && right.isInteger()));
  }

  /**
   * Columns by their tables' places and their names, which several tables may share: what is
   * remembered of rows is read by these names, also when a table has got another column meanwhile.
   * The key is that of the left, of which several rows may have the same.
   */
  private static Table beside(Table left, int tables, Table right, boolean outer) {
    List<Column> columns = new ArrayList<>();
    left.columns().forEach(c -> columns.add(tables == 1 ? column(0, c, false) : c));
    right.columns().forEach(c -> columns.add(column(tables, c, outer)));
    List<String> key =
        Arrays.stream(left.keyIndexes()).mapToObj(place -> columns.get(place).name()).toList();
    return new Table(new TableId("crossfade", "joined"), columns, key);
  }

  private static Column column(int table, Column column, boolean outer) {
    String name = table + "." + column.name();
    return column.nullable() || outer
        ? Column.nullable(name, column.type())
        : Column.required(name, column.type());
  }

  /** One for each table behind the first, in order. */
  public List<Step> steps() {
    return steps;
  }

  /**
   * The rows that come of it: all tables' columns, called by their tables' places and their names.
   */
  Table rows() {
    return steps.get(steps.size() - 1).rows();
  }

  void collectInputs(Set<Integer> inputs) {
    steps.forEach(step -> step.collectInputs(inputs));
  }

  /**
   * One table is joined to those before it: their rows are on the left, its own on the right. Two
   * rows can only match where their keys are equal.
   */
  public static final class Step {

    private final Table left;
    private final Table right;
    private final boolean outer;
    private final Table rows;
    private final Table key;
    private final List<Expr> expressions = new ArrayList<>();
    private final boolean findsOne;
    private final Eval[] leftKeys;
    private final Eval[] rightKeys;
    private final Eval[] rest;

    private Step(
        Table left,
        int tables,
        ParsedSelect.Join join,
        List<Expr> leftKeys,
        List<Expr> rightKeys,
        List<Expr> rest) {
      this.left = left;
      this.right = join.table();
      this.outer = join.outer();
      this.rows = beside(left, tables, join.table(), join.outer());
      this.key = key(leftKeys);
      this.findsOne = columns(rightKeys, left.columns().size()).containsAll(right.primaryKey());
      this.leftKeys = leftKeys.stream().map(Compiler::compileToText).toArray(Eval[]::new);
      this.rightKeys = rightKeys.stream().map(Compiler::compileToText).toArray(Eval[]::new);
      this.rest = rest.stream().map(Compiler::compile).toArray(Eval[]::new);
      expressions.addAll(leftKeys);
      expressions.addAll(rightKeys);
      expressions.addAll(rest);
    }

    /** The columns on the right that are compared as they are. */
    private Set<String> columns(List<Expr> keys, int width) {
      Set<String> columns = new HashSet<>();
      for (Expr key : keys) {
        if (key instanceof Expr.Input input) {
          columns.add(right.columns().get(input.index() - width).name());
        }
      }
      return columns;
    }

    private static Table key(List<Expr> keys) {
      List<Column> columns = new ArrayList<>();
      for (Expr expr : keys) {
        ColumnType type = expr.type();
        columns.add(Column.required("k" + (columns.size() + 1), type));
      }
      return new Table(
          new TableId("crossfade", "key"), columns, columns.stream().map(Column::name).toList());
    }

    /** What stands on the left: the first table, or what the step before gives. */
    public Table left() {
      return left;
    }

    /** The table that is joined. */
    public Table right() {
      return right;
    }

    /** Whether a row on the left that none on the right matches is kept, with NULLs. */
    public boolean outer() {
      return outer;
    }

    /** Whether a row on the left matches one on the right at the most. */
    public boolean findsOne() {
      return findsOne;
    }

    /** What comes of it: the columns of the left, and then of the right. */
    public Table rows() {
      return rows;
    }

    /** The columns of a key, all of them required. */
    public Table key() {
      return key;
    }

    /**
     * What a row on the left has to share with one on the right; empty where it can match none.
     *
     * @throws EvaluationException where PostgreSQL would raise an error
     */
    public Optional<Row> keyOfLeft(Row row) throws EvaluationException {
      return key(leftKeys, row);
    }

    /** The same of a row on the right. */
    public Optional<Row> keyOfRight(Row row) throws EvaluationException {
      return key(rightKeys, joined(Row.of(new String[left.columns().size()]), row));
    }

    private static Optional<Row> key(Eval[] keys, Row row) throws EvaluationException {
      String[] values = new String[keys.length];
      for (int i = 0; i < keys.length; i++) {
        values[i] = (String) value(keys[i], row);
        if (values[i] == null) {
          return Optional.empty();
        }
      }
      return Optional.of(Row.of(values));
    }

    /**
     * Whether two rows of one key match.
     *
     * @param row both, as {@link #joined} makes it
     * @throws EvaluationException where PostgreSQL would raise an error
     */
    public boolean matches(Row row) throws EvaluationException {
      for (Eval condition : rest) {
        if (!Boolean.TRUE.equals(value(condition, row))) {
          return false;
        }
      }
      return true;
    }

    private static Object value(Eval eval, Row row) throws EvaluationException {
      try {
        return eval.of(row);
      } catch (PgError e) {
        throw new EvaluationException(e.sqlState(), null, "ON: " + e.getMessage(), e);
      }
    }

    /** Both side by side. */
    public Row joined(Row onTheLeft, Row onTheRight) {
      String[] values = new String[rows.columns().size()];
      for (int i = 0; i < onTheLeft.size(); i++) {
        values[i] = onTheLeft.get(i);
      }
      for (int i = 0; i < onTheRight.size(); i++) {
        values[onTheLeft.size() + i] = onTheRight.get(i);
      }
      return Row.of(values);
    }

    /** A row on the left that none matches. */
    public Row alone(Row onTheLeft) {
      return joined(onTheLeft, Row.of(new String[right.columns().size()]));
    }

    private void collectInputs(Set<Integer> inputs) {
      expressions.forEach(expr -> expr.collectInputs(inputs));
    }
  }
}
