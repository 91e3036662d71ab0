package io.crossfade.postgres.source;

import io.crossfade.core.source.CapturedTable;
import java.util.Map;

/**
 * A table as its events have to look.
 *
 * @param captured its columns, and which of them matter
 * @param types the oid of each column's type
 */
record LogTable(CapturedTable captured, Map<String, Integer> types) {

  LogTable {
    types = Map.copyOf(types);
  }
}
