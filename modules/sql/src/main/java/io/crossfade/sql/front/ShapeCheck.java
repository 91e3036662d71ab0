package io.crossfade.sql.front;

import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnnestOperator;

/** Whether a statement has a shape that mappings have; if not, what is too much. */
final class ShapeCheck {

  /** Functions in FROM; {@link SourceText} puts UNNEST around them, which the parser can read. */
  static final Map<String, ParsedSelect.Elements.Of> JSON_ELEMENTS =
      Map.of(
          "jsonb_array_elements", ParsedSelect.Elements.Of.JSONB,
          "jsonb_array_elements_text", ParsedSelect.Elements.Of.JSONB_TEXT,
          "json_array_elements", ParsedSelect.Elements.Of.JSON,
          "json_array_elements_text", ParsedSelect.Elements.Of.JSON_TEXT);

  private final SourceText source;
  private final List<SqlProblem> problems;

  ShapeCheck(SourceText source, List<SqlProblem> problems) {
    this.source = source;
    this.problems = problems;
  }

  /**
   * The table of a FROM.
   *
   * @param name its name as written
   * @param alias its alias, if it has one
   */
  record TableReference(SqlIdentifier name, Optional<SqlIdentifier> alias) {

    /** What columns are qualified with. */
    String visibleName() {
      return alias.map(SqlIdentifier::getSimple).orElse(name.names.get(name.names.size() - 1));
    }
  }

  private void refuse(SqlNode node, String message) {
    problems.add(
        source
            .position(
                node.getParserPosition().getLineNum(), node.getParserPosition().getColumnNum())
            .problem(message));
  }

  /** The SELECT itself; empty, with a problem, where the statement is something else. */
  Optional<SqlSelect> select(SqlNode statement) {
    if (statement instanceof SqlOrderBy ordered) {
      refuse(
          ordered.orderList.isEmpty() ? ordered : ordered.orderList,
          "ORDER BY, LIMIT and OFFSET make no sense in a mapping: a table has no order; filter"
              + " with WHERE");
      return Optional.empty();
    }
    if (!(statement instanceof SqlSelect select)) {
      refuse(statement, otherStatement(statement.getKind()));
      return Optional.empty();
    }
    int before = problems.size();
    clauses(select);
    return problems.size() == before ? Optional.of(select) : Optional.empty();
  }

  private static String otherStatement(SqlKind kind) {
    return switch (kind) {
      case UNION, INTERSECT, EXCEPT ->
          kind + " is not supported: write one mapping for each SELECT, into tables of their own";
      case WITH -> "WITH is not supported: write one SELECT over the tables themselves";
      case VALUES -> "VALUES is no mapping: write SELECT … FROM a table";
      default -> "a mapping is a SELECT, this is " + kind;
    };
  }

  private void clauses(SqlSelect select) {
    if (select.isDistinct()) {
      refuse(
          select,
          "SELECT DISTINCT is not supported: write GROUP BY with the columns that tell the rows"
              + " apart");
    }
    if (select.getHaving() != null && select.getGroup() == null) {
      refuse(select.getHaving(), "HAVING needs GROUP BY");
    }
    if (select.getGroup() != null && select.getGroup().isEmpty()) {
      refuse(select, "GROUP BY () has no key: write by what the rows are put together");
    } else if (select.getGroup() != null) {
      select.getGroup().forEach(this::groupItem);
    }
    if (!select.getWindowList().isEmpty()) {
      refuse(
          select.getWindowList(),
          "window functions are not supported: a change of one row would change those of all"
              + " others of its window");
    }
    if (select.getQualify() != null) {
      refuse(select.getQualify(), "QUALIFY is not SQL of PostgreSQL");
    }
  }

  private void groupItem(SqlNode item) {
    switch (item.getKind()) {
      case LITERAL -> refuse(item, "write the expression that is meant, not its number");
      case ROLLUP, CUBE, GROUPING_SETS ->
          refuse(item, item.getKind() + " is not supported: write one mapping for each grouping");
      default -> {
        // An expression.
      }
    }
  }

  /**
   * The FROM: a table, those that are joined to it, and what the rows are split by.
   *
   * @param elements what stands behind the tables
   */
  record FromClause(
      TableReference table, List<JoinReference> joins, Optional<ElementsReference> elements) {}

  /** A table that is joined to those before it. */
  record JoinReference(TableReference table, boolean outer, SqlNode condition) {}

  /**
   * Elements of an array of the same row.
   *
   * @param array the expression
   * @param alias what its columns are qualified with
   * @param columns their names
   */
  record ElementsReference(
      ParsedSelect.Elements.Of of,
      SqlNode array,
      SqlIdentifier alias,
      List<SqlIdentifier> columns,
      boolean outer) {}

  /** What stands in the FROM; empty, with a problem, where that is nothing, or too much. */
  Optional<FromClause> from(SqlSelect select) {
    SqlNode from = select.getFrom();
    if (from == null) {
      refuse(select, "a mapping reads a table: write SELECT … FROM schema.table");
      return Optional.empty();
    }
    int before = problems.size();
    SqlNode left = from;
    Optional<ElementsReference> elements = Optional.empty();
    if (left instanceof SqlJoin join && isElements(join.getRight())) {
      elements = elements(join);
      left = join.getLeft();
    }
    Deque<JoinReference> joins = new ArrayDeque<>();
    while (left instanceof SqlJoin join) {
      join(join).ifPresent(joins::addFirst);
      left = join.getLeft();
    }
    Optional<TableReference> table = table(left);
    return problems.size() == before
        ? Optional.of(new FromClause(table.orElseThrow(), List.copyOf(joins), elements))
        : Optional.empty();
  }

