package io.crossfade.core.target;

import io.crossfade.core.table.Row;
import java.util.Optional;

/**
 * Where the rows of a batch come from. Asked only when the target does not take them all, so an
 * answer may be dear.
 */
public interface Origins {

  /** Nobody knows; such rows can be refused, and cannot wait. */
  Origins UNKNOWN =
      new Origins() {
        @Override
        public Optional<Origin> of(Row row) {
          return Optional.empty();
        }

        @Override
        public boolean has(InputPartition partition, String key) {
          return false;
        }
      };

  /** The record of a row of this batch, by the row's identity. */
  Optional<Origin> of(Row row);

  /** Whether the batch does something with the row of that record's key. */
  boolean has(InputPartition partition, String key);
}
