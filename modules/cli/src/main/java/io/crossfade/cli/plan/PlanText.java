package io.crossfade.cli.plan;

import io.crossfade.cli.plan.Plan.ColumnPlan;
import io.crossfade.cli.plan.Plan.MappingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link Plan} for people. */
public final class PlanText {

  private PlanText() {}

  /** What is made and where, then each mapping column by column. */
  public static String render(Plan plan) {
    StringBuilder text = new StringBuilder();
    text.append(plan.migration()).append(": what a start makes where it is missing\n\n");
    List<List<String>> made = new ArrayList<>();
    made.add(List.of("source", plan.source().url()));
    made.add(List.of("  publication", plan.source().publication()));
    made.add(List.of("  replication slot", plan.source().slot()));
    made.add(
        List.of("kafka", plan.kafka().brokers() + (plan.kafka().embedded() ? " (embedded)" : "")));
    for (Plan.RawTopic topic : plan.kafka().rawTopics()) {
      made.add(List.of("  raw topic", topic.topic() + "   " + partitions(topic.partitions())));
    }
    made.add(List.of("  control topic", plan.kafka().controlTopic() + "   1 partition"));
    made.add(List.of("  consumer group", plan.kafka().consumerGroup()));
    made.add(List.of("target", plan.target().url()));
    made.add(
        List.of(
            "  progress",
            "schema " + plan.target().schema() + ", table " + plan.target().progressTable()));
    statements("  expand", plan.expand()).ifPresent(made::add);
    statements("  contract", plan.contract()).ifPresent(made::add);
    text.append(columns(made));
    plan.mappings().forEach(mapping -> text.append('\n').append(mapping(mapping)));
    return text.toString();
  }

  private static Optional<List<String>> statements(String name, Plan.Statements list) {
    int all = list.statements();
    return all == 0
        ? Optional.empty()
        : Optional.of(
            List.of(
                name, all + (all == 1 ? " statement, " : " statements, ") + list.done() + " done"));
  }

  private static String partitions(int partitions) {
    return partitions + (partitions == 1 ? " partition" : " partitions");
  }

  private static String mapping(MappingPlan mapping) {
    StringBuilder text = new StringBuilder();
    text.append(mapping.into()).append(" ← ").append(mapping.from()).append('\n');
    text.append("  ")
        .append(mapping.rawTopic())
        .append(" → ")
        .append(String.join(" → ", mapping.steps()))
        .append("   ")
        .append(partitions(mapping.partitions()))
        .append(", state: ")
        .append(mapping.state())
        .append('\n');
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("  COLUMN", "FROM", "TYPE", "LOSSY", "NULL"));
    mapping.columns().forEach(column -> rows.add(row(column)));
    text.append(columns(rows));
    if (!mapping.notRead().isEmpty()) {
      text.append("  not read: ").append(String.join(", ", mapping.notRead())).append('\n');
    }
    return text.toString();
  }

  private static List<String> row(ColumnPlan column) {
    String type =
        column.sourceType().equals(column.targetType())
            ? column.targetType()
            : column.sourceType() + " → " + column.targetType();
    String nullable = column.nullable() ? "may be" : "never";
    return List.of(
        "  " + column.name(),
        column.from(),
        type,
        column.lossy(),
        nullable + (column.nullable() && !column.targetNullable() ? ", but NOT NULL there" : ""));
  }

  private static String columns(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int width = row.get(i).codePointCount(0, row.get(i).length());
        if (i == widths.size()) {
          widths.add(width);
        } else {
          widths.set(i, Math.max(widths.get(i), width));
        }
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        int pad = widths.get(i) - cell.codePointCount(0, cell.length());
        line.append(cell).append(" ".repeat(pad + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
