package io.crossfade.cli.job;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.spec.Problem;
import io.crossfade.spec.ReverseSpec;
import io.crossfade.spec.Spec;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.reverse.Forward;
import io.crossfade.sql.reverse.ReverseCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Holds what stands under {@code reverse:} against the tables, before it is needed. */
final class WaysBack {

  private final List<Forward> forwards;
  private final List<ScalarFunction> functions;
  private final List<Problem> problems;
  private final List<Problem> warnings;

  /**
   * @param forwards the mappings that run
   * @param problems takes what speaks against a way back
   * @param warnings takes what somebody should know
   */
  WaysBack(
      List<Forward> forwards,
      List<ScalarFunction> functions,
      List<Problem> problems,
      List<Problem> warnings) {
    this.forwards = forwards;
    this.functions = functions;
    this.problems = problems;
    this.warnings = warnings;
  }

  void check(Spec spec) {
    spec.reverse().forEach(this::check);
  }

  private void check(ReverseSpec way) {
    List<Forward> into =
        forwards.stream().filter(forward -> forward.old().id().equals(way.into())).toList();
    if (into.isEmpty()) {
      problems.add(
          way.place()
              .problem(
                  way.into()
                      + " is no old table of this migration, so nothing comes back into it; there are "
                      + forwards.stream()
                          .map(forward -> forward.old().id().toString())
                          .distinct()
                          .sorted()
                          .collect(Collectors.joining(", "))));
      return;
    }
    try {
      SelectPlan plan = compiler().compile(way.select().text());
      for (Finding finding : ReverseCheck.check(plan, into).findings()) {
        (finding.severity() == Severity.ERROR ? problems : warnings).add(placed(way, finding));
      }
    } catch (SqlException e) {
      for (SqlProblem problem : e.problems()) {
        problems.add(way.select().problemAt(problem.line(), problem.column(), problem.message()));
      }
    }
  }

  private SqlCompiler compiler() {
    Map<TableId, Table> news =
        forwards.stream()
            .map(Forward::target)
            .collect(Collectors.toMap(Table::id, table -> table, (same, other) -> same));
    return new SqlCompiler(id -> Optional.ofNullable(news.get(id)), functions);
  }

  private static Problem placed(ReverseSpec way, Finding finding) {
    return finding
        .position()
        .map(at -> way.select().problemAt(at.line(), at.column(), finding.message()))
        .orElseGet(() -> way.place().problem(finding.message()));
  }
}
