package io.crossfade.sql.reverse;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import io.crossfade.sql.reverse.Origins.Origin;
import io.crossfade.sql.reverse.ReverseMapping.Demanded;
import io.crossfade.sql.reverse.ReverseMapping.Derived;
import io.crossfade.sql.reverse.Splits.Split;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Derives the way back of one mapping, old column by old column. */
final class Derivation {

  private final Forward forward;
  private final Table old;
  private final Origins origins;
  private final Splits splits;
  private final Filter filter;
  private final SelectText select = new SelectText();
  private final List<ColumnNote> notes = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final Set<Integer> lost = new HashSet<>();
  private final Set<Integer> fixed = new HashSet<>();

  Derivation(Forward forward) {
    this.forward = forward;
    old = forward.old();
    origins = new Origins(forward);
    splits = new Splits(forward);
    filter = new Filter(forward.select().parsed());
  }

  ReverseMapping derive() {
    for (int i = 0; i < old.columns().size(); i++) {
      column(i);
    }
    notes.addAll(Unheld.notes(forward, used, lost));
    notes.addAll(Unheld.filtered(filter, old, fixed));
    String sql = select.from(forward.target().id());
    if (reasons.isEmpty()) {
      reasons.addAll(faults(sql));
    }
    return reasons.isEmpty()
        ? new Derived(old.id(), sql, notes)
        : new Demanded(old.id(), reasons, sql);
  }

  /** Which of several new tables is meant cannot be known: they can be written to separately. */
  static ReverseMapping choice(List<Forward> forwards) {
    TableId old = forwards.get(0).old().id();
    List<ReverseMapping> each =
        forwards.stream().map(forward -> new Derivation(forward).derive()).toList();
    String skeleton =
        each.stream()
            .filter(Derived.class::isInstance)
            .findFirst()
            .map(way -> ((Derived) way).select())
            .orElseGet(() -> ((Demanded) each.get(0)).skeleton());
    String tables =
        forwards.stream().map(f -> f.target().id().toString()).collect(Collectors.joining(", "));
    return new Demanded(
        old,
        List.of(
            old
                + " feeds several new tables ("
                + tables
                + "), each of which may be written to: say which one gives it back"),
        skeleton);
  }

  private void column(int index) {
    Column column = old.columns().get(index);
    if (column.generated()) {
      note(column, Kind.COMPUTED, "is computed by the old table itself");
      return;
    }
    List<Origin> found = origins.of(index);
    if (!found.isEmpty()) {
      comesBack(column, found);
      return;
    }
    Optional<Split> split = splits.of(index);
    if (split.isPresent()) {
      comesBack(column, split.get());
      return;
    }
    List<String> readers = origins.readers(index);
    Optional<String> why = demanded(index, readers);
    if (why.isPresent()) {
      reasons.add(column.name() + ": " + why.get());
      select.addGap(column.name(), column.name() + " " + column.type() + ": " + why.get());
    } else if (filter.fixed(index).isPresent()) {
      Filter.Fixed value = filter.fixed(index).get();
      fixed.add(index);
      select.add(value.sql(), column.name());
      note(
          column,
          Kind.FIXED,
          "is "
              + value.sql()
              + " in every row of the new table (WHERE "
              + value.condition()
              + "); old rows with another value are not in the new table and stay as they are");
    } else {
      lost.add(index);
      notes.add(Unheld.unfilled(column, readers));
    }
  }

  private void note(Column column, Kind kind, String predicate) {
    notes.add(new ColumnNote(column.name(), kind, column.name() + " " + predicate));
  }

  /** Why somebody has to say what the column is; empty where nobody has to. */
  private Optional<String> demanded(int index, List<String> readers) {
    Column column = old.columns().get(index);
    String undone =
        readers.isEmpty()
            ? "it is not in the new table"
            : String.join(", ", readers) + " cannot be undone";
    if (old.primaryKey().contains(column.name())) {
      return Optional.of(undone + ", and it is a part of the old table's key");
    }
    if (readers.isEmpty() && filter.fixed(index).isPresent()) {
      return Optional.empty();
    }
    if (!column.nullable() && !column.filledByDatabase()) {
      return Optional.of(undone + ", and it is NOT NULL without a default");
    }
    return filter
        .reading(index)
        .map(condition -> undone + ", and WHERE " + condition.text() + " reads it");
  }

  private void comesBack(Column column, List<Origin> found) {
    Origin best = found.get(0);
    Column source = best.column();
    used.add(source.name());
    select.add(best.back().expression(), column.name());
    boolean nullRefused = source.nullable() && !column.nullable();
    Kind kind = best.back().kind();
    if (nullRefused && kind.compareTo(Kind.NARROWER) < 0) {
      kind = Kind.NARROWER;
    }
    StringBuilder sentence = new StringBuilder("comes from ").append(source.name());
    sentence.append(
        switch (best.back().kind()) {
          case COPIED -> " as it is";
          case CONVERTED -> " (" + source.type() + "), all of whose values it holds";
          case NARROWER ->
              " ("
                  + source.type()
                  + "); a value that does not fit "
                  + column.type()
                  + " is refused";
          default ->
              " ("
                  + source.type()
                  + "); what came from the old table comes back as it was, another value may be"
                  + " rounded, cut off or written anew to be "
                  + column.type()
                  + ", or refused";
        });
    sentence.append(nullRefused ? "; NULL is refused" : "");
    for (Origin other : found.subList(1, found.size())) {
      sentence
          .append("; ")
          .append(other.column().name())
          .append(" held the same: what is written there alone does not come back");
    }
    note(column, kind, sentence.toString());
  }

  private void comesBack(Column column, Split split) {
    select.add(split.expression(), column.name());
    split.parts().forEach(part -> used.add(part.name()));
    boolean nullRefused = !column.nullable() && split.parts().stream().anyMatch(Column::nullable);
    note(
        column,
        Kind.LOSSY,
        "comes from "
            + split.parts().stream().map(Column::name).collect(Collectors.joining(" and "))
            + ", into which it was split; what came from the old table comes back as it was, parts"
            + " that were written since make one value, which may be split in another way or be"
            + " refused"
            + (nullRefused ? "; NULL is refused" : ""));
  }

  /** What a check of the derived SELECT finds: it has to stand where a written one would. */
  private List<String> faults(String sql) {
    Table target = forward.target();
    try {
      SelectPlan plan =
          new SqlCompiler(id -> Optional.of(target).filter(table -> table.id().equals(id)))
              .compile(sql);
      return ReverseCheck.check(plan, List.of(forward)).findings().stream()
          .filter(finding -> finding.severity() == Severity.ERROR)
          .map(Finding::message)
          .toList();
    } catch (SqlException e) {
      return e.problems().stream().map(SqlProblem::message).toList();
    }
  }
}
