package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.sql.front.Scope.Relation;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Looks at each name of a column before Calcite does: to find all wrong ones, not only the first.
 */
final class Columns {

  private final SourceText source;
  private final Scope scope;
  private final List<SqlProblem> problems;

  Columns(SourceText source, Scope scope, List<SqlProblem> problems) {
    this.source = source;
    this.scope = scope;
    this.problems = problems;
  }

  SqlNode check(SqlIdentifier name) {
    SqlParserPos pos = name.getParserPosition();
    Optional<String> problem = problemOf(name);
    if (problem.isEmpty()) {
      return scope.column(places(name).get(0), pos);
    }
    problems.add(source.position(pos.getLineNum(), pos.getColumnNum()).problem(problem.get()));
    return SqlLiteral.createNull(pos);
  }

  /** The columns of the row that the name can mean. */
  private List<Integer> places(SqlIdentifier name) {
    String column = name.names.get(name.names.size() - 1);
    List<Integer> places = new ArrayList<>();
    for (Relation relation : meant(name)) {
      for (int i = 0; i < relation.columns().size(); i++) {
        if (relation.columns().get(i).name().equals(column)) {
          places.add(scope.offset(relation) + i);
        }
      }
    }
    return places;
  }

  private List<Relation> meant(SqlIdentifier name) {
    return name.names.size() == 1
        ? scope.relations()
        : scope.relation(name.names.get(0)).stream().toList();
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
    List<Relation> meant = meant(name);
    if (meant.isEmpty()) {
      return Optional.of(
          "there is no table "
              + name.names.get(0)
              + " in FROM; "
              + (scope.relations().size() == 1
                  ? "it is called " + scope.alias() + " here"
                  : "there are " + all(scope.relations(), Relation::name)));
    }
    return switch (places(name).size()) {
      case 0 -> Optional.of(unknown(meant, column));
      case 1 -> Optional.empty();
      default ->
          Optional.of(
              column + " is in more than one of " + all(meant, Relation::name) + ": write which");
    };
  }

  private static String all(List<Relation> relations, Function<Relation, String> text) {
    return relations.stream().map(text).collect(Collectors.joining(", "));
  }

  private static String unknown(List<Relation> meant, String column) {
    List<String> known =
        meant.stream().flatMap(r -> r.columns().stream()).map(Column::name).toList();
    return all(meant, Relation::what)
        + (meant.size() == 1 ? " has" : " have")
        + " no column "
        + column
        + NearestName.hint(column, known);
  }

  static String quoteIt(String word) {
    return word + " is a reserved word; if it is a name, quote it: \"" + word + "\"";
  }
}
