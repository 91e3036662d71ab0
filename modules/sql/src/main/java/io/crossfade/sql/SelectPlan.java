package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.bind.Assignments;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.group.Grouping;
import io.crossfade.sql.value.PgError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * A compiled SELECT: a projection and filter over the rows of a table, or of tables that are
 * joined, or over the elements of such rows. Immutable and safe for several threads.
 */
public final class SelectPlan implements RowsPlan {

  private final String sql;
  private final ParsedSelect parsed;
  private final Rows rows;
  private final List<OutputColumn> columns;
  private final List<Expr> outputPlans;
  private final Optional<Expr> havingPlan;
  private final Map<TableId, Set<String>> inputColumns;
  private final Set<String> userFunctions;
  private final Eval[] outputs;
  private final Eval[] conditions;
  private final Eval[] having;

  /**
   * What the outputs go over.
   *
   * @param joining how several tables are joined
   * @param splitting by what their rows are split
   * @param where which of these are left out
   * @param grouping how these are put together
   */
  record Rows(
      Optional<Joining> joining,
      Optional<Splitting> splitting,
      Optional<Expr> where,
      Optional<Grouping> grouping) {

    private void collectInputs(Set<Integer> inputs) {
      joining.ifPresent(joins -> joins.collectInputs(inputs));
      splitting.ifPresent(elements -> elements.collectInputs(inputs));
      where.ifPresent(condition -> condition.collectInputs(inputs));
      grouping.ifPresent(groups -> inputs.addAll(groups.inputs()));
    }
  }

  SelectPlan(
      String sql,
      ParsedSelect parsed,
      Rows rows,
      List<OutputColumn> columns,
      List<Expr> outputs,
      Optional<Expr> having,
      Set<String> userFunctions) {
    this.userFunctions = Set.copyOf(userFunctions);
    this.sql = sql;
    this.parsed = parsed;
    this.rows = rows;
    this.columns = List.copyOf(columns);
    this.outputPlans = List.copyOf(outputs);
    this.havingPlan = having;
    this.outputs = outputs.stream().map(Compiler::compileToText).toArray(Eval[]::new);
    this.conditions = conjuncts(rows.where());
    this.having = conjuncts(having);
    Set<Integer> inputs = new TreeSet<>();
    rows.collectInputs(inputs);
    if (rows.grouping().isEmpty()) {
      outputs.forEach(expr -> expr.collectInputs(inputs));
    }
    this.inputColumns = byTable(inputs);
  }

  private static Eval[] conjuncts(Optional<Expr> condition) {
    return condition.stream()
        .flatMap(expr -> expr.conjuncts().stream())
        .map(Compiler::compile)
        .toArray(Eval[]::new);
  }

  private Map<TableId, Set<String>> byTable(Set<Integer> inputs) {
    Map<TableId, Set<String>> byTable = new HashMap<>();
    int offset = 0;
    for (Table table : sources()) {
      Set<String> names = byTable.computeIfAbsent(table.id(), id -> new LinkedHashSet<>());
      for (int i = 0; i < table.columns().size(); i++) {
        if (inputs.contains(offset + i)) {
          names.add(table.columns().get(i).name());
        }
      }
      offset += table.columns().size();
    }
    return byTable;
  }

  /**
   * The first table of the FROM, as the catalog gave it: each row that comes out comes of one of
   * its rows.
   */
  @Override
  public Table source() {
    return parsed.source();
  }

  /** All tables of the FROM, in its order; one that is joined to itself is there twice. */
  @Override
  public List<Table> sources() {
    List<Table> sources = new ArrayList<>();
    sources.add(parsed.source());
    parsed.joins().forEach(join -> sources.add(join.table()));
    return sources;
  }

  /** How the tables are joined; empty where there is one. */
  @Override
  public Optional<Joining> joining() {
    return rows.joining();
  }

  /** How rows are put together; empty where each is one by itself. */
  @Override
  public Optional<Grouping> grouping() {
    return rows.grouping();
  }

