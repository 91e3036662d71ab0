package io.crossfade.cli.job;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.Place;
import io.crossfade.spec.Problem;
import io.crossfade.spec.SchemaSpec;
import io.crossfade.spec.Spec;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.front.NearestName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds the tables that {@code from: schema.*} stands for: only the source knows them. */
final class WholeSchemas {

  private final Function<String, List<TableId>> tablesOf;
  private final Function<TableId, Optional<Table>> describe;
  private final List<Problem> problems;
  private final List<TableSpec> tables;
  private final Map<TableId, Place> seen = new HashMap<>();

  private WholeSchemas(
      Spec spec,
      Function<String, List<TableId>> tablesOf,
      Function<TableId, Optional<Table>> describe,
      List<Problem> problems) {
    this.tablesOf = tablesOf;
    this.describe = describe;
    this.problems = problems;
    this.tables = new ArrayList<>(spec.tables());
    spec.tables().forEach(table -> seen.put(table.into(), table.place()));
  }

  /**
   * The mappings that a spec names, and then those of its whole schemas.
   *
   * @param problems takes what is wrong
   */
  static List<TableSpec> expand(
      Spec spec,
      Function<String, List<TableId>> tablesOf,
      Function<TableId, Optional<Table>> describe,
      List<Problem> problems) {
    WholeSchemas schemas = new WholeSchemas(spec, tablesOf, describe, problems);
    spec.schemas().forEach(schemas::add);
    return schemas.tables;
  }

  private void add(SchemaSpec schema) {
    List<TableId> found = tablesOf.apply(schema.from());
    List<String> names = found.stream().map(TableId::name).toList();
    if (found.isEmpty()) {
      problems.add(
          schema.origin().problemAt(1, 1, "the source has no tables in schema " + schema.from()));
      return;
    }
    schema
        .except()
        .forEach(
            (name, place) -> {
              if (!names.contains(name)) {
                problems.add(
                    place.problem(
                        "schema "
                            + schema.from()
                            + " has no table "
                            + name
                            + NearestName.hint(name, names)));
              }
            });
    found.stream()
        .filter(table -> !schema.except().containsKey(table.name()))
        .forEach(table -> add(schema, table));
  }

  private void add(SchemaSpec schema, TableId table) {
    TableSpec mapping = schema.table(table.name());
    Place first = seen.putIfAbsent(mapping.into(), mapping.place());
    if (first != null) {
      problems.add(
          mapping
              .place()
              .problem(
                  mapping.into()
                      + " has a mapping in line "
                      + first.line()
                      + " already; leave it out here: "
                      + except(table)));
      return;
    }
    if (describe.apply(table).filter(known -> known.primaryKey().isEmpty()).isPresent()) {
      problems.add(
          schema
              .origin()
              .problemAt(
                  1,
                  1,
                  table
                      + " has no primary key, so its rows cannot be told apart; add one at the"
                      + " source, or leave the table out: "
                      + except(table)));
      return;
    }
    tables.add(mapping);
  }

  private static String except(TableId table) {
    return "except: [" + table.name() + "]";
  }

  /** How a table that was found in a schema is left out; empty where the spec names it itself. */
  static Optional<String> leavingOut(Spec spec, TableSpec table) {
    return spec.tables().contains(table)
        ? Optional.empty()
        : Optional.of("leave it out with " + except(table.into()));
  }
}
