package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.plugin.MapperFailure;
import io.crossfade.plugin.SqlType;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.bind.JavaColumns;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.JavaValues;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mapper of the user's own over one old table. What PostgreSQL cannot do it cannot judge either:
 * who compares has to call the mapper again.
 */
public final class MapperPlan implements RowsPlan {

  /** {@code external_routine_exception}. */
  private static final String FAILED = "38000";

  private static final Pattern DEFINITION = Pattern.compile("mapper \\S+ \\S+ of (.*)");

  /** A mapper stands in no text of its own. */
  private static final SourcePosition NOWHERE = new SourcePosition(1, 1);

  private final UserMapper mapper;
  private final Table source;
  private final List<OutputColumn> columns;
  private final Set<String> inputColumns;
  private final Eval[] inputs;

  /** From the values that the mapper gives, as canonical text. */
  private final Eval[] outputs;

  private MapperPlan(UserMapper mapper, Table source, List<Expr> inputs, List<Expr> outputs) {
    this.mapper = mapper;
    this.source = source;
    this.inputs = inputs.stream().map(Compiler::compile).toArray(Eval[]::new);
    this.outputs = outputs.stream().map(Compiler::compileToText).toArray(Eval[]::new);
    Set<String> read = new HashSet<>();
    mapper.call().reads().forEach(column -> read.add(column.name()));
    this.inputColumns = Set.copyOf(read);
    List<OutputColumn> given = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      String name = mapper.call().columns().get(i).name();
      given.add(
          new OutputColumn(
              name,
              outputs.get(i).type(),
              !mapper.call().key().contains(name),
              Optional.empty(),
              Optional.empty(),
              NOWHERE));
    }
    this.columns = List.copyOf(given);
  }

  /**
   * A mapper over a table.
   *
   * @throws SqlException where the table does not have what it reads; the places say nothing
   */
  public static MapperPlan of(UserMapper mapper, Table source) throws SqlException {
    List<SqlProblem> problems = new ArrayList<>();
    List<Expr> inputs = new ArrayList<>();
    List<String> known = source.columns().stream().map(Column::name).toList();
    for (io.crossfade.plugin.Column<?> read : mapper.call().reads()) {
      int index = known.indexOf(read.name());
      if (index < 0) {
        problems.add(
            problem(
                mapper.call().name()
                    + " reads "
                    + read.name()
                    + ", which "
                    + source.id()
                    + " does not have"
                    + NearestName.hint(read.name(), known)));
        continue;
      }
      Column column = source.columns().get(index);
      JavaColumns.read(index, column.type(), read.type())
          .ifPresentOrElse(
              inputs::add,
              () ->
                  problems.add(
                      problem(
                          mapper.call().name()
                              + " reads "
                              + read.name()
                              + " as "
                              + read.type()
                              + ", but it is "
                              + column.type()
                              + " in "
                              + source.id()
                              + ", of which not every value would arrive whole; read it as "
                              + JavaColumns.best(column.type()))));
    }
    if (!problems.isEmpty()) {
      throw new SqlException(problems);
    }
    List<Expr> outputs = new ArrayList<>();
    List<io.crossfade.plugin.Column<?>> given = mapper.call().columns();
    for (int i = 0; i < given.size(); i++) {
      outputs.add(new Expr.Input(i, JavaColumns.type(given.get(i).type()), true));
    }
    return new MapperPlan(mapper, source, inputs, outputs);
  }

  private static SqlProblem problem(String message) {
    return new SqlProblem(NOWHERE.line(), NOWHERE.column(), message);
  }

  /** The class's name. */
  public String name() {
    return mapper.call().name();
  }

  /** The names of the columns that it takes for the new table's key. */
  public List<String> key() {
    return mapper.call().key();
  }

  @Override
  public Table source() {
    return source;
  }

  @Override
  public List<OutputColumn> columns() {
    return columns;
  }

  @Override
  public Set<String> inputColumns(TableId table) {
    return table.equals(source.id()) ? inputColumns : Set.of();
  }

  @Override
  public boolean filters() {
    return false;
  }

  @Override
  public boolean keepsKey(Table target) {
    return false;
  }

  @Override
  public List<Row> rows(Row row) throws EvaluationException {
    List<Object[]> given;
    try {
      given = mapper.call().call(read(row));
    } catch (MapperFailure e) {
      throw new EvaluationException(FAILED, null, e.getMessage(), e);
    }
    List<Row> rows = new ArrayList<>(given.size());
    for (Object[] values : given) {
      rows.add(stored(texts(values)));
    }
    return rows;
  }

  private Object[] read(Row row) throws EvaluationException {
    Object[] values = new Object[inputs.length];
    for (int i = 0; i < values.length; i++) {
      io.crossfade.plugin.Column<?> column = mapper.call().reads().get(i);
      try {
        values[i] = JavaValues.toJava(column.type(), inputs[i].of(row));
      } catch (PgError e) {
        throw new EvaluationException(
            e.sqlState(), null, "column " + column.name() + ": " + e.getMessage(), e);
      }
    }
    return values;
  }

  private Row texts(Object[] values) throws EvaluationException {
    String[] texts = new String[values.length];
    for (int i = 0; i < texts.length; i++) {
      SqlType type = mapper.call().columns().get(i).type();
      try {
        Object value = JavaValues.fromJava(type, values[i]);
        texts[i] = value == null ? null : Values.write(JavaColumns.type(type).family(), value);
      } catch (PgError e) {
        throw failed(i, e);
      }
    }
    return Row.of(texts);
  }

  private Row stored(Row given) throws EvaluationException {
    String[] values = new String[outputs.length];
    for (int i = 0; i < values.length; i++) {
      try {
        values[i] = (String) outputs[i].of(given);
      } catch (PgError e) {
        throw failed(i, e);
      }
    }
    return Row.of(values);
  }

  private EvaluationException failed(int output, PgError e) {
    String name = columns.get(output).name();
    return new EvaluationException(
        e.sqlState(), name, "output column " + name + ": " + e.getMessage(), e);
  }

  @Override
  public MapperPlan into(Table target) {
    List<Expr> read = new ArrayList<>();
    List<Expr> stored = new ArrayList<>();
    for (io.crossfade.plugin.Column<?> column : mapper.call().reads()) {
      int index = source.indexOf(column.name()).orElseThrow();
      read.add(
          JavaColumns.read(index, source.columns().get(index).type(), column.type()).orElseThrow());
    }
    for (int i = 0; i < columns.size(); i++) {
      io.crossfade.plugin.Column<?> column = mapper.call().columns().get(i);
      stored.add(store(i, column, target.column(column.name())).orElseThrow());
    }
    return new MapperPlan(mapper, source, read, stored);
  }

  private static Optional<Expr> store(
      int index, io.crossfade.plugin.Column<?> given, Column column) {
    return JavaColumns.store(index, given.type(), column.type());
  }

  @Override
  public List<Finding> check(Table target) {
    List<Finding> findings = new ArrayList<>();
    List<String> known = target.columns().stream().map(Column::name).toList();
    Set<String> filled = new HashSet<>();
    for (int i = 0; i < columns.size(); i++) {
      io.crossfade.plugin.Column<?> given = mapper.call().columns().get(i);
      filled.add(given.name());
      if (!known.contains(given.name())) {
        findings.add(
            error(
                target.id()
                    + " has no column "
                    + given.name()
                    + NearestName.hint(given.name(), known)
                    + "; "
                    + name()
                    + " must not give it"));
      } else {
        column(i, given, target).ifPresent(findings::add);
      }
    }
    for (Column column : target.columns()) {
      boolean required = !column.nullable() && !column.filledByDatabase() && !column.generated();
      if (required && !filled.contains(column.name())) {
        findings.add(
            error(
                target.id()
                    + "."
                    + column.name()
                    + " is NOT NULL and has no default, but "
                    + name()
                    + " does not give it; add it to columns()"));
      }
    }
    key(target).ifPresent(findings::add);
    return findings;
  }

  private Optional<Finding> column(int index, io.crossfade.plugin.Column<?> given, Table target) {
    Column column = target.column(given.name());
    if (column.generated()) {
      return Optional.of(
          error(
              target.id()
                  + "."
                  + column.name()
                  + " is computed by the target; "
                  + name()
                  + " must not give it"));
    }
    return store(index, given, column).isPresent()
        ? Optional.empty()
        : Optional.of(
            error(
                name()
                    + " gives "
                    + given.name()
                    + " as "
                    + given.type()
                    + ", the target's is "
                    + column.type()
                    + "; give it as "
                    + JavaColumns.best(column.type())));
  }

  private Optional<Finding> key(Table target) {
    if (target.primaryKey().isEmpty()) {
      return Optional.of(error(target.id() + " has no primary key; add one"));
    }
    return Set.copyOf(target.primaryKey()).equals(Set.copyOf(key()))
        ? Optional.empty()
        : Optional.of(
            error(
                name()
                    + " says that its key is "
                    + key()
                    + ", the primary key of "
                    + target.id()
                    + " is "
                    + target.primaryKey()
                    + "; they must be the same columns"));
  }

  private static Finding error(String message) {
    return new Finding(Severity.ERROR, Optional.empty(), message);
  }

  /** Holds the code as well: what it does with a row nobody can tell from its declaration. */
  @Override
  public String definition() {
    return "mapper " + name() + " " + mapper.code() + " of " + source.id();
  }

  /** The table that a mapper of this definition was over; empty where it is none of a mapper. */
  public static Optional<String> sourceOf(String definition) {
    Matcher matcher = DEFINITION.matcher(definition);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