  /** How it was written, for what looks at the SELECT without running it. */
  public ParsedSelect parsed() {
    return parsed;
  }

  /** What the SELECT puts out, in its order. */
  @Override
  public List<OutputColumn> columns() {
    return columns;
  }

  /** The columns of a table that are read at all, by an output, the WHERE or the FROM. */
  @Override
  public Set<String> inputColumns(TableId table) {
    return Collections.unmodifiableSet(inputColumns.getOrDefault(table, Set.of()));
  }

  /** Whether it leaves rows out. */
  @Override
  public boolean filters() {
    return rows.where().isPresent() || havingPlan.isPresent();
  }

  /** Functions of the user's own that it calls: PostgreSQL does not have them. */
  public Set<String> userFunctions() {
    return userFunctions;
  }

  /** Whether each row of the one table gives at most one row, by itself. */
  public boolean isRowByRow() {
    return rows.splitting().isEmpty() && rows.joining().isEmpty() && rows.grouping().isEmpty();
  }

  /** Whether a row of the first table gives one row at the most. */
  public boolean givesOneAtMost() {
    return rows.splitting().isEmpty()
        && rows.joining().stream()
            .flatMap(joins -> joins.steps().stream())
            .allMatch(Joining.Step::findsOne);
  }

  /** Whether a row gives one row for each element of an array in it. */
  public boolean splits() {
    return rows.splitting().isPresent();
  }

  /**
   * The output rows of a row.
   *
   * @param row values in the order of {@code source().columns()}, or as {@link Joining} joins them,
   *     or a group
   * @return values in the order of {@link #columns()}
   */
  @Override
  public List<Row> rows(Row row) throws EvaluationException {
    if (rows.grouping().isPresent()) {
      return passes(having, "HAVING", row) ? List.of(output(row)) : List.of();
    }
    List<Row> all = new ArrayList<>();
    for (Row one : passing(row)) {
      all.add(output(one));
    }
    return all;
  }

  /**
   * What a row contributes to groups.
   *
   * @param row values in the order of {@code source().columns()}, or as {@link Joining} joins them
   */
  @Override
  public List<Grouping.Part> parts(Row row) throws EvaluationException {
    List<Grouping.Part> parts = new ArrayList<>();
    for (Row one : passing(row)) {
      parts.add(rows.grouping().orElseThrow().of(one));
    }
    return parts;
  }

  /** The rows that it is split into and that pass the WHERE. */
  private List<Row> passing(Row row) throws EvaluationException {
    List<Row> split = rows.splitting().isPresent() ? rows.splitting().get().of(row) : List.of(row);
    List<Row> passing = new ArrayList<>();
    for (Row one : split) {
      if (passes(conditions, "WHERE", one)) {
        passing.add(one);
      }
    }
    return passing;
  }

  /**
   * The output row of a source row, where there is at most one.
   *
   * @param row values in the order of {@code source().columns()}
   * @return values in the order of {@link #columns()}; empty where the row does not pass the WHERE
   */
  public Optional<Row> evaluate(Row row) throws EvaluationException {
    if (!isRowByRow()) {
      throw new IllegalStateException("a row of " + source().id() + " does not give one");
    }
    return passes(conditions, "WHERE", row) ? Optional.of(output(row)) : Optional.empty();
  }

  private Row output(Row row) throws EvaluationException {
    String[] values = new String[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      values[i] = output(i, row);
    }
    return Row.of(values);
  }

  /**
   * Some outputs of a source row, whether it passes the WHERE or not.
   *
   * @param names output columns
   * @param row values in the order of {@code source().columns()}; those that the named outputs do
   *     not read may be missing (NULL), as in a delete of which only the key is known
   * @return values in the order of the names
   */
  public Row evaluateColumns(List<String> names, Row row) throws EvaluationException {
    String[] values = new String[names.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = output(indexOf(names.get(i)), row);
    }
    return Row.of(values);
  }

