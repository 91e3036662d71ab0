package io.crossfade.cli.job;

import io.crossfade.core.table.TableId;
import io.crossfade.spec.Problem;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A spec's mappings next to those that the new tables stand for by now; a mapper stands for all
 * that its jar holds. Another SELECT over the same old table with the same key asks for a replay:
 * then each old row meets it once more, and writes or deletes the one new row that is its own. So
 * it is where old rows claim new keys, by both SELECTs: each takes back what it has claimed. Else,
 * with another key, or over another old table, rows of before would have no old row that could take
 * them away.
 */
final class MappingChanges {

  private enum Kind {
    /** Its old table is captured already, for other mappings: its rows have to be read again. */
    ADDED,
    /** Its old table is new too, and is copied from now on: nothing else has to be done. */
    ADDED_WITH_SOURCE,
    /** Another SELECT. */
    CHANGED,
    /**
     * Another SELECT with another key, or over other old tables, or joined in another way; or other
     * rows are ours.
     */
    MOVED,
    /** Some of its old tables are captured already, and some are not. */
    ADDED_IN_BETWEEN
  }

  private final Migration migration;
  private final Map<TableId, Kind> changes = new LinkedHashMap<>();
  private final List<String> gone = new ArrayList<>();

  private MappingChanges(Migration migration) {
    this.migration = migration;
  }

  /**
   * Compares.
   *
   * @param standFor the SELECT of each new table as the migration's records have it
   */
  static MappingChanges of(Migration migration, Map<String, String> standFor) {
    MappingChanges changes = new MappingChanges(migration);
    Map<String, Former> former = new HashMap<>();
    standFor.forEach((into, text) -> changes.former(text).ifPresent(one -> former.put(into, one)));
    Set<String> captured = new HashSet<>();
    former.values().forEach(one -> captured.addAll(one.sources()));
    Map<String, String> now = migration.selects();
    for (Migration.MappedTable table : migration.tables()) {
      String into = table.target().id().toString();
      if (!standFor.containsKey(into)) {
        changes.changes.put(table.target().id(), added(sources(table.plan()), captured));
      } else if (!standFor.get(into).equals(now.get(into))) {
        boolean asBefore = fills(standFor.get(into)) == fills(now.get(into));
        changes.changes.put(
            table.target().id(),
            asBefore && keeps(Optional.ofNullable(former.get(into)), table)
                ? Kind.CHANGED
                : Kind.MOVED);
      }
    }
    standFor.keySet().stream().filter(into -> !now.containsKey(into)).forEach(changes.gone::add);
    return changes;
  }

  /**
   * What made a new table's rows before.
   *
   * @param sources the old tables
   * @param select over the old tables as they are; empty where it was a mapper
   */
  private record Former(Set<String> sources, Optional<SelectPlan> select) {

    Former(SelectPlan select) {
      this(MappingChanges.sources(select), Optional.of(select));
    }
  }

  /** Empty where it was a SELECT that cannot be any more. */
  private Optional<Former> former(String text) {
    Optional<String> ofMapper = MapperPlan.sourceOf(text);
    if (ofMapper.isPresent()) {
      return Optional.of(new Former(Set.of(ofMapper.get()), Optional.empty()));
    }
    try {
      return Optional.of(
          new Former(
              new SqlCompiler(
                      id -> migration.sources().stream().filter(t -> t.id().equals(id)).findFirst(),
                      migration.functions())
                  .compile(fills(text) ? text.substring(Migration.FILLING.length()) : text)));
    } catch (SqlException e) {
      return Optional.empty();
    }
  }

  private static Kind added(Set<String> sources, Set<String> captured) {
    if (captured.containsAll(sources)) {
      return Kind.ADDED;
    }
    return sources.stream().noneMatch(captured::contains)
        ? Kind.ADDED_WITH_SOURCE
        : Kind.ADDED_IN_BETWEEN;
  }

  private static Set<String> sources(RowsPlan plan) {
    return plan.sources().stream().map(table -> table.id().toString()).collect(Collectors.toSet());
  }

  private static boolean fills(String select) {
    return select.startsWith(Migration.FILLING);
  }

  private static boolean keeps(Optional<Former> former, Migration.MappedTable table) {
    if (former.isEmpty() || !former.get().sources().equals(sources(table.plan()))) {
      return false;
    }
    Optional<SelectPlan> before = former.get().select();
    if (!before.flatMap(MappingChanges::join).equals(join(table.plan()))) {
      return false;
    }
    List<String> key = table.target().primaryKey();
    boolean same =
        before.isPresent()
            && key.stream()
                .allMatch(
                    column ->
                        keyOf(before.get(), column).isPresent()
                            && keyOf(before.get(), column).equals(keyOf(table.plan(), column)));
    boolean claimed = before.map(select -> claims(select, key)).orElse(true);
    return same || (claimed && claims(table.plan(), key));
  }

