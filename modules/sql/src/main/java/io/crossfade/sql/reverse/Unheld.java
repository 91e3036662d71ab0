package io.crossfade.sql.reverse;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one of the two tables has and the other one has no place for. */
final class Unheld {

  private Unheld() {}

  /**
   * An old column that the way back does not fill.
   *
   * @param readers expressions of the forward SELECT that read it
   */
  static ColumnNote unfilled(Column column, List<String> readers) {
    String kept = "kept where the old row exists, its default or NULL in a new row";
    return readers.isEmpty()
        ? new ColumnNote(
            column.name(), Kind.KEPT, column.name() + " is not in the new table: " + kept)
        : new ColumnNote(
            column.name(),
            Kind.LOST,
            column.name()
                + " does not come back from "
                + String.join(", ", readers)
                + ": "
                + kept
                + "; what is written to the new table there is lost");
  }

  /**
   * New columns that the way back does not read.
   *
   * @param used those that it reads
   * @param lost places of old columns of which is said already that nothing comes back into them
   */
  static List<ColumnNote> notes(Forward forward, Set<String> used, Set<Integer> lost) {
    List<ColumnNote> notes = new ArrayList<>();
    TermText text = new TermText(forward.old());
    for (Column column : forward.target().columns()) {
      Optional<Term> term =
          forward.select().parsed().items().stream()
              .filter(item -> item.name().equals(column.name()))
              .map(Item::term)
              .findFirst();
      boolean said =
          term.stream().flatMap(t -> Filter.columnsOf(t).stream()).anyMatch(lost::contains);
      if (column.generated() || used.contains(column.name()) || said) {
        continue;
      }
      String origin =
          term.map(t -> "is " + text.of(t) + " of the old row").orElse("is not in the old table");
      notes.add(
          new ColumnNote(
              column.name(),
              Kind.NEW,
              column.name() + " " + origin + "; what is written to it does not come back"));
    }
    return notes;
  }

  /**
   * New columns of a mapper's table that the way back does not read.
   *
   * @param used those that it reads
   */
  static List<ColumnNote> unread(Forward forward, Set<String> used) {
    String mapper = forward.mapper().orElseThrow().name();
    Set<String> given = new HashSet<>();
    forward.plan().columns().forEach(output -> given.add(output.name()));
    return forward.target().columns().stream()
        .filter(column -> !column.generated() && !used.contains(column.name()))
        .map(
            column ->
                new ColumnNote(
                    column.name(),
                    Kind.NEW,
                    column.name()
                        + (given.contains(column.name())
                            ? " is made by " + mapper
                            : " is not in the old table")
                        + "; what is written to it does not come back"))
        .toList();
  }

  /**
   * Conditions of the forward SELECT that a row of the new table may come not to meet.
   *
   * @param met places of old columns that the way back fills with the value that meets them
   */
  static List<ColumnNote> filtered(Filter filter, Table old, Set<Integer> met) {
    List<ColumnNote> notes = new ArrayList<>();
    for (Filter.Condition condition : filter.conditions()) {
      if (!met.containsAll(condition.columns())) {
        String column = old.columns().get(condition.columns().iterator().next()).name();
        notes.add(
            new ColumnNote(
                column,
                Kind.FILTERED,
                column
                    + " is read by WHERE "
                    + condition.text()
                    + ": a row that does not meet it goes back, but the forward SELECT leaves it"
                    + " out, and after a rollback takes it out of the new table"));
      }
    }
    return notes;
  }
}
