package io.crossfade.verify;

import io.crossfade.verify.Difference.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A difference as it was written down.
 *
 * @param table the new table
 * @param key the row's, by its columns
 */
record FoundDifference(String table, Map<String, String> key, Kind kind) {

  FoundDifference {
    Objects.requireNonNull(table, "table");
    key = new LinkedHashMap<>(key);
    Objects.requireNonNull(kind, "kind");
  }
}
