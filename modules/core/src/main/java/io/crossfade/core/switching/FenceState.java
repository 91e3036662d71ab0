package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** How a table is fenced. */
public sealed interface FenceState {

  /**
   * Nobody without the pass writes to it.
   *
   * @param since by the database's clock
   */
  record Up(Instant since) implements FenceState {
    public Up {
      Objects.requireNonNull(since, "since");
    }
  }

  /**
   * Some of it is fenced: a part has joined the table since, or somebody has opened a part.
   *
   * @param open what has no fence: the table itself, or parts of it
   */
  record Partly(List<TableId> open) implements FenceState {
    public Partly {
      open = List.copyOf(open);
      if (open.isEmpty()) {
        throw new IllegalArgumentException("with nothing open a fence is up");
      }
    }
  }

  /** Everybody writes as he may. */
  record Down() implements FenceState {}
}
