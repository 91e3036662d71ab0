package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.bind.Assignments;
import io.crossfade.sql.bind.Assignments.Fit;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.problem.SourcePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds a SELECT against the table that it is to fill. */
public final class MappingCheck {

  private final SelectPlan plan;
  private final Table target;
  private final boolean backwards;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, OutputColumn> outputs = new HashMap<>();

  private MappingCheck(SelectPlan plan, Table target, boolean backwards) {
    this.plan = plan;
    this.target = target;
    this.backwards = backwards;
    plan.columns().forEach(output -> outputs.put(output.name(), output));
  }

  /** All that speaks against filling the target from the SELECT; empty where nothing does. */
  public static List<Finding> check(SelectPlan plan, Table target) {
    return new MappingCheck(plan, target, false).check();
  }

  /**
   * The same for the way back into an old table. A type that is too narrow is a warning there: the
   * old model often is the narrower one, and of what came from it nothing is lost.
   */
  public static List<Finding> checkBackwards(SelectPlan plan, Table target) {
    return new MappingCheck(plan, target, true).check();
  }

  /**
   * All that speaks against filling columns of rows that others insert.
   *
   * @param own whether it is the very table that the SELECT reads
   */
  public static List<Finding> checkFilling(SelectPlan plan, Table target, boolean own) {
    return new MappingCheck(plan, target, false).checkFilling(own);
  }

  private List<Finding> checkFilling(boolean own) {
    outputs();
    if (target.primaryKey().isEmpty() || plan.source().primaryKey().isEmpty()) {
      key();
    } else {
      keyAsItIs(own);
    }
    if (target.primaryKey().containsAll(outputs.keySet())) {
      error(
          Optional.empty(),
          "the SELECT gives nothing of " + target.id() + " but its key; add a column to be filled");
    }
    for (OutputColumn output : plan.columns()) {
      boolean required =
          outputs.get(output.name()) == output
              && target.columns().stream()
                  .anyMatch(c -> c.name().equals(output.name()) && !c.nullable())
              && !target.primaryKey().contains(output.name());
      if (required && plan.filters()) {
        findings.add(
            new Finding(
                Severity.WARN,
                Optional.of(output.position()),
                target.id()
                    + "."
                    + output.name()
                    + " is NOT NULL, and NULL where the WHERE leaves a row out: such a row stops the"
                    + " migration; write CASE instead of WHERE"));
      }
    }
    return List.copyOf(findings);
  }

  private void keyAsItIs(boolean own) {
    Set<String> from = new HashSet<>();
    for (String key : target.primaryKey()) {
      OutputColumn output = outputs.get(key);
      if (output == null) {
        error(
            Optional.empty(),
            "the SELECT does not give "
                + key
                + ", a part of the primary key of "
                + target.id()
                + ", by which the rows to be filled are found");
        return;
      }
      output
          .passedFrom()
          .filter(source -> !own || source.equals(key))
          .filter(source -> Assignments.isInjective(output.type(), target.column(key).type()))
          .ifPresent(from::add);
    }
    if (!plan.isRowByRow()
        || !from.equals(Set.copyOf(plan.source().primaryKey()))
        || from.size() != target.primaryKey().size()) {
      error(
          Optional.of(outputs.get(target.primaryKey().get(0)).position()),
          "with columns: fill the primary key "
              + target.primaryKey()
              + " of "
              + target.id()
              + " must be the primary key "
              + plan.source().primaryKey()
              + " of "
              + plan.source().id()
              + ", column by column, as it is, and each row come from one row");
    }
  }

  private List<Finding> check() {
    outputs();
    missing();
    key();
    return List.copyOf(findings);
  }

  private void error(Optional<SourcePosition> position, String message) {
    findings.add(new Finding(Severity.ERROR, position, message));
  }

  private void outputs() {
    List<String> known = target.columns().stream().map(Column::name).toList();
    for (int i = 0; i < plan.columns().size(); i++) {
      OutputColumn output = plan.columns().get(i);
      if (!known.contains(output.name())) {
        error(
            Optional.of(output.position()),
            target.id()
                + " has no column "
                + output.name()
                + NearestName.hint(output.name(), known)
                + "; rename it with AS or leave it out");
      } else {
        column(output, plan.expression(i), target.column(output.name()));
      }
    }
  }