  private Optional<JoinReference> join(SqlJoin join) {
    if (isElements(join.getRight())) {
      refuse(join.getRight(), "elements come last: write the JOINs of tables before them");
      return Optional.empty();
    }
    boolean outer = join.getJoinType() == JoinType.LEFT;
    if (!outer && join.getJoinType() != JoinType.INNER) {
      refuse(join.getRight(), otherJoin(join.getJoinType()));
      return Optional.empty();
    }
    if (join.isNatural() || join.getConditionType() != JoinConditionType.ON) {
      refuse(join.getRight(), "write which columns are equal: JOIN … ON a.x = b.y");
      return Optional.empty();
    }
    return table(join.getRight())
        .map(table -> new JoinReference(table, outer, join.getCondition()));
  }

  private static String otherJoin(JoinType type) {
    return switch (type) {
      case RIGHT -> "RIGHT JOIN is not supported: write the tables the other way round, LEFT JOIN";
      case FULL ->
          "FULL JOIN is not supported: neither table has a row of each; write two mappings, one"
              + " from each table with a LEFT JOIN, into one table";
      default -> "each row with each is not supported: write JOIN … ON a.x = b.y";
    };
  }

  private static boolean isElements(SqlNode node) {
    return switch (node.getKind()) {
      case AS, LATERAL -> isElements(((SqlCall) node).operand(0));
      case UNNEST -> true;
      default -> false;
    };
  }

  private Optional<ElementsReference> elements(SqlJoin join) {
    boolean outer = join.getJoinType() == JoinType.LEFT;
    boolean everyRow =
        join.getConditionType() == JoinConditionType.NONE
            || (join.getConditionType() == JoinConditionType.ON
                && join.getCondition() instanceof SqlLiteral literal
                && Boolean.TRUE.equals(literal.getValue()));
    boolean known =
        outer
            || join.getJoinType() == JoinType.CROSS
            || join.getJoinType() == JoinType.COMMA
            || join.getJoinType() == JoinType.INNER;
    if (!known || !everyRow || join.isNatural()) {
      refuse(
          join.getRight(),
          "elements stand beside their row: write CROSS JOIN …, or LEFT JOIN … ON TRUE");
      return Optional.empty();
    }
    SqlNode right = join.getRight();
    if (right.getKind() == SqlKind.LATERAL) {
      right = ((SqlCall) right).operand(0);
    }
    if (right.getKind() != SqlKind.AS) {
      refuse(right, "name the elements: AS t(element), or AS t(element, n) WITH ORDINALITY");
      return Optional.empty();
    }
    SqlCall as = (SqlCall) right;
    SqlNode called = as.operand(0);
    if (called.getKind() == SqlKind.LATERAL) {
      called = ((SqlCall) called).operand(0);
    }
    SqlCall unnest = (SqlCall) called;
    boolean ordinality = ((SqlUnnestOperator) unnest.getOperator()).withOrdinality;
    List<SqlIdentifier> columns = new ArrayList<>();
    for (int i = 2; i < as.operandCount(); i++) {
      columns.add(as.operand(i));
    }
    if (columns.size() != (ordinality ? 2 : 1) || unnest.operandCount() != 1) {
      refuse(
          as,
          ordinality
              ? "name the element and its number: WITH ORDINALITY AS t(element, n)"
              : "name the element: AS t(element)");
      return Optional.empty();
    }
    return Optional.of(of(unnest.operand(0), as.operand(1), columns, outer));
  }

  private static ElementsReference of(
      SqlNode array, SqlIdentifier alias, List<SqlIdentifier> columns, boolean outer) {
    if (array instanceof SqlCall call && call.getOperator() instanceof SqlFunction function) {
      ParsedSelect.Elements.Of json = JSON_ELEMENTS.get(Token.foldAscii(function.getName()));
      if (json != null && call.operandCount() == 1) {
        return new ElementsReference(json, call.operand(0), alias, columns, outer);
      }
    }
    return new ElementsReference(ParsedSelect.Elements.Of.SQL_ARRAY, array, alias, columns, outer);
  }

  private Optional<TableReference> table(SqlNode from) {
    if (from instanceof SqlIdentifier name) {
      return Optional.of(new TableReference(name, Optional.empty()));
    }
    if (from.getKind() == SqlKind.AS) {
      SqlCall as = (SqlCall) from;
      SqlIdentifier alias = as.operand(1);
      if (!alias.isComponentQuoted(0) && Keywords.RESERVED.contains(alias.getSimple())) {
        refuse(alias, Columns.quoteIt(alias.getSimple()));
        return Optional.empty();
      }
      if (as.operandCount() > 2) {
        refuse(
            alias, "names for the columns of a table in FROM are not supported; use AS in SELECT");
        return Optional.empty();
      }
      if (as.operand(0) instanceof SqlIdentifier name) {
        return Optional.of(new TableReference(name, Optional.of(alias)));
      }
      refuse(as.operand(0), otherSource(as.operand(0).getKind()));
      return Optional.empty();
    }
    refuse(from, otherSource(from.getKind()));
    return Optional.empty();
  }

  private static String otherSource(SqlKind kind) {
    return switch (kind) {
      case JOIN -> "write the JOINs without parentheses, one after the other";
      case SELECT, UNION, VALUES, ORDER_BY, WITH ->
          "subqueries are not supported; write one SELECT over the table itself";
      case UNNEST ->
          "UNNEST stands beside the table of its array: FROM t CROSS JOIN UNNEST(t.a) AS e(x)";
      default -> kind + " in FROM is not supported";
    };
  }
}
