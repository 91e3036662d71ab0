package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.value.PgError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds an expression against PostgreSQL: the same name and type, and for many random and extreme
 * rows the same value or the same SQLSTATE.
 */
final class Differential implements AutoCloseable {

  private static final int ROWS = 400;

  /** {@code name type}, and in front of text columns what the text should look like. */
  private static final Pattern COLUMN =
      Pattern.compile("(\\w+) (?:(\\w+):)?(\\w+)(?:\\((\\d+)(?:,\\s*(\\d+))?\\))?(?:\\[])?");

  private final int rowCount;
  private final Database database;
  private final PostgresOracle oracle;
  private String createdFor = "";
  private SqlCompiler compiler;
  private List<Row> rows;

  Differential() throws Exception {
    this(SharedSandbox.postgres18(), ROWS);
  }

  Differential(PostgresServer server, int rowCount) throws Exception {
    this.rowCount = rowCount;
    database = server.createDatabase();
    oracle = new PostgresOracle(database.connect());
  }

  PostgresOracle oracle() {
    return oracle;
  }

  /**
   * Compares.
   *
   * @param expression as it would stand in a SELECT
   * @param columns the columns it uses: {@code "a int4"}, {@code "s varchar(5)"}; {@code "n
   *     numbers:text"} is text that mostly looks like numbers
   */
  void compare(String expression, String... columns) throws Exception {
    compare(expression, false, columns);
  }

  /**
   * The same for casts from text that PostgreSQL reads in more forms than we do: such a form may be
   * refused here with 0A000, but never be read as another value.
   */
  void compareWhereRead(String expression, String... columns) throws Exception {
    compare(expression, true, columns);
  }

  private void compare(String expression, boolean mayRefuse, String... columns) throws Exception {
    create(columns);
    String select = "SELECT " + expression + " AS x FROM public.t";
    SelectPlan plan = compiler.compile(select);
    Column expected = oracle.outputs(select).get(0);
    OutputColumn output = plan.columns().get(0);
    assertThat(output.type().toString())
        .as("type of %s", expression)
        .isEqualTo(expected.type().toString());
    List<String> theirs = oracle.evaluate(expression);
    List<String> differences = new ArrayList<>();
    int values = 0;
    for (int i = 0; i < theirs.size(); i++) {
      String ours = evaluate(plan, rows.get(i));
      values += ours.startsWith("E") ? 0 : 1;
      boolean agree =
          ours.equals(theirs.get(i)) || (mayRefuse && ours.equals("E" + PgError.NOT_SUPPORTED));
      if (!agree || (ours.equals("N") && !output.nullable())) {
        differences.add(rows.get(i) + ": ours " + ours + ", PostgreSQL's " + theirs.get(i));
      }
    }
    assertThat(differences).as("%s over %s", expression, createdFor).isEmpty();
    assertThat(values).as("rows with a value of %s", expression).isPositive();
  }

  /** Compares the rows of a whole SELECT over {@code public.t}, its filter included. */
  void compareSelect(String sql, String... columns) throws Exception {
    create(columns);
    SelectPlan plan = compiler.compile(sql);
    List<Row> ours = new ArrayList<>();
    for (Row row : rows) {
      plan.evaluate(row).ifPresent(ours::add);
    }
    List<Row> theirs = oracle.rows(plan.oracleSql(id -> id));
    assertThat(ours).as(sql).containsExactlyInAnyOrderElementsOf(theirs);
    assertThat(ours).hasSizeBetween(1, rows.size() - 1);
  }

  private static String evaluate(SelectPlan plan, Row row) {
    try {
      Optional<Row> result = plan.evaluate(row);
      String value = result.orElseThrow().get(0);
      return value == null ? "N" : "V" + value;
    } catch (EvaluationException e) {
      return "E" + e.sqlState();
    }
  }

  private void create(String... columns) throws Exception {
    String wanted = String.join(", ", columns);
    if (wanted.equals(createdFor)) {
      return;
    }
    RandomValues random = new RandomValues(wanted.hashCode());
    List<String> definitions = new ArrayList<>();
    List<Matcher> parsed = new ArrayList<>();
    for (String column : columns) {
      Matcher matcher = COLUMN.matcher(column);
      assertThat(matcher.matches()).as(column).isTrue();
      parsed.add(matcher);
      definitions.add(column.replaceFirst(" \\w+:", " "));
    }
    List<String[]> values = new ArrayList<>();
    for (int i = 0; i < rowCount; i++) {
      values.add(parsed.stream().map(c -> value(random, c)).toArray(String[]::new));
    }
    Table table = oracle.create(definitions, values);
    compiler = TestTables.compiler(table);
    rows = oracle.rows();
    createdFor = wanted;
  }

  private static String value(RandomValues random, Matcher column) {
    String kind = column.group(2) != null ? column.group(2) : column.group(3);
    int precision = column.group(4) == null ? -1 : Integer.parseInt(column.group(4));
    int scale = column.group(5) == null ? 0 : Integer.parseInt(column.group(5));
    return random.next(kind, precision, scale);
  }

  @Override
  public void close() throws Exception {
    oracle.close();
    database.close();
  }
}
