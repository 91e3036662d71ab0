package io.crossfade.cli.job;

import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.switching.ColumnId;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.ReverseSpec;
import io.crossfade.sql.Finding;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.reverse.ColumnNote;
import io.crossfade.sql.reverse.Forward;
import io.crossfade.sql.reverse.ReverseCheck;
import io.crossfade.sql.reverse.ReverseMapping;
import io.crossfade.sql.reverse.RoundTrip;
import io.crossfade.switchover.Gate;
import io.crossfade.transform.Mapping;
import io.crossfade.transform.Mappings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The mappings of the reverse flow: for each old table a SELECT over a new one.
 *
 * @param mappings one for each old table, where no gate is open
 * @param captured all new tables with the columns that can be captured; used are those that a way
 *     back reads, and those that show whether the old model holds a row
 * @param roundTrips one for each forward mapping, in their order, where no gate is open
 * @param gates what is missing, and what would be lost; one for each old table
 */
record Reversal(
    List<Mapping> mappings,
    List<CapturedTable> captured,
    List<RoundTrip> roundTrips,
    List<Gate> gates) {

  private static final String GATE = "way-back";

  Reversal {
    mappings = List.copyOf(mappings);
    captured = List.copyOf(captured);
    roundTrips = List.copyOf(roundTrips);
    gates = List.copyOf(gates);
  }

  /** Whether the reverse flow can run. */
  boolean possible() {
    return gates.stream().allMatch(Gate::met);
  }

  /**
   * The ways back of a migration.
   *
   * @param notCarried of a new table, the columns whose values cannot be captured
   * @param otherUnique of an old table, the unique indexes beside its primary key
   */
  static Reversal of(
      Migration migration,
      Function<TableId, Map<String, String>> notCarried,
      Function<TableId, List<String>> otherUnique) {
    Map<TableId, Table> fresh = new LinkedHashMap<>();
    for (Forward forward : migration.forwards()) {
      Table table = forward.target();
      fresh.computeIfAbsent(table.id(), id -> without(table, notCarried.apply(id).keySet()));
    }
    List<Gate> gates = new ArrayList<>();
    List<Mapping> mappings = new ArrayList<>();
    Map<TableId, SelectPlan> plans = new HashMap<>();
    byOld(migration.forwards())
        .forEach(
            (old, forwards) -> {
              Way way = way(migration, old, forwards, fresh, otherUnique);
              gates.add(way.gate());
              way.plan()
                  .ifPresent(
                      plan -> {
                        mappings.add(Mappings.of(plan, forwards.get(0).old(), false));
                        plans.put(old, plan);
                      });
            });
    List<CapturedTable> captured =
        fresh.values().stream()
            .map(table -> new CapturedTable(table, used(table, migration.forwards(), plans)))
            .toList();
    List<RoundTrip> roundTrips =
        migration.forwards().stream()
            .filter(forward -> plans.containsKey(forward.old().id()))
            .map(
                forward ->
                    new RoundTrip(
                        forward, fresh.get(forward.target().id()), plans.get(forward.old().id())))
            .toList();
    return new Reversal(mappings, captured, roundTrips, gates);
  }

  private static Set<String> used(
      Table fresh, List<Forward> forwards, Map<TableId, SelectPlan> plans) {
    Set<String> used = new LinkedHashSet<>(fresh.primaryKey());
    plans.values().stream()
        .filter(plan -> plan.source().id().equals(fresh.id()))
        .forEach(plan -> used.addAll(plan.inputColumns(fresh.id())));
    forwards.stream()
        .filter(forward -> forward.target().id().equals(fresh.id()))
        .flatMap(forward -> forward.plan().columns().stream())
        .map(OutputColumn::name)
        .filter(name -> fresh.columns().stream().anyMatch(column -> column.name().equals(name)))
        .forEach(used::add);
    return used;
  }

  private static Table without(Table table, Set<String> left) {
    List<Column> columns =
        table.columns().stream().filter(column -> !left.contains(column.name())).toList();
    return new Table(table.id(), columns, table.primaryKey());
  }

  private static Map<TableId, List<Forward>> byOld(List<Forward> forwards) {
    Map<TableId, List<Forward>> byOld = new LinkedHashMap<>();
    forwards.forEach(
        forward -> byOld.computeIfAbsent(forward.old().id(), id -> new ArrayList<>()).add(forward));
    return byOld;
  }

  /** One old table's. */
  private record Way(Optional<SelectPlan> plan, Gate gate) {
    static Way open(String found, String needed, String fix) {
      return new Way(Optional.empty(), new Gate(GATE, false, found, needed, fix));
    }
  }

  private static Way way(
      Migration migration,
      TableId old,
      List<Forward> forwards,
      Map<TableId, Table> fresh,
      Function<TableId, List<String>> otherUnique) {
    Optional<ReverseSpec> written =
        migration.spec().reverse().stream().filter(way -> way.into().equals(old)).findFirst();
    String select;
    List<ColumnNote> notes = List.of();
    if (written.isPresent()) {
      select = written.get().select().text();
    } else {
      ReverseMapping mapping = ReverseMapping.derive(forwards);
      if (mapping instanceof ReverseMapping.Demanded demanded) {
        return Way.open(
            old + " has none, and it cannot be derived: " + String.join("; ", demanded.reasons()),
            "a SELECT under reverse:",
            "for instance: " + demanded.skeleton().replaceAll("\\s+", " "));
      }
      ReverseMapping.Derived derived = (ReverseMapping.Derived) mapping;
      select = derived.select();
      notes = derived.notes();
    }
    try {
      SelectPlan plan =
          new SqlCompiler(id -> Optional.ofNullable(fresh.get(id)), migration.functions())
              .compile(select);
      if (written.isPresent()) {
        ReverseCheck check = ReverseCheck.check(plan, forwards);
        notes = check.notes();
        Optional<Finding> error =
            check.findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .findFirst();
        if (error.isPresent()) {
          return Way.open(
              old + ": " + error.get().message(), "one that fits", "correct it under reverse:");
        }
      }
      List<String> losses =
          new ArrayList<>(
              notes.stream()
                  .filter(note -> note.kind().losesWrites())
                  .map(ColumnNote::sentence)
                  .toList());
      losesWhatIsKept(forwards.get(0).old(), plan, otherUnique).ifPresent(losses::add);
      return judged(old, select, plan.into(forwards.get(0).old()), losses, written);
    } catch (SqlException | IllegalArgumentException e) {
      return Way.open(
          old + ": " + e.getMessage(), "one that can run", "write another under reverse:");
    }
  }

  /**
   * A row that has to give way to another one's unique value is deleted, and comes again without
   * what the new table has no column for.
   */
  private static Optional<String> losesWhatIsKept(
      Table old, SelectPlan plan, Function<TableId, List<String>> otherUnique) {
    Set<String> filled = new LinkedHashSet<>();
    plan.columns().forEach(column -> filled.add(column.name()));
    List<String> kept =
        old.columns().stream()
            .filter(column -> !column.generated() && !filled.contains(column.name()))
            .map(Column::name)
            .toList();
    List<String> unique = kept.isEmpty() ? List.of() : otherUnique.apply(old.id());
    return unique.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join(", ", kept)
                + " of a row may become its default or NULL when a value of "
                + String.join(", ", unique)
                + " moves from one row to another");
  }

  private static Way judged(
      TableId old,
      String select,
      SelectPlan plan,
      List<String> losses,
      Optional<ReverseSpec> written) {
    boolean accepted = written.map(ReverseSpec::acceptLoss).orElse(false);
    String how = written.isPresent() ? "written" : "derived";
    if (losses.isEmpty() || accepted) {
      return new Way(
          Optional.of(plan),
          Gate.met(
              GATE,
              old
                  + " "
                  + how
                  + (losses.isEmpty() ? "" : ", loss accepted: " + String.join("; ", losses))));
    }
    return new Way(
        Optional.of(plan),
        new Gate(
            GATE,
            false,
            old + " can lose what is written after the switch: " + String.join("; ", losses),
            "one that loses nothing, or somebody's word that it does not matter",
            "`accept-loss: true` at its SELECT under reverse:"
                + (written.isPresent() ? "" : ", which is: " + select.replaceAll("\\s+", " "))));
  }

  /** Of each new column, the old one that its values come from, where there is just one. */
  static Map<ColumnId, ColumnId> columns(List<Forward> forwards) {
    Map<ColumnId, ColumnId> columns = new HashMap<>();
    for (Forward forward : forwards) {
      forward
          .plan()
          .columns()
          .forEach(
              output ->
                  output
                      .injectiveOf()
                      .or(output::passedFrom)
                      .ifPresent(
                          from ->
                              columns.put(
                                  new ColumnId(forward.target().id(), output.name()),
                                  new ColumnId(forward.select().source().id(), from))));
    }
    return columns;
  }
}
