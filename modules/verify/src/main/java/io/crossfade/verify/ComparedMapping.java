package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.Relation;
import java.util.Objects;
import java.util.Optional;

/**
 * A new table and what it is compared with.
 *
 * @param into the new table
 * @param expected the SELECT as the source executes it; or, with a mapper, the old table
 * @param actual the new table, in the columns and the key of {@code expected}'s rows
 * @param mapper makes the expected row of an old one, where the source cannot execute the SELECT;
 *     then the comparison uses what it is to judge, and is not independent
 */
public record ComparedMapping(
    TableId into, Relation expected, Relation actual, Optional<Mapper> mapper) {

  /** Makes new rows of old ones. Safe for use by several threads. */
  @FunctionalInterface
  public interface Mapper {
    /**
     * The row that is expected.
     *
     * @return empty where the old row is left out
     * @throws RuntimeException where the row has none; the message says why
     */
    Optional<Row> map(Row old);
  }

  public ComparedMapping {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(actual, "actual");
    Objects.requireNonNull(mapper, "mapper");
    if (expected.ordered() != actual.ordered()
        || expected.key().size() != actual.key().size()
        || (mapper.isEmpty() && expected.columns().size() != actual.columns().size())) {
      throw new IllegalArgumentException("the two sides of " + into + " have other shapes");
    }
  }
}
