package io.crossfade.verify;

import io.crossfade.core.table.TableId;
import java.util.Optional;

/** Where comparisons go on, and where that is kept. */
public interface Checkpoints {

  /** From the beginning, and kept by nobody. */
  Checkpoints NONE =
      new Checkpoints() {
        @Override
        public Optional<Checkpoint> of(TableId table) {
          return Optional.empty();
        }

        @Override
        public void reached(TableId table, Checkpoint checkpoint) {}
      };

  /** What the comparison of a new table goes on with; empty: with all of it. */
  Optional<Checkpoint> of(TableId table);

  /**
   * The comparison of a new table has come so far. That it cannot be kept is no harm: more is
   * compared again. Called by one thread at a time for each table.
   *
   * @throws InterruptedException where this is to end
   */
  void reached(TableId table, Checkpoint checkpoint) throws InterruptedException;
}
