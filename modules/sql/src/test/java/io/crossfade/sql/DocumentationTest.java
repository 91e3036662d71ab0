package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.bind.Binder;
import io.crossfade.sql.front.FrontEnd;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of docs/sql.md: true here and in PostgreSQL, and one for everything. */
class DocumentationTest {

  private static final Pattern EXAMPLE =
      Pattern.compile("\\| `(.+)` \\| (?:`(.*)`|(NULL)|(\\(empty\\))) \\|");

  private record Example(String expression, String result) {}

  private static List<Example> examples() throws Exception {
    String page = Files.readString(Path.of("../../docs/sql.md"));
    String section = page.substring(page.indexOf("## Operators and functions"));
    List<Example> examples = new ArrayList<>();
    for (String line : section.split("\n")) {
      Matcher matcher = EXAMPLE.matcher(line);
      if (matcher.matches()) {
        String result = matcher.group(2) == null ? "" : matcher.group(2).replace("\\|", "|");
        examples.add(
            new Example(
                matcher.group(1).replace("\\|", "|"), matcher.group(3) == null ? result : null));
      } else {
        assertThat(line).as("a line of the table").doesNotStartWith("| `");
      }
    }
    return examples;
  }

  @Test
  void shouldHoldEveryExampleHereAndInPostgres() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        PostgresOracle oracle = new PostgresOracle(database.connect())) {
      Table table = oracle.create(List.of("a int4"), List.<String[]>of(new String[] {"1"}));
      SqlCompiler compiler = TestTables.compiler(table);
      Row row = oracle.rows().get(0);
      for (Example example : examples()) {
        String sql = "SELECT " + example.expression() + " AS x FROM t";
        assertThat(oracle.rows(sql).get(0).get(0))
            .as("PostgreSQL: %s", example.expression())
            .isEqualTo(example.result());
        assertThat(compiler.compile(sql).evaluate(row).orElseThrow().get(0))
            .as("here: %s", example.expression())
            .isEqualTo(example.result());
      }
    }
  }

  @Test
  void shouldHaveAnExampleOfEveryOperatorAndFunction() throws Exception {
    Set<String> shown = new TreeSet<>();
    for (Example example : examples()) {
      FrontEnd.read(
              "SELECT " + example.expression() + " AS x FROM customer_subscriptions",
              id -> Optional.of(TestTables.SUBSCRIPTIONS))
          .items()
          .forEach(item -> collect(item.term(), shown));
    }
    assertThat(shown).containsAll(Binder.vocabulary());
    assertThat(shown).contains("cast");
  }

  private static void collect(Term term, Set<String> names) {
    if (term instanceof CallTerm call) {
      names.add(call.name());
      call.arguments().forEach(argument -> collect(argument, names));
    } else if (term instanceof CastTerm cast) {
      names.add("cast");
      collect(cast.argument(), names);
    }
  }
}
