package io.crossfade.core.target;

import java.util.Objects;
import java.util.Optional;

/**
 * The raw record that a row of the target comes from.
 *
 * @param partition where the record is
 * @param offset which it is there
 * @param key its key, as text
 * @param value its value, as text; empty for a delete
 */
public record Origin(InputPartition partition, long offset, String key, Optional<String> value) {

  public Origin {
    Objects.requireNonNull(partition, "partition");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }
}
