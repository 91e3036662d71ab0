package io.crossfade.sql.front;

import io.crossfade.sql.problem.SourcePosition;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/**
 * An operator, literal or cast of PostgreSQL as Calcite gets to see it: opaque, of type ANY, never
 * coerced and never simplified. What it is comes back out as a {@link Term}.
 *
 * <p>Two of them are equal to Calcite when they mean the same, so that an expression in a GROUP BY
 * is found again in the SELECT; where they stand does not count.
 */
final class PgOperator extends SqlSpecialOperator {

  /** Wraps a condition: Calcite insists that it is a BOOLEAN. */
  static final String CONDITION = "condition";

  /** Makes the term of the operator from the terms of its operands. */
  interface Meaning {
    Term of(List<Term> operands);
  }

  private final Meaning meaning;
  private final List<SourcePosition> operandPositions;
  private final SqlTypeName typeName;

  private PgOperator(
      String digest, SqlTypeName typeName, List<SourcePosition> operandPositions, Meaning meaning) {
    super(digest, SqlKind.OTHER_FUNCTION);
    this.meaning = meaning;
    this.operandPositions = List.copyOf(operandPositions);
    this.typeName = typeName;
  }

  static SqlNode call(
      String digest,
      SqlParserPos pos,
      List<SqlNode> operands,
      List<SourcePosition> operandPositions,
      Meaning meaning) {
    return new PgOperator(digest, SqlTypeName.ANY, operandPositions, meaning)
        .createCall(new SqlNodeList(operands, pos));
  }

  static SqlNode condition(SqlNode operand, SourcePosition position) {
    return new PgOperator(
            CONDITION, SqlTypeName.BOOLEAN, List.of(position), operands -> operands.get(0))
        .createCall(operand.getParserPosition(), operand);
  }

  Term term(List<Term> operands) {
    return meaning.of(operands);
  }

  /** Where an operand stands; a column that Calcite has resolved has forgotten it. */
  SourcePosition operandPosition(int operand) {
    return operandPositions.get(operand);
  }

  @Override
  public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
    for (SqlNode operand : call.getOperandList()) {
      validator.deriveType(scope, operand);
    }
    RelDataType type = type(validator.getTypeFactory(), typeName);
    validator.setValidatedNodeType(call, type);
    return type;
  }

  static RelDataType type(RelDataTypeFactory types, SqlTypeName name) {
    return types.createTypeWithNullability(types.createSqlType(name), true);
  }

  @Override
  public void unparse(SqlWriter writer, SqlCall call, int leftPrec, int rightPrec) {
    SqlWriter.Frame frame = writer.startFunCall(getName());
    for (SqlNode operand : call.getOperandList()) {
      writer.sep(",");
      operand.unparse(writer, 0, 0);
    }
    writer.endFunCall(frame);
  }
}
