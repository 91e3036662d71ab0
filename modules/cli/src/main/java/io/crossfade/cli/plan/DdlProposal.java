package io.crossfade.cli.plan;

import io.crossfade.cli.plan.Plan.Ddl;
import io.crossfade.cli.plan.Plan.Step;
import java.util.ArrayList;
import java.util.List;

/** Puts the proposed SQL of all mappings in the order in which it runs. */
final class DdlProposal {

  private DdlProposal() {}

  static Ddl of(List<Mapped> mappings, Identifiers names) {
    List<Step> tables = new ArrayList<>();
    mappings.stream()
        .filter(mapped -> !mapped.exists())
        .map(mapped -> mapped.target().id().schema())
        .filter(schema -> !schema.equals("public"))
        .distinct()
        .forEach(
            schema ->
                tables.add(Step.sql("", "CREATE SCHEMA IF NOT EXISTS " + names.name(schema))));
    List<Step> after = new ArrayList<>();
    List<Step> atSwitch = new ArrayList<>();
    for (Mapped mapped : mappings) {
      TableDdl table = new TableDdl(mapped, names);
      tables.add(mapped.exists() ? Step.remark(mapped.target().id() + " exists") : table.create());
      after.addAll(new IndexDdl(mapped, names).steps());
      atSwitch.addAll(table.sequences());
    }
    after.addAll(new ForeignKeyDdl(mappings, names).steps());
    for (Mapped mapped : mappings) {
      after.add(Step.sql("", "ANALYZE " + names.table(mapped.target().id())));
    }
    return new Ddl(List.copyOf(tables), List.copyOf(after), List.copyOf(atSwitch));
  }
}
