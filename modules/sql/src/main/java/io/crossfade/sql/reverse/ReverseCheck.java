package io.crossfade.sql.reverse;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sql.Finding;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.MappingCheck;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds a way back that somebody has written against the old table that it is to fill.
 *
 * @param findings what speaks against it; with an error it cannot run
 * @param notes on the columns of the old table that it leaves as they are, then on those of the new
 *     one that it does not read, then on rows that the forward SELECT would leave out
 */
public record ReverseCheck(List<Finding> findings, List<ColumnNote> notes) {

  public ReverseCheck {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }

  /**
   * Checks a way back.
   *
   * @param reverse compiled over the new tables
   * @param forwards all mappings that read the old table; at least one
   */
  public static ReverseCheck check(SelectPlan reverse, List<Forward> forwards) {
    Table old = forwards.get(0).old();
    List<Finding> findings = new ArrayList<>(MappingCheck.checkBackwards(reverse, old));
    if (reverse.filters()) {
      findings.add(
          new Finding(
              Severity.WARN,
              Optional.empty(),
              "rows that do not pass the WHERE do not come back into "
                  + old.id()
                  + "; one that stops passing is deleted there"));
    }
    Optional<Forward> read =
        forwards.stream()
            .filter(forward -> forward.target().id().equals(reverse.source().id()))
            .findFirst();
    if (read.isEmpty()) {
      findings.add(
          new Finding(
              Severity.ERROR,
              Optional.empty(),
              reverse.source().id()
                  + " is not filled from "
                  + old.id()
                  + "; read one of its new tables: "
                  + forwards.stream().map(f -> f.target().id().toString()).toList()));
      return new ReverseCheck(findings, List.of());
    }
    if (forwards.stream().anyMatch(f -> f.mapper().isEmpty() && !f.select().isRowByRow())) {
      findings.add(
          new Finding(
              Severity.ERROR,
              Optional.empty(),
              "not supported yet: a way back into "
                  + old.id()
                  + ", whose rows are split or joined: one row cannot be made of several"));
      return new ReverseCheck(findings, List.of());
    }
    return new ReverseCheck(
        findings,
        read.get().mapper().isPresent()
            ? notesOfMapper(reverse, old, forwards, read.get())
            : notes(reverse, old, forwards, read.get()));
  }

  /** What a mapper makes of a column nobody can tell, only which ones it reads and fills. */
  private static List<ColumnNote> notesOfMapper(
      SelectPlan reverse, Table old, List<Forward> forwards, Forward read) {
    List<ColumnNote> notes = new ArrayList<>();
    for (int i = 0; i < old.columns().size(); i++) {
      Column column = old.columns().get(i);
      boolean filled =
          reverse.columns().stream().anyMatch(output -> output.name().equals(column.name()));
      if (!filled && !column.generated()) {
        notes.add(Unheld.unfilled(column, readers(forwards, i)));
      }
    }
    notes.addAll(Unheld.unread(read, reverse.inputColumns(reverse.source().id())));
    return notes;
  }

  private static List<ColumnNote> notes(
      SelectPlan reverse, Table old, List<Forward> forwards, Forward read) {
    Filter filter = new Filter(read.select().parsed());
    Set<Integer> lost = new HashSet<>();
    Set<Integer> fixed = new HashSet<>();
    List<ColumnNote> notes = new ArrayList<>();
    for (int i = 0; i < old.columns().size(); i++) {
      Column column = old.columns().get(i);
      int index = i;
      Optional<Term> term =
          reverse.parsed().items().stream()
              .filter(item -> item.name().equals(column.name()))
              .map(Item::term)
              .findFirst();
      if (term.isPresent()) {
        filter
            .fixed(index)
            .filter(value -> Filter.literal(term.get(), column.type()).equals(value.sql()))
            .ifPresent(value -> fixed.add(index));
      } else if (!column.generated()) {
        lost.add(index);
        notes.add(Unheld.unfilled(column, readers(forwards, index)));
      }
    }
    notes.addAll(Unheld.notes(read, reverse.inputColumns(reverse.source().id()), lost));
    notes.addAll(Unheld.filtered(filter, old, fixed));
    return notes;
  }

  private static List<String> readers(List<Forward> forwards, int column) {
    return forwards.stream()
        .flatMap(forward -> readers(forward, column).stream())
        .distinct()
        .toList();
  }

  private static List<String> readers(Forward forward, int column) {
    if (forward.mapper().isEmpty()) {
      return new Origins(forward).readers(column);
    }
    MapperPlan mapper = forward.mapper().get();
    return mapper
            .inputColumns(forward.old().id())
            .contains(forward.old().columns().get(column).name())
        ? List.of("what " + mapper.name() + " makes of it")
        : List.of();
  }
}