  /**
   * The same SELECT with each output as the target's column of that name stores it, by PostgreSQL's
   * assignment casts: a date becomes a timestamp, {@code char(n)} loses its blanks on the way into
   * text. The rows then carry the very text that the target will print.
   *
   * @param target a table against which {@link MappingCheck} found no error
   */
  @Override
  public SelectPlan into(Table target) {
    List<OutputColumn> assigned = new ArrayList<>();
    List<Expr> expressions = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      OutputColumn output = columns.get(i);
      ColumnType type = target.column(output.name()).type();
      Expr expression = Assignments.assign(outputPlans.get(i), type);
      expressions.add(expression);
      assigned.add(
          new OutputColumn(
              output.name(),
              type,
              output.nullable(),
              output.passedFrom().filter(source -> expression instanceof Expr.Input),
              output.injectiveOf().filter(of -> Assignments.isInjective(output.type(), type)),
              output.position()));
    }
    return new SelectPlan(sql, parsed, rows, assigned, expressions, havingPlan, userFunctions);
  }

  /**
   * Whether the key of each row of a table is that of the source's row which it comes from, column
   * by column, as it is or cast without loss.
   *
   * @param target into which this plan gives its rows ({@link #into}), all of its key
   */
  @Override
  public boolean keepsKey(Table target) {
    if (!isRowByRow()) {
      return false;
    }
    Set<String> from = new LinkedHashSet<>();
    for (String key : target.primaryKey()) {
      columns.get(indexOf(key)).injectiveOf().ifPresent(from::add);
    }
    return from.equals(Set.copyOf(source().primaryKey()))
        && target.primaryKey().size() == source().primaryKey().size();
  }

  @Override
  public List<Finding> check(Table target) {
    return MappingCheck.check(this, target);
  }

  @Override
  public String definition() {
    return oracleSql(UnaryOperator.identity());
  }

  /**
   * Which columns of its tables an expression reads.
   *
   * @param inputs places in the row; those of elements become those that their array reads
   * @return whether there were such
   */
  boolean withArray(Set<Integer> inputs) {
    int width = sources().stream().mapToInt(table -> table.columns().size()).sum();
    boolean elements = inputs.removeIf(index -> index >= width);
    if (elements) {
      rows.splitting().orElseThrow().collectInputs(inputs);
    }
    return elements;
  }

  /** What a column of a table is called, by its place in the row. */
  String inputName(int index) {
    int place = index;
    for (int i = 0; i < sources().size(); i++) {
      List<Column> columnsOfTable = sources().get(i).columns();
      if (place < columnsOfTable.size()) {
        String name = columnsOfTable.get(place).name();
        return rows.joining().isEmpty()
            ? name
            : parsed.from().names().get(i).visible() + "." + name;
      }
      place -= columnsOfTable.size();
    }
    throw new IllegalArgumentException("the FROM has no column " + index);
  }

  /** The expression behind an output column. */
  Expr expression(int column) {
    return outputPlans.get(column);
  }

  /**
   * The expression behind an output column, over the tables' rows: that of a group's column that is
   * a key.
   *
   * @return empty where it is made of several rows
   */
  Optional<Expr> overRows(int column) {
    Expr output = outputPlans.get(column);
    if (rows.grouping().isEmpty()) {
      return Optional.of(output);
    }
    return output instanceof Expr.Input input
        ? rows.grouping().get().expression(input.index())
        : Optional.empty();
  }

  /** The places of the columns of the tables that an output column is made of. */
  Set<Integer> inputs(int column) {
    Set<Integer> inputs = new TreeSet<>();
    Expr output = outputPlans.get(column);
    if (rows.grouping().isEmpty()) {
      output.collectInputs(inputs);
      return inputs;
    }
    Set<Integer> ofGroup = new TreeSet<>();
    output.collectInputs(ofGroup);
    ofGroup.forEach(index -> rows.grouping().get().collectInputs(index, inputs));
    return inputs;
  }

  /** The output columns that are the keys of GROUP BY; empty unless all are put out. */
  public Optional<List<String>> groupKey() {
    Map<Integer, String> keys = new TreeMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (outputPlans.get(i) instanceof Expr.Input input
          && rows.grouping().isPresent()
          && rows.grouping().get().isKey(input.index())) {
        keys.putIfAbsent(input.index(), columns.get(i).name());
      }
    }
    int wanted = rows.grouping().map(Grouping::keys).orElse(Integer.MAX_VALUE);
    return keys.size() == wanted ? Optional.of(List.copyOf(keys.values())) : Optional.empty();
  }

  private int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("the SELECT has no output column " + name);
  }

  /**
   * Whether all conjuncts are true. PostgreSQL evaluates them in an order of its own, the cheapest
   * first, so one that fails counts only where no other one has ruled the row out.
   */
  private static boolean passes(Eval[] conditions, String clause, Row row)
      throws EvaluationException {
    PgError failure = null;
    for (Eval condition : conditions) {
      try {
        if (!Boolean.TRUE.equals(condition.of(row))) {
          return false;
        }
      } catch (PgError e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw new EvaluationException(
          failure.sqlState(), null, clause + ": " + failure.getMessage(), failure);
    }
    return true;
  }

  private String output(int index, Row row) throws EvaluationException {
    try {
      return (String) outputs[index].of(row);
    } catch (PgError e) {
      String name = columns.get(index).name();
      throw new EvaluationException(
          e.sqlState(), name, "output column " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * The user's own text with the tables under other names, for PostgreSQL to execute. Nothing else
   * is touched: not a blank; but it ends with the SELECT, without a semicolon or comment behind it,
   * so that it can stand in parentheses.
   *
   * @param rename the name that a table has in the database that will execute it
   */
  public String oracleSql(UnaryOperator<TableId> rename) {
    return oracleSql(rename, "");
  }

  /**
   * The same with the key of the first table's row behind its columns, as {@link #oldKeyColumn}; of
   * a group's rows with that of one of them.
   *
   * @param rename as of {@link #oracleSql}
   */
  public String oracleSqlWithOldKey(UnaryOperator<TableId> rename) {
    StringBuilder more = new StringBuilder();
    List<String> key = source().primaryKey();
    for (int i = 0; i < key.size(); i++) {
      String column = quote(parsed.from().names().get(0).visible()) + '.' + quote(key.get(i));
      more.append(", ")
          .append(rows.grouping().isPresent() ? "(array_agg(" + column + "))[1]" : column)
          .append(" AS ")
          .append(quote(oldKeyColumn(i)));
    }
    return oracleSql(rename, more.append(' ').toString());
  }

  /** What {@link #oracleSqlWithOldKey} calls a column of the key. */
  public static String oldKeyColumn(int index) {
    return "crossfade_old_key_" + (index + 1);
  }

  private String oracleSql(UnaryOperator<TableId> rename, String moreColumns) {
    ParsedSelect.From from = parsed.from();
    StringBuilder text = new StringBuilder(sql.substring(0, from.clause())).append(moreColumns);
    int done = from.clause();
    for (ParsedSelect.Name name : from.names()) {
      TableId table = rename.apply(name.table());
      text.append(sql, done, name.start())
          .append(quote(table.schema()))
          .append('.')
          .append(quote(table.name()));
      if (!name.alias()) {
        text.append(" AS ").append(quote(name.table().name()));
      }
      done = name.end();
    }
    return text.append(sql, done, from.statementEnd()).toString();
  }

  /** The FROM as it was written, runs of blanks as one: what decides which rows are joined. */
  public String fromText() {
    ParsedSelect.From from = parsed.from();
    return sql.substring(from.clause(), from.end()).strip().replaceAll("\\s+", " ");
  }

  private static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
