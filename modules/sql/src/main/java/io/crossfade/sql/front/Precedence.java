package io.crossfade.sql.front;

import io.crossfade.sql.problem.SqlProblem;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlPostfixOperator;
import org.apache.calcite.sql.SqlPrefixOperator;

/**
 * The parser's and PostgreSQL's operators do not bind alike: {@code a || b + c} is {@code (a || b)
 * + c} to the one and {@code a || (b + c)} to the other. Where an expression without parentheses
 * was grouped in another way than PostgreSQL would, it is refused.
 */
final class Precedence {

  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int IS = 4;
  private static final int COMPARISON = 5;
  private static final int LIKE = 6;
  private static final int OTHER = 7;
  private static final int ADDITION = 8;
  private static final int MULTIPLICATION = 9;
  private static final int SIGN = 12;
  private static final int TYPECAST = 13;
  private static final int ATOM = 99;

  private final SourceText source;
  private final List<SqlProblem> problems;

  Precedence(SourceText source, List<SqlProblem> problems) {
    this.source = source;
    this.problems = problems;
  }

  /** Looks at a call and its direct operands. */
  void check(SqlCall call) {
    int outer = level(call);
    if (outer == ATOM) {
      return;
    }
    boolean prefix = call.getOperator() instanceof SqlPrefixOperator;
    List<SqlNode> operands = call.getOperandList();
    for (int i = 0; i < operands.size(); i++) {
      if (operands.get(i) instanceof SqlCall operand
          && !isGroupedRight(operand, outer, i, prefix)) {
        problems.add(
            source
                .position(
                    operand.getParserPosition().getLineNum(),
                    operand.getParserPosition().getColumnNum())
                .problem(
                    "PostgreSQL groups these operators in another way, or not at all; put"
                        + " parentheses around what belongs together"));
      }
    }
  }

  private boolean isGroupedRight(SqlCall operand, int outer, int index, boolean prefix) {
    int inner = level(operand);
    if (inner > outer || source.isParenthesised(operand.getParserPosition())) {
      return true;
    }
    boolean leftOfLeftAssociative = index == 0 && isLeftAssociative(outer);
    return inner == outer && (prefix || leftOfLeftAssociative);
  }

  private static boolean isLeftAssociative(int level) {
    return level != IS && level != COMPARISON && level != LIKE;
  }

  private static int level(SqlCall call) {
    if (call.getOperator().getName().equals("::")) {
      return TYPECAST;
    }
    if (call.getOperator() instanceof SqlPostfixOperator) {
      return IS;
    }
    return switch (call.getKind()) {
      case OR -> OR;
      case AND -> AND;
      case NOT -> NOT;
      case IS_DISTINCT_FROM, IS_NOT_DISTINCT_FROM -> IS;
      case EQUALS, NOT_EQUALS, LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
          COMPARISON;
      case LIKE, IN, NOT_IN, BETWEEN, SIMILAR -> LIKE;
      case PLUS, MINUS -> ADDITION;
      case TIMES, DIVIDE, MOD -> call.getOperator().getName().length() == 1 ? MULTIPLICATION : ATOM;
      case MINUS_PREFIX, PLUS_PREFIX -> SIGN;
      case POSIX_REGEX_CASE_SENSITIVE, POSIX_REGEX_CASE_INSENSITIVE, SOME -> OTHER;
      default -> call.getOperator().getName().equals("||") ? OTHER : ATOM;
    };
  }
}
