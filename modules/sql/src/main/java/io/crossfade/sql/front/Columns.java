package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sql.problem.SqlProblem;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Looks at each name of a column before Calcite does: to find all wrong ones, not only the first.
 */
final class Columns {

  private final SourceText source;
  private final Table table;
  private final String alias;
  private final List<SqlProblem> problems;

  Columns(SourceText source, Table table, String alias, List<SqlProblem> problems) {
    this.source = source;
    this.table = table;
    this.alias = alias;
    this.problems = problems;
  }

  SqlNode check(SqlIdentifier name) {
    Optional<String> problem = problemOf(name);
    SqlParserPos pos = name.getParserPosition();
    if (problem.isEmpty()) {
      // Qualified, or Calcite would take a column current_path for a function of that name.
      return new SqlIdentifier(List.of(alias, name.names.get(name.names.size() - 1)), pos);
    }
    problems.add(source.position(pos.getLineNum(), pos.getColumnNum()).problem(problem.get()));
    return SqlLiteral.createNull(pos);
  }

  private Optional<String> problemOf(SqlIdentifier name) {
    int parts = name.names.size();
    if (parts > 2) {
      return Optional.of("give the table an alias and write alias.column instead of " + name);
    }
    String column = name.names.get(parts - 1);
    if (parts == 1 && !name.isComponentQuoted(0)) {
      Optional<String> refusal = KnownFunctions.refusal(column);
      if (Keywords.RESERVED.contains(column)) {
        return refusal.or(() -> Optional.of(quoteIt(column)));
      }
    }
    if (parts == 2 && !name.names.get(0).equals(alias)) {
      return Optional.of(
          "there is no table " + name.names.get(0) + " in FROM; it is called " + alias + " here");
    }
    List<String> known = table.columns().stream().map(Column::name).toList();
    return known.contains(column)
        ? Optional.empty()
        : Optional.of(table.id() + " has no column " + column + NearestName.hint(column, known));
  }

  static String quoteIt(String word) {
    return word + " is a reserved word; if it is a name, quote it: \"" + word + "\"";
  }
}
