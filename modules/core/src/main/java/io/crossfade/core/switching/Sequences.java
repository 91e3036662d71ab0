package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The generators of numbers behind columns. Rows that we write bring their numbers along, so the
 * generators of new tables stand where they stood when the tables were made; the first row that an
 * application inserts would get a number that is taken.
 *
 * <p>Every method throws {@link SwitchingException} where the database does not answer or refuses.
 */
public interface Sequences {

  /**
   * The sequences behind the columns of these tables: identities, those that belong to a column,
   * and those that a default takes its numbers from. In the order of their names. Blocks on the
   * catalogue; changes nothing; may be repeated.
   */
  List<SequenceState> of(Collection<TableId> tables);

  /**
   * What {@link #advance} would do. Reads the greatest (or least) value of each column: where the
   * column leads no index, that reads the table. Changes nothing; may be repeated.
   *
   * @param tables those whose sequences are to be advanced
   * @param old of a column, the sequence that gave its values until now, as {@link #of} gave it
   *     after writers were out; columns without one are left out
   * @param margin how many numbers to leave out for safety, 0 or more
   */
  List<SequenceMove> plan(
      Collection<TableId> tables, Map<ColumnId, SequenceState> old, long margin);

  /**
   * Moves sequences so that the next number of each is beyond all values of its columns and all
   * that the old sequence has given out; never back. Where one does not fit, none is moved. Blocks
   * as {@link #plan}. May be repeated, while applications use the sequences too: one that stands
   * where it should is left alone.
   *
   * <p>A session that holds numbers in its own cache goes on with them (a sequence with CACHE above
   * 1, used before this call): close such sessions.
   *
   * @return one for each sequence, in the order of their names
   */
  List<SequenceMove> advance(
      Collection<TableId> tables, Map<ColumnId, SequenceState> old, long margin);
}
