package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.Relation;
import java.util.List;
import java.util.Map;
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
  public interface Rows {
    /**
     * The rows that are expected.
     *
     * @return none where the old row is left out
     * @throws RuntimeException where the row has none; the message says why
     */
    List<Row> of(Row old);
  }

  /**
   * What makes the rows that are expected.
   *
   * @param rows of old ones
   * @param keepsKey whether there is at most one of each, whose key is the old row's; else the old
   *     table is read as a whole to find the row of a key
   */
  public record Mapper(Rows rows, boolean keepsKey) {
    public Mapper {
      Objects.requireNonNull(rows, "rows");
    }
  }

  public ComparedMapping {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(actual, "actual");
    Objects.requireNonNull(mapper, "mapper");
    if (expected.ordered() != actual.ordered()
        || (mapper.map(Mapper::keepsKey).orElse(true)
            && expected.key().size() != actual.key().size())
        || (mapper.isEmpty() && expected.columns().size() != actual.columns().size())) {
      throw new IllegalArgumentException("the two sides of " + into + " have other shapes");
    }
  }

  /**
   * The columns in which two rows are not the same value, in the shape of {@code actual}'s rows;
   * empty where the rows are equal.
   */
  public List<Difference.ColumnDifference> differing(Row expectedRow, Row actualRow) {
    return new RowComparison(actual).differing(expectedRow, actualRow);
  }

  /**
   * A new key by its columns. Two texts of one key, 1.0 and 1.00, give the same.
   *
   * @param key in the order of the primary key
   */
  public Map<String, String> named(Row key) {
    RowComparison comparison = new RowComparison(actual);
    return comparison.named(comparison.key(key));
  }
}
