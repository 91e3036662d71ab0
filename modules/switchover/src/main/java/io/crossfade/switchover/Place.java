package io.crossfade.switchover;

import io.crossfade.core.serving.Side;
import io.crossfade.core.switching.ColumnId;
import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.SequenceState;
import io.crossfade.core.switching.Sequences;
import io.crossfade.core.table.TableId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The old tables or the new ones, in their database.
 *
 * @param side which of them
 * @param tables all that the migration has on this side
 * @param fence keeps everybody else from writing to them
 * @param sequences behind their columns
 * @param gaveValues of a column of these tables, the column of the other side's that its values
 *     come from; those that come from none are left out
 */
public record Place(
    Side side,
    Collection<TableId> tables,
    Fence fence,
    Sequences sequences,
    Map<ColumnId, ColumnId> gaveValues) {

  public Place {
    Objects.requireNonNull(side, "side");
    tables = List.copyOf(tables);
    Objects.requireNonNull(fence, "fence");
    Objects.requireNonNull(sequences, "sequences");
    gaveValues = Map.copyOf(gaveValues);
  }

  /** For people. */
  public String name() {
    return side == Side.OLD ? "the old tables" : "the new tables";
  }

  /** The sequences that gave these tables' values while the other side took writes. */
  Map<ColumnId, SequenceState> formerly(Place other) {
    Map<ColumnId, SequenceState> byColumn = new HashMap<>();
    for (SequenceState sequence : other.sequences.of(other.tables)) {
      sequence.columns().forEach(column -> byColumn.put(column, sequence));
    }
    Map<ColumnId, SequenceState> formerly = new HashMap<>();
    gaveValues.forEach(
        (column, from) -> {
          if (byColumn.containsKey(from)) {
            formerly.put(column, byColumn.get(from));
          }
        });
    return formerly;
  }
}
