package io.crossfade.sql.front;

import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/** The items of a SELECT: rewritten, and named as PostgreSQL names them. */
final class SelectList {

  private final SourceText source;
  private final Scope scope;
  private final ExpressionRewriter expressions;
  private final List<SqlProblem> problems;
  private final List<SqlNode> items = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<SourcePosition> positions = new ArrayList<>();

  SelectList(
      SourceText source, Scope scope, ExpressionRewriter expressions, List<SqlProblem> problems) {
    this.source = source;
    this.scope = scope;
    this.expressions = expressions;
    this.problems = problems;
  }

  /** The rewritten items. */
  SqlNodeList rewrite(SqlNodeList list) {
    for (SqlNode item : list) {
      add(item);
    }
    refuseDuplicates();
    return new SqlNodeList(items, list.getParserPosition());
  }

  /** The name of each output column, stars expanded. */
  List<String> names() {
    return names;
  }

  /** Where each output column stands in the text. */
  List<SourcePosition> positions() {
    return positions;
  }

  private void add(SqlNode item) {
    if (item instanceof SqlIdentifier star && star.isStar()) {
      addStar(star);
    } else if (item.getKind() == SqlKind.AS) {
      SqlCall as = (SqlCall) item;
      SqlIdentifier alias = as.operand(1);
      checkAlias(as, alias);
      add(as.operand(0), alias.getSimple());
    } else {
      Optional<String> name = new ColumnNames(source).of(item);
      if (name.isEmpty()) {
        problems.add(
            expressions
                .start(item)
                .problem("PostgreSQL has no name for this expression: give it one with AS"));
      }
      add(item, name.orElse("?column?"));
    }
  }

  private void add(SqlNode expression, String name) {
    SqlParserPos pos = expression.getParserPosition();
    items.add(
        SqlStdOperatorTable.AS.createCall(
            pos, expressions.rewrite(expression), new SqlIdentifier(name, pos)));
    names.add(name);
    positions.add(expressions.start(expression));
  }

  private void addStar(SqlIdentifier star) {
    SourcePosition position = expressions.start(star);
    List<Scope.Relation> meant =
        star.names.size() == 1
            ? scope.relations()
            : star.names.size() == 2
                ? scope.relation(star.names.get(0)).stream().toList()
                : List.of();
    if (meant.isEmpty()) {
      problems.add(
          position.problem(
              "there is no table of that name in FROM; write "
                  + scope.relations().get(0).name()
                  + ".*"));
    }
    for (Scope.Relation relation : meant) {
      for (int i = 0; i < relation.columns().size(); i++) {
        SqlParserPos pos = star.getParserPosition();
        String name = relation.columns().get(i).name();
        items.add(
            SqlStdOperatorTable.AS.createCall(
                pos, scope.column(scope.offset(relation) + i, pos), new SqlIdentifier(name, pos)));
        names.add(name);
        positions.add(position);
      }
    }
  }

  /** {@code a isnull}: the parser takes a word as an alias where PostgreSQL wants AS before it. */
  private void checkAlias(SqlCall as, SqlIdentifier alias) {
    String name = alias.getSimple();
    if (alias.isComponentQuoted(0) || !Keywords.LABEL_NEEDS_AS.contains(name)) {
      return;
    }
    int end = source.endOffset(as.operand(0).getParserPosition());
    int start = source.startOffset(alias.getParserPosition());
    boolean writtenAs =
        Token.scan(source.parsed().substring(end, start)).stream().anyMatch(t -> t.is("as"));
    if (!writtenAs) {
      problems.add(
          source
              .position(
                  alias.getParserPosition().getLineNum(), alias.getParserPosition().getColumnNum())
              .problem("write AS before the name " + name));
    }
  }

  private void refuseDuplicates() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      boolean named = !names.get(i).equals("?column?");
      if (named && !seen.add(names.get(i))) {
        problems.add(
            positions
                .get(i)
                .problem("there are two output columns " + names.get(i) + "; rename one with AS"));
      }
    }
  }
}
