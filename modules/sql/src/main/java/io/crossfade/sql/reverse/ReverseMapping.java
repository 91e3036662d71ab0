package io.crossfade.sql.reverse;

import io.crossfade.core.table.TableId;
import io.crossfade.sql.MapperPlan;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How an old table is filled from a new one after a switch. */
public sealed interface ReverseMapping {

  /** The old table. */
  TableId into();

  /**
   * The way back of one old table.
   *
   * @param forwards all mappings that read it; at least one
   * @throws IllegalArgumentException where there is none, or they read different tables
   */
  static ReverseMapping derive(List<Forward> forwards) {
    if (forwards.stream().map(forward -> forward.old().id()).distinct().count() != 1) {
      throw new IllegalArgumentException("a way back is derived for one old table at a time");
    }
    TableId old = forwards.get(0).old().id();
    Optional<MapperPlan> mapper =
        forwards.stream().flatMap(forward -> forward.mapper().stream()).findFirst();
    if (mapper.isPresent()) {
      return new Demanded(
          old,
          List.of(mapper.get().name() + " is Java, of which no way back can be told: write one"),
          "SELECT ... FROM ...");
    }
    if (forwards.stream().anyMatch(forward -> !forward.select().isRowByRow())) {
      return new Demanded(
          old,
          List.of("its rows are split or joined, and one row cannot be made of several yet"),
          "SELECT ... FROM ...");
    }
    return forwards.size() == 1
        ? new Derivation(forwards.get(0)).derive()
        : Derivation.choice(forwards);
  }

  /**
   * A SELECT that is certain: of every row that the forward SELECT gave, it gives the old columns
   * back to the last character.
   *
   * @param into the old table
   * @param select over the new table, in the language of the forward SELECTs
   * @param notes on each column of the old table, in its order, then on what else there is to know
   */
  record Derived(TableId into, String select, List<ColumnNote> notes) implements ReverseMapping {
    public Derived {
      Objects.requireNonNull(into, "into");
      Objects.requireNonNull(select, "select");
      notes = List.copyOf(notes);
    }
  }

  /**
   * Somebody has to write it.
   *
   * @param into the old table
   * @param reasons each a sentence: what cannot be derived, and why; never empty
   * @param skeleton the SELECT to write: what can be derived is filled in, {@code ...} stands for
   *     the rest
   */
  record Demanded(TableId into, List<String> reasons, String skeleton) implements ReverseMapping {
    public Demanded {
      Objects.requireNonNull(into, "into");
      Objects.requireNonNull(skeleton, "skeleton");
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException("nothing is demanded of " + into);
      }
    }
  }
}
