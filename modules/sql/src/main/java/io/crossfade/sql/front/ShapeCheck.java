package io.crossfade.sql.front;

import io.crossfade.sql.problem.SqlProblem;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;

/** Whether a statement is a projection and filter over one table; if not, what is too much. */
final class ShapeCheck {

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
      refuse(select, "SELECT DISTINCT is not supported");
    }
    if (select.getGroup() != null) {
      refuse(select.getGroup(), "GROUP BY is not supported yet");
    }
    if (select.getHaving() != null) {
      refuse(select.getHaving(), "HAVING is not supported yet");
    }
    if (!select.getWindowList().isEmpty()) {
      refuse(select.getWindowList(), "window functions are not supported");
    }
    if (select.getQualify() != null) {
      refuse(select.getQualify(), "QUALIFY is not SQL of PostgreSQL");
    }
  }

  /** The one table of the FROM; empty, with a problem, where there is none or more than that. */
  Optional<TableReference> table(SqlSelect select) {
    SqlNode from = select.getFrom();
    if (from == null) {
      refuse(select, "a mapping reads a table: write SELECT … FROM schema.table");
      return Optional.empty();
    }
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
      case JOIN -> "JOIN is not supported yet: a mapping reads one table";
      case SELECT, UNION, VALUES, ORDER_BY, WITH ->
          "subqueries are not supported; write one SELECT over the table itself";
      case UNNEST -> "UNNEST is not supported yet";
      default -> kind + " in FROM is not supported";
    };
  }
}
