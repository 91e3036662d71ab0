package io.crossfade.cli.plan;

import io.crossfade.cli.plan.Plan.Step;
import io.crossfade.postgres.catalog.IndexDetails;
import io.crossfade.postgres.catalog.IndexDetails.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Translates the old table's secondary indexes to the new one's columns. */
final class IndexDdl {

  /** They order or hash any type that has a class of its own for it. */
  private static final Set<String> OF_ANY_TYPE = Set.of("btree", "hash", "brin");

  private final Mapped mapped;
  private final Identifiers names;

  IndexDdl(Mapped mapped, Identifiers names) {
    this.mapped = mapped;
    this.names = names;
  }

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (IndexDetails index : mapped.details().indexes()) {
      Optional<String> obstacle = obstacle(index).or(() -> existing(index));
      steps.add(
          obstacle.isPresent()
              ? Step.remark(
                  index.name()
                      + " is not proposed: "
                      + obstacle.get()
                      + ". It was\n"
                      + index.definition())
              : Step.sql("was " + index.name() + remark(index), sql(index)));
    }
    return steps;
  }

  private String remark(IndexDetails index) {
    return index.unique()
        ? "; it is unique: where its values move between rows, make it at the switch"
        : "";
  }

  /** Why the index cannot stand over the new table. */
  private Optional<String> obstacle(IndexDetails index) {
    if (!index.needs().isEmpty()) {
      return Optional.of("the target may lack " + String.join(", ", index.needs()));
    }
    List<String> lost =
        index.uses().stream().filter(c -> mapped.survivor(c).isEmpty()).sorted().toList();
    if (!lost.isEmpty()) {
      return Optional.of(String.join(", ", lost) + " did not come over as it was");
    }
    if (index.hasExpressions()) {
      return index.uses().stream().allMatch(mapped::isSame)
          ? Optional.empty()
          : Optional.of("it has an expression over columns that have another name or type now");
    }
    boolean classes = index.parts().stream().anyMatch(part -> part.order().contains("."));
    boolean retyped =
        index.uses().stream()
            .anyMatch(
                column ->
                    !mapped
                        .plan()
                        .source()
                        .column(column)
                        .type()
                        .equals(mapped.target().column(survivor(column)).type()));
    return retyped && (classes || !OF_ANY_TYPE.contains(index.method()))
        ? Optional.of("its columns have another type now")
        : Optional.empty();
  }

  private Optional<String> existing(IndexDetails index) {
    List<String> parts = index.parts().stream().map(this::part).toList();
    return mapped.existing().stream()
        .flatMap(table -> table.indexes().stream())
        .filter(other -> other.unique() == index.unique() && other.method().equals(index.method()))
        .filter(other -> other.predicate().equals(index.predicate()))
        .filter(other -> other.parts().stream().map(this::own).toList().equals(parts))
        .map(other -> mapped.target().id() + " has it as " + other.name())
        .findFirst();
  }

  private String own(Part part) {
    return part.column().map(names::name).orElse(part.expression()) + part.order();
  }

  private String survivor(String column) {
    return mapped.survivor(column).orElseThrow().name();
  }

  /** Without a name: PostgreSQL finds one that is free, also beside the old tables. */
  private String sql(IndexDetails index) {
    return "CREATE "
        + (index.unique() ? "UNIQUE " : "")
        + "INDEX CONCURRENTLY ON "
        + names.table(mapped.target().id())
        + " USING "
        + index.method()
        + " ("
        + index.parts().stream().map(this::part).collect(Collectors.joining(", "))
        + ")"
        + (index.include().isEmpty()
            ? ""
            : " INCLUDE ("
                + names.list(index.include().stream().map(this::survivor).toList())
                + ")")
        + index.tail()
        + index.predicate().map(rows -> " WHERE " + rows).orElse("");
  }

  private String part(Part part) {
    return part.column().map(column -> names.name(survivor(column))).orElse(part.expression())
        + part.order();
  }
}
