package io.crossfade.core.verify;

import io.crossfade.core.table.Row;
import java.util.Objects;

/**
 * A row, known by its key and two hashes of all its values.
 *
 * @param key values of the key's columns
 * @param first of 64 bits
 * @param second of 64 bits; has nothing to do with the first
 */
public record KeyedHash(Row key, long first, long second) {

  public KeyedHash {
    Objects.requireNonNull(key, "key");
  }
}