  private void column(OutputColumn output, Expr expression, Column column) {
    Optional<SourcePosition> position = Optional.of(output.position());
    if (column.generated()) {
      error(
          position, target.id() + "." + column.name() + " is computed by the target; leave it out");
      return;
    }
    Fit fit = Assignments.fit(expression, column.type());
    if (backwards && fit == Fit.LOSES) {
      findings.add(new Finding(Severity.WARN, position, tooNarrow(output, column)));
    } else if (fit != Fit.FITS) {
      error(position, misfit(output, column, fit));
    }
    if (output.nullable() && !column.nullable()) {
      findings.add(
          new Finding(
              Severity.WARN,
              position,
              target.id()
                  + "."
                  + column.name()
                  + " is NOT NULL, but this may be NULL: such a row stops the migration; give it a"
                  + " value with COALESCE, or leave such rows out in the WHERE"));
    }
  }

  private static String tooNarrow(OutputColumn output, Column column) {
    String fate =
        Assignments.refusesTheRest(output.type(), column.type())
            ? "is refused, which stops the row"
            : "is rounded or cut off, or refused; write CAST(… AS "
                + column.type()
                + ") if that is meant";
    return output.name()
        + " is "
        + output.type()
        + ", the old column is "
        + column.type()
        + ": a value that does not fit "
        + fate;
  }

  private static String misfit(OutputColumn output, Column column, Fit fit) {
    String types = output.name() + " is " + output.type() + ", the target's is " + column.type();
    return switch (fit) {
      case LOSES ->
          types
              + ": values could be cut off, rounded or refused; if that is wanted write CAST(… AS "
              + column.type()
              + ")";
      case NEEDS_CAST ->
          types + ": PostgreSQL does not convert by itself; write CAST(… AS " + column.type() + ")";
      default -> types + ": there is no way from the one to the other";
    };
  }

  private void missing() {
    for (Column column : target.columns()) {
      boolean required = !column.nullable() && !column.filledByDatabase() && !column.generated();
      if (required && !outputs.containsKey(column.name())) {
        error(
            Optional.empty(),
            target.id()
                + "."
                + column.name()
                + " is NOT NULL and has no default, but the SELECT does not give it; add … AS "
                + column.name());
      }
    }
  }

  private void key() {
    if (target.primaryKey().isEmpty()) {
      error(Optional.empty(), target.id() + " has no primary key; add one");
      return;
    }
    for (Table source : plan.sources()) {
      if (source.primaryKey().isEmpty()) {
        error(Optional.empty(), source.id() + " has no primary key; add one");
        return;
      }
    }
    Set<String> from = new HashSet<>();
    boolean complete = true;
    for (String key : target.primaryKey()) {
      OutputColumn output = outputs.get(key);
      if (output == null) {
        complete = false;
        error(
            Optional.empty(),
            "the SELECT does not give " + key + ", a part of the primary key of " + target.id());
      } else {
        output
            .injectiveOf()
            .filter(source -> Assignments.isInjective(output.type(), target.column(key).type()))
            .ifPresent(from::add);
      }
    }
    Set<String> source = Set.copyOf(plan.source().primaryKey());
    boolean same =
        plan.isRowByRow() && from.equals(source) && target.primaryKey().size() == source.size();
    boolean ours = !plan.userFunctions().isEmpty();
    if (complete && !same && (backwards || ours)) {
      error(
          Optional.of(outputs.get(target.primaryKey().get(0)).position()),
          "not supported yet: "
              + (plan.isRowByRow()
                  ? "another target key "
                  : "rows that are split, joined or put together ")
              + (backwards ? "on a way back" : "and functions of your own")
              + ". The primary key "
              + target.primaryKey()
              + " of "
              + target.id()
              + " must be the primary key "
              + plan.source().primaryKey()
              + " of "
              + plan.source().id()
              + ", column by column, as it is or cast without loss");
    }
  }
}
