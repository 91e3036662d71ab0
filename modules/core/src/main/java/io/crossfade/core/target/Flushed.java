package io.crossfade.core.target;

import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** How a flush ended. */
public sealed interface Flushed {

  /**
   * All of it is durable.
   *
   * @param copied tables whose inserts were copied; where a table is not among them, they were
   *     upserted
   * @param met those of the rest where copying was tried and met rows that were there already
   * @param bad rows of this flush that went to {@code crossfade.dead} instead
   * @param parked how many rows of the flush's partitions wait for another row to go away, from
   *     this flush or from before
   */
  record Done(Set<TableId> copied, Set<TableId> met, List<BadRow> bad, long parked)
      implements Flushed {

    /** All rows are in. */
    public Done(Set<TableId> copied, Set<TableId> met) {
      this(copied, met, List.of(), 0);
    }

    public Done {
      bad = List.copyOf(bad);
      copied = Set.copyOf(copied);
      met = Set.copyOf(met);
    }
  }

  /** Another owner has taken a partition: nothing was written. */
  record Fenced() implements Flushed {}

  /**
   * The target will not have a row: nothing was written, and trying again will not help.
   *
   * @param table whose row it is
   * @param key the row's key for people, for instance {@code id = 7}; empty where the error is not
   *     of one row
   * @param error what the target says
   * @param code the target's error code (SQLSTATE)
   * @param decidable whether it stands in {@code crossfade.dead} by now, for a person to decide
   */
  record Refused(TableId table, String key, String error, String code, boolean decidable)
      implements Flushed {

    public Refused {
      Objects.requireNonNull(table, "table");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(code, "code");
    }
  }
}
