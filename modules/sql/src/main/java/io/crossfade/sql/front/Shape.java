package io.crossfade.sql.front;

import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.problem.SourcePosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/**
 * The terms of a relational tree of the form Project(Filter(Scan)), each of the upper two optional.
 *
 * @param projections one for each output column
 * @param condition of the filter, if there is one
 */
record Shape(List<Term> projections, Optional<Term> condition) {

  /** A relational operator that no mapping has yet. */
  static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;

    Unsupported(String relTypeName) {
      super(relTypeName + " is not supported yet: a mapping projects and filters one table");
    }
  }

  /**
   * Reads the tree.
   *
   * @param itemPositions where each output column stands in the text
   */
  static Shape of(RelNode root, List<SourcePosition> itemPositions) throws Unsupported {
    RelNode node = root;
    List<RexNode> projections = null;
    if (node instanceof Project project) {
      projections = project.getProjects();
      node = project.getInput();
    }
    Optional<Term> condition = Optional.empty();
    if (node instanceof Filter filter) {
      condition = Optional.of(term(filter.getCondition(), SourcePosition.START));
      node = filter.getInput();
    }
    if (!(node instanceof TableScan)) {
      throw new Unsupported(node.getRelTypeName());
    }
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < itemPositions.size(); i++) {
      SourcePosition position = itemPositions.get(i);
      terms.add(
          projections == null ? new ColumnTerm(i, position) : term(projections.get(i), position));
    }
    return new Shape(terms, condition);
  }

  private static Term term(RexNode node, SourcePosition position) {
    if (node instanceof RexInputRef reference) {
      return new ColumnTerm(reference.getIndex(), position);
    }
    if (node instanceof RexCall call && call.getOperator() instanceof PgOperator operator) {
      List<Term> operands = new ArrayList<>();
      for (int i = 0; i < call.getOperands().size(); i++) {
        operands.add(term(call.getOperands().get(i), operator.operandPosition(i)));
      }
      return operator.term(operands);
    }
    throw new IllegalStateException("Calcite made an expression of its own: " + node);
  }
}
