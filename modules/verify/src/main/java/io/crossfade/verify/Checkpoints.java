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

  /** Where the comparison of a new table goes on; empty: at the beginning. */
  Optional<Checkpoint> of(TableId table);

  /**
   * The comparison of a new table has come there. That it cannot be kept is no harm.
   *
   * @throws InterruptedException where this is to end
   */
  void reached(TableId table, Checkpoint checkpoint) throws InterruptedException;
}
