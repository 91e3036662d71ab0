package io.crossfade.sql.reverse;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells of a row that was written to a new table, by the row alone, that the old model holds it:
 * the way back makes an old row of it, of which the forward SELECT gives the very same new row.
 *
 * <p>Nothing is said of other rows. A column that the way back leaves as it is may happen to be
 * right; only the old table knows. Who hears no has to look there, who hears yes need not: the old
 * table will have this row as soon as the way back has written it.
 *
 * <p>Where several new tables come of one old one, the way back reads one of them. What is written
 * to that one decides then which rows the others would have, and the others' rows prove nothing.
 *
 * <p>Safe for use by several threads.
 */
public final class RoundTrip {

  private final Table old;
  private final Table fresh;
  private final RowsPlan there;
  private final SelectPlan back;

  /** Whether a row says enough of what comes back of it. */
  private final boolean tells;

  /** Of each column of the old table, its place in the way back's rows; -1: it has none. */
  private final int[] filled;

  /** Of each column that the forward SELECT gives, its place in the rows that are asked about. */
  private final int[] given;

  /**
   * The way there and back.
   *
   * @param rows the forward SELECT's new table with the columns of the rows that will be asked
   *     about
   * @param back the way back into the forward SELECT's old table, as that stores it
   */
  public RoundTrip(Forward forward, Table rows, SelectPlan back) {
    this.old = forward.old();
    this.fresh = forward.target();
    this.there = forward.plan().into(fresh);
    this.back = back;
    List<String> filling = back.columns().stream().map(OutputColumn::name).toList();
    List<String> asked = rows.columns().stream().map(Column::name).toList();
    List<String> giving = there.columns().stream().map(OutputColumn::name).toList();
    this.tells =
        isRead()
            && new HashSet<>(filling).containsAll(there.inputColumns(there.source().id()))
            && new HashSet<>(asked).containsAll(giving);
    this.filled = old.columns().stream().mapToInt(c -> filling.indexOf(c.name())).toArray();
    this.given = giving.stream().mapToInt(asked::indexOf).toArray();
  }

  /**
   * Whether the way back reads this new table: then what is deleted from it is deleted from the old
   * one.
   */
  public boolean isRead() {
    return back.source().id().equals(fresh.id());
  }

  /** The new table that the way back reads. */
  public Table reads() {
    return back.source();
  }

  /**
   * Whether the old model certainly holds a row.
   *
   * @param row of the new table
   */
  public boolean holds(Row row) {
    if (!tells) {
      return false;
    }
    try {
      Optional<Row> before = back.evaluate(row);
      return before.isPresent()
          && there.rows(whole(before.get())).stream().anyMatch(again -> isGiven(row, again));
    } catch (EvaluationException e) {
      return false;
    }
  }

  /**
   * The key of the row that the forward SELECT gives of what comes back of a row that the way back
   * reads.
   *
   * @param keyRow of {@link #reads}; only its key need be there
   * @return in the order of the new table's primary key; empty where there can be none, or where
   *     the key is not that of the old row
   */
  public Optional<Row> key(Row keyRow) {
    if (!(there instanceof SelectPlan select) || !select.keepsKey(fresh)) {
      return Optional.empty();
    }
    try {
      Row key = back.evaluateColumns(old.primaryKey(), keyRow);
      String[] values = new String[old.columns().size()];
      int[] indexes = old.keyIndexes();
      for (int i = 0; i < indexes.length; i++) {
        values[indexes[i]] = key.get(i);
      }
      return Optional.of(select.evaluateColumns(fresh.primaryKey(), Row.of(values)));
    } catch (EvaluationException e) {
      return Optional.empty();
    }
  }

  /** As the forward SELECT reads it, which reads no column that is not filled. */
  private Row whole(Row comesBack) {
    String[] values = new String[filled.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = filled[i] < 0 ? null : comesBack.get(filled[i]);
    }
    return Row.of(values);
  }

  private boolean isGiven(Row row, Row again) {
    for (int i = 0; i < given.length; i++) {
      if (!Objects.equals(row.get(given[i]), again.get(i))) {
        return false;
      }
    }
    return true;
  }
}
