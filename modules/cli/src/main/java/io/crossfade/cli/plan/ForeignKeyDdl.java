package io.crossfade.cli.plan;

import io.crossfade.cli.plan.Plan.Step;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.postgres.catalog.ForeignKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Translates foreign keys between tables that are both mapped. */
final class ForeignKeyDdl {

  private final List<Mapped> mappings;
  private final Identifiers names;

  ForeignKeyDdl(List<Mapped> mappings, Identifiers names) {
    this.mappings = mappings;
    this.names = names;
  }

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    mappings.forEach(
        mapped -> mapped.details().foreignKeys().forEach(key -> add(mapped, key, steps)));
    return steps;
  }

  private void add(Mapped mapped, ForeignKey key, List<Step> steps) {
    Optional<Mapped> other =
        mappings.stream()
            .filter(candidate -> candidate.plan().source().id().equals(key.references()))
            .findFirst();
    String about = mapped.target().id() + ": " + key.name();
    Optional<String> obstacle = obstacle(mapped, key, other);
    if (obstacle.isPresent()) {
      steps.add(
          Step.remark(
              about + " is not proposed: " + obstacle.get() + ". It was\n" + key.definition()));
      return;
    }
    Mapped parent = other.orElseThrow();
    String alter = "ALTER TABLE " + names.table(mapped.target().id());
    steps.add(
        Step.sql(
            about + " (a short lock; what others than Crossfade write is checked from now on)",
            alter
                + " ADD CONSTRAINT "
                + names.name(key.name())
                + " FOREIGN KEY ("
                + names.list(mapped.survivors(key.columns()).orElseThrow())
                + ") REFERENCES "
                + names.table(parent.target().id())
                + " ("
                + names.list(parent.survivors(key.referenced()).orElseThrow())
                + ")"
                + (key.tail().isEmpty() ? "" : " " + key.tail())
                + " NOT VALID"));
    steps.add(
        Step.sql(
            about
                + " (reads the table, blocks nobody; a row may be there a moment before the one\nit refers to: where that is so, run it again)",
            alter + " VALIDATE CONSTRAINT " + names.name(key.name())));
  }

  private static Optional<String> obstacle(Mapped mapped, ForeignKey key, Optional<Mapped> other) {
    boolean there =
        mapped.existing().stream()
            .flatMap(table -> table.foreignKeys().stream())
            .anyMatch(existing -> existing.name().equals(key.name()));
    if (there) {
      return Optional.of("there is one of that name already");
    }
    if (other.isEmpty()) {
      return Optional.of("its table " + key.references() + " has no mapping");
    }
    Mapped parent = other.get();
    TableId into = parent.target().id();
    Optional<List<String>> columns = mapped.survivors(key.columns());
    Optional<List<String>> referenced = parent.survivors(key.referenced());
    if (columns.isEmpty() || referenced.isEmpty()) {
      return Optional.of("a column of it did not come over as it was");
    }
    if (!parent.hasKey(referenced.get())) {
      return Optional.of(into + " has no unique key over these columns");
    }
    if (parent.plan().filters()) {
      return Optional.of(
          into + " leaves rows out by its WHERE, and rows that refer to those would be refused");
    }
    if (!key.plain()) {
      return Optional.of("it says more than can be translated");
    }
    for (int i = 0; i < columns.get().size(); i++) {
      TypeFamily child = mapped.target().column(columns.get().get(i)).type().family();
      TypeFamily own = parent.target().column(referenced.get().get(i)).type().family();
      if (child != own && !(child.isInteger() && own.isInteger())) {
        return Optional.of("the types of its columns have become different");
      }
    }
    return Optional.empty();
  }
}
