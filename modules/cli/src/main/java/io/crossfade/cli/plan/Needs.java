package io.crossfade.cli.plan;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a mapping needs of the job.
 *
 * @param steps what happens to a record on its way
 * @param state what has to be remembered between records; {@code none} where that is nothing
 */
public record Needs(List<String> steps, String state) {

  /**
   * What becomes of a mapping.
   *
   * @param plan as the new table stores its rows
   */
  public static Needs of(TableSpec spec, RowsPlan plan, Table target) {
    List<String> steps = new ArrayList<>(steps(plan));
    boolean keepsKey = plan.keepsKey(target);
    if (!keepsKey) {
      steps.add("claim by " + String.join(", ", target.primaryKey()));
    }
    steps.add(spec.fills() ? "fill, in rows of others" : "apply");
    return new Needs(steps, keepsKey ? "none" : state(plan, target));
  }

  /** The steps as people read them. */
  public String path() {
    return String.join(" → ", steps);
  }

  private static List<String> steps(RowsPlan plan) {
    if (!(plan instanceof SelectPlan select)) {
      return List.of("map by " + ((MapperPlan) plan).name());
    }
    List<String> steps = new ArrayList<>();
    select.sources().stream().skip(1).forEach(table -> steps.add("join " + table.id()));
    if (select.splits()) {
      steps.add("split");
    }
    if (select.filters()) {
      steps.add("filter");
    }
    select.grouping().ifPresent(grouping -> steps.add("group"));
    steps.add("project");
    return steps;
  }

  private static String state(RowsPlan plan, Table target) {
    Table old = plan.source();
    List<String> filled = plan.columns().stream().map(OutputColumn::name).toList();
    String joined = "";
    if (plan.joining().isPresent()) {
      joined =
          "the rows of "
              + plan.sources().stream()
                  .map(Table::id)
                  .distinct()
                  .map(TableId::toString)
                  .collect(Collectors.joining(", "))
              + ", about "
              + StateEstimate.rows(plan)
              + " B for one of each; ";
    }
    boolean grouped = plan.grouping().isPresent();
    return joined
        + (grouped ? "what each row contributes to its group, and what that came to; " : "")
        + "which keys each row of "
        + old.id()
        + " gave, about "
        + StateEstimate.claimed(old, target)
        + " B a key; each row of "
        + target.id()
        + " with who claims its key, about "
        + StateEstimate.claim(old, target, filled)
        + " B; on disk, and in Kafka";
  }
}
