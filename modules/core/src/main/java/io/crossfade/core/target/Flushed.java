package io.crossfade.core.target;

import io.crossfade.core.table.TableId;
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
   */
  record Done(Set<TableId> copied, Set<TableId> met) implements Flushed {

    public Done {
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
   */
  record Refused(TableId table, String key, String error, String code) implements Flushed {

    public Refused {
      Objects.requireNonNull(table, "table");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(code, "code");
    }
  }
}