  /** What decides which rows are joined; empty where none are. */
  private static Optional<String> join(RowsPlan plan) {
    return plan instanceof SelectPlan select && select.joining().isPresent()
        ? Optional.of(select.fromText())
        : Optional.empty();
  }

  /** Whether old rows claim new keys: then which ones is remembered, and they are taken back. */
  private static boolean claims(RowsPlan plan, List<String> key) {
    if (!(plan instanceof SelectPlan select) || !select.isRowByRow()) {
      return true;
    }
    Set<String> of = new HashSet<>();
    key.forEach(column -> keyOf(plan, column).ifPresent(of::add));
    return key.size() != of.size() || !of.equals(Set.copyOf(plan.source().primaryKey()));
  }

  private static Optional<String> keyOf(RowsPlan plan, String column) {
    return plan.columns().stream()
        .filter(output -> output.name().equals(column))
        .findFirst()
        .flatMap(OutputColumn::injectiveOf);
  }

  /** New tables that have to be made from their raw topics' first records. */
  Set<TableId> needReplay() {
    Set<TableId> tables = new HashSet<>();
    changes.forEach(
        (table, kind) -> {
          if (kind == Kind.CHANGED || kind == Kind.ADDED) {
            tables.add(table);
          }
        });
    return tables;
  }

  /** New tables that the migration has not filled before. */
  Set<TableId> added() {
    Set<TableId> tables = new HashSet<>();
    changes.forEach(
        (table, kind) -> {
          if (kind == Kind.ADDED || kind == Kind.ADDED_WITH_SOURCE) {
            tables.add(table);
          }
        });
    return tables;
  }

  /** Why the job cannot go on with this spec; nothing where it can. */
  List<Problem> againstRun() {
    List<Problem> problems = new ArrayList<>(never());
    for (Migration.MappedTable table : migration.tables()) {
      TableId into = table.target().id();
      Kind kind = changes.get(into);
      String replay =
          "`crossfade replay -f FILE --table " + into + " --from start` brings it there";
      if (kind == Kind.CHANGED) {
        problems.add(
            Compiled.place(table.from())
                .problem(
                    into
                        + " stands for "
                        + before(table)
                        + " so far: "
                        + replay
                        + "; or take this one back"));
      } else if (kind == Kind.ADDED) {
        problems.add(
            problem(
                table.from(),
                into
                    + " is new, and the rows of "
                    + names(table)
                    + " were applied without it: "
                    + replay));
      }
    }
    return problems;
  }

  private static String before(Migration.MappedTable table) {
    return table.from().mapper().isPresent()
        ? "another mapper, or for other code of it,"
        : "another SELECT";
  }

  /** Why no replay helps, or not yet; nothing where it does. */
  List<Problem> againstReplay() {
    List<Problem> problems = new ArrayList<>(never());
    for (Migration.MappedTable table : migration.tables()) {
      if (changes.get(table.target().id()) == Kind.ADDED_WITH_SOURCE) {
        problems.add(
            problem(
                table.from(),
                table.target().id()
                    + " is new, and so is its old table "
                    + names(table)
                    + ": replay without it, then have `crossfade run` take it up"));
      }
    }
    return problems;
  }

  /** What neither a start nor a replay can take up. */
  private List<Problem> never() {
    String advice = "; take it back, or give this spec another migration name and empty tables";
    List<Problem> problems = new ArrayList<>();
    for (Migration.MappedTable table : migration.tables()) {
      TableId into = table.target().id();
      Kind kind = changes.get(into);
      if (kind == Kind.MOVED) {
        problems.add(
            Compiled.place(table.from())
                .problem(
                    into
                        + " stands for "
                        + (table.from().mapper().isPresent()
                            ? "a SELECT with the old key, or for a mapper over another old table"
                            : "a SELECT with another key, over another old table, or joined in another"
                                + " way, or columns: fill has come or gone")
                        + ": its rows would stay for ever"
                        + advice));
      } else if (kind == Kind.ADDED_IN_BETWEEN) {
        problems.add(
            problem(
                table.from(),
                into
                    + " is new, and of the tables that it joins some are captured already and some"
                    + " are not: leave it out, let another mapping read the others first, and add it"
                    + " when they are copied"));
      }
    }
    for (String into : gone) {
      problems.add(
          migration
              .tables()
              .get(0)
              .from()
              .place()
              .problem(
                  into
                      + " is filled by this migration, and is gone from the spec"
                      + (migration.spec().schemas().isEmpty()
                          ? ""
                          : ", or from a schema that it maps")
                      + advice));
    }
    return problems;
  }

  private static String names(Migration.MappedTable table) {
    return table.plan().sources().stream()
        .map(old -> old.id().toString())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private Problem problem(TableSpec table, String message) {
    return table
        .place()
        .problem(
            message
                + WholeSchemas.leavingOut(migration.spec(), table)
                    .map(how -> "; or " + how)
                    .orElse(""));
  }
}
