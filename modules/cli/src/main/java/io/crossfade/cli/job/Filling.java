package io.crossfade.cli.job;

import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Writing;
import io.crossfade.spec.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the mappings that fill columns mean for one another, and for the end. */
final class Filling {

  private Filling() {}

  static void check(
      List<Migration.MappedTable> tables,
      Migration.Source source,
      List<Problem> problems,
      List<Problem> warnings) {
    List<Migration.MappedTable> filling =
        tables.stream().filter(table -> table.writing().fills()).toList();
    if (filling.isEmpty()) {
      return;
    }
    if (source.holdsNewTables().getAsBoolean()) {
      again(tables, filling, problems);
    }
    if (filling.size() < tables.size()) {
      warnings.add(
          filling
              .get(0)
              .from()
              .place()
              .problem(
                  names(filling)
                      + (filling.size() == 1 ? " is" : " are")
                      + " filled, beside tables that can be switched to: there is no cutover of this"
                      + " migration. Give what is filled a migration of its own"));
    }
  }

  /** What is written comes back by the log: to fill from it would be to write for ever. */
  private static void again(
      List<Migration.MappedTable> tables,
      List<Migration.MappedTable> filling,
      List<Problem> problems) {
    Map<TableId, Set<String>> written = new HashMap<>();
    tables.forEach(table -> written.put(table.target().id(), table.filled()));
    for (Migration.MappedTable table : filling) {
      TableId read = table.plan().source().id();
      Set<String> both = new HashSet<>(written.getOrDefault(read, Set.of()));
      both.retainAll(table.plan().inputColumns(read));
      if (!both.isEmpty()) {
        problems.add(
            table
                .from()
                .select()
                .problemAt(
                    1,
                    1,
                    "reads "
                        + both.stream().sorted().collect(Collectors.joining(", "))
                        + " of "
                        + read
                        + ", which this migration writes: each value could make the next one, without"
                        + " an end; name the columns, and none that it writes"));
      }
    }
  }

  /** The tables whose columns are filled; empty where there are none. */
  static List<TableId> of(Migration migration) {
    List<TableId> tables = new ArrayList<>();
    migration.tables().stream()
        .filter(table -> table.writing() != Writing.ROWS)
        .forEach(table -> tables.add(table.target().id()));
    return tables;
  }

  private static String names(List<Migration.MappedTable> tables) {
    return tables.stream()
        .map(table -> table.target().id().toString())
        .collect(Collectors.joining(", "));
  }
}
