package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of columns: which words may be one without quotes, and what unnamed outputs are called. */
class NamesTest {

  /** Each with the word as a column, or as the name of an output. */
  private static final List<String> COMMON_USES =
      List.of(
          "SELECT %s FROM t",
          "SELECT x.%s AS x FROM t x WHERE 1 < %s AND %s IS NOT NULL",
          "SELECT a AS %s FROM t",
          "SELECT a %s FROM t",
          "SELECT %s::text AS x, CASE WHEN %s > 1 THEN %s ELSE %s END AS y, \"%s\" AS z FROM t");

  private static final List<String> MORE_USES =
      List.of(
          "SELECT t.%s AS x FROM t",
          "SELECT a, %s AS x FROM t",
          "SELECT a FROM t WHERE %s = 1",
          "SELECT upper(CAST(%s AS text)) AS x FROM t",
          "SELECT NOT (%s > 1) AS x FROM t",
          "SELECT (%s) AS x FROM t",
          "SELECT %s + 1 AS x, 1 - %s AS y FROM t",
          "SELECT a FROM t WHERE a IN (%s, 1) OR a BETWEEN %s AND 2",
          "SELECT coalesce(%s, 1) AS x FROM t");

  /** Words that the parser keeps for itself, that PostgreSQL does, and that schemas are full of. */
  private static final List<String> COMMON_WORDS =
      List.of(
          ("asof call current cursor date datetime define delete describe drop exists explain final"
                  + " friday grouping insert interval measure merge minus monday new next ordinal"
                  + " over partition pattern qualify range rollup row rows running set skip snapshot"
                  + " stream sunday time timestamp unknown unnest unsigned update uuid values variant"
                  + " volatile at note value data type name position user order group desc end table"
                  + " window limit offset left right default check references primary case all and"
                  + " year month day hour second status key text id code level language result method"
                  + " public session system start state count sum min max avg rank mod power floor"
                  + " abs upper lower left length trim substring char bit boolean int größe isnull")
              .split(" "));

  private static Set<String> reserved;
  private static Database database;
  private static PostgresOracle oracle;

  @BeforeAll
  static void start() throws Exception {
    database = SharedSandbox.postgres18().createDatabase();
    oracle = new PostgresOracle(database.connect());
    reserved =
        new TreeSet<>(
            oracle.strings("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"));
  }

  @AfterAll
  static void stop() throws Exception {
    oracle.close();
    database.close();
  }

  /** PostgreSQL's keywords and the parser's. */
  private static Set<String> allWords() throws Exception {
    Set<String> words = new TreeSet<>(oracle.strings("SELECT word FROM pg_get_keywords()"));
    for (String token :
        SqlBabelParserImpl.FACTORY.getParser(new StringReader("")).getMetadata().getTokens()) {
      if (token.matches("[A-Z_]+")) {
        words.add(token.toLowerCase(Locale.ROOT));
      }
    }
    return words;
  }

  @Test
  void shouldTakeCommonWordsAsNamesWhereverPostgresDoes() throws Exception {
    assertThat(differences(COMMON_WORDS, COMMON_USES)).isEmpty();
  }

  @Test
  @Tag("slow")
  void shouldTakeEveryWordAsANameWhereverPostgresDoes() throws Exception {
    List<String> uses = new ArrayList<>(COMMON_USES);
    uses.addAll(MORE_USES);
    assertThat(differences(allWords(), uses)).isEmpty();
  }

  private static List<String> differences(Collection<String> words, List<String> uses)
      throws Exception {
    List<String> differences = new ArrayList<>();
    for (String word : words) {
      Table table =
          oracle.create(
              List.of("a int", "\"" + word + (word.equals("a") ? "_" : "") + "\" int"), List.of());
      SqlCompiler compiler = TestTables.compiler(table);
      for (String use : uses) {
        String sql = use.replace("%s", word);
        boolean theirs = oracle.accepts(sql);
        boolean ours = accepts(compiler, sql);
        if (theirs != ours && !isKnown(word, use)) {
          differences.add(sql + (theirs ? ": PostgreSQL takes it" : ": PostgreSQL refuses it"));
        } else if (ours) {
          assertThat(names(compiler, sql)).as(sql).isEqualTo(names(oracle.outputs(sql)));
        }
      }
    }
    return differences;
  }

  /** Words that are values or calls to PostgreSQL, and reserved words as a name without AS. */
  private static boolean isKnown(String word, String use) {
    boolean call = word.startsWith("current_") || word.startsWith("local") || word.endsWith("user");
    boolean value = Set.of("null", "true", "false", "all", "as").contains(word);
    boolean bareLabel = use.equals("SELECT a %s FROM t") && reserved.contains(word);
    return call || value || bareLabel;
  }

  private static boolean accepts(SqlCompiler compiler, String sql) {
    try {
      compiler.compile(sql);
      return true;
    } catch (SqlException e) {
      return false;
    }
  }

  private static List<String> names(SqlCompiler compiler, String sql) throws SqlException {
    return compiler.compile(sql).columns().stream().map(OutputColumn::name).toList();
  }

  private static List<String> names(List<Column> columns) {
    return columns.stream().map(Column::name).toList();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "a",
        "t.a",
        "upper(s)",
        "UPPER(s)",
        "trim(s)",
        "trim(LEADING 'x' FROM s)",
        "rtrim(s, 'y')",
        "substring(s FROM 2)",
        "position('x' IN s)",
        "char_length(s)",
        "translate(s, 'a', 'b')",
        "coalesce(a, 1)",
        "nullif(a, 1)",
        "greatest(a, 1)",
        "CAST(a AS bigint)",
        "a::text",
        "CAST(1 AS bigint)",
        "'x'::text",
        "CAST(a + 1 AS bigint)",
        "upper(s)::varchar(3)",
        "(a + 1)::numeric",
        "CASE WHEN a > 1 THEN a ELSE 2 END",
        "CASE WHEN a > 1 THEN 2 ELSE a END",
        "CASE WHEN a > 1 THEN upper(s) END",
        "CASE WHEN a > 1 THEN s ELSE upper(s) END",
        "DATE '2024-01-01'",
        "'1'::char(3)",
        "1::bool",
        "(a)",
        "((upper(s)))",
        "ceiling(a)",
        "abs(a)",
        "concat(s, s)",
        "CAST(CAST('1' AS int4) AS text)",
        "a::timestamp::text",
        "\"A b\""
      })
  void shouldNameOutputsAsPostgresDoes(String expression) throws Exception {
    Table table =
        new Table(
            PostgresOracle.TABLE,
            List.of(
                Column.required("row_id", PgTypes.INT4),
                Column.nullable("a", PgTypes.INT4),
                Column.nullable("s", PgTypes.TEXT),
                Column.nullable("A b", PgTypes.TEXT)),
            List.of("row_id"));
    oracle.create(List.of("a int4", "s text", "\"A b\" text"), List.of());
    String sql = "SELECT " + expression.replace("a::timestamp", "s::timestamp") + " FROM t";
    assertThat(names(TestTables.compiler(table), sql)).isEqualTo(names(oracle.outputs(sql)));
  }
}
