package io.crossfade.verify.explain;

import io.crossfade.core.table.Row;
import io.crossfade.verify.Difference.ColumnDifference;
import io.crossfade.verify.explain.Evidence.Held;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All that is known of one new row. Rows are values by column, as canonical text; null is NULL.
 *
 * @param table the new table
 * @param key its key
 * @param sourceTable the old table
 * @param sourceKey the old row's key; empty where it cannot be told from the new one
 * @param source the old row as the source's primary has it now; empty where there is none
 * @param expected what the SELECT gives for it
 * @param independent whether the source itself has executed the SELECT for {@code expected}; else
 *     it was evaluated here
 * @param target the new row as the target has it now; empty where there is none
 * @param differing where {@code expected} and {@code target} are rows: columns with other values
 * @param records what the raw topic has of it
 * @param held why the target lacks it; empty where nothing is written down
 * @param compared the last comparison of its table on the instance that was asked
 * @param verdict what all that means
 */
public record Biography(
    String table,
    Map<String, String> key,
    String sourceTable,
    Optional<Map<String, String>> sourceKey,
    Optional<Map<String, String>> source,
    Outcome expected,
    boolean independent,
    Optional<Map<String, String>> target,
    List<ColumnDifference> differing,
    Records records,
    List<Held> held,
    Optional<Compared> compared,
    Verdict verdict) {

  /**
   * What the SELECT gives.
   *
   * @param kind {@code row}, {@code filtered}, {@code nothing}, {@code error}, {@code unknown}
   * @param row the row, where it gives one
   * @param error why not, where that needs words
   */
  public record Outcome(String kind, Optional<Map<String, String>> row, String error) {
    public Outcome {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(row, "row");
      Objects.requireNonNull(error, "error");
    }

    /** What it gives, by column. */
    public static Outcome of(Given given, List<String> columns) {
      return new Outcome(
          given.kind().toString(), given.row().map(row -> named(columns, row)), given.error());
    }
  }

  /**
   * What the raw topic has.
   *
   * @param topic its name
   * @param partition where records with this key are; -1 where the key is not known
   * @param appliedTo the target holds the effect of all records below this offset
   * @param end the offset behind the last record
   * @param read how many records of all keys were read
   * @param found how many of them are this row's; those that were compacted away are not there
   * @param last the newest ones, the oldest first
   */
  public record Records(
      String topic,
      int partition,
      long appliedTo,
      long end,
      long read,
      long found,
      List<RawRecord> last) {
    public Records {
      Objects.requireNonNull(topic, "topic");
      last = List.copyOf(last);
    }
  }

  /**
   * One record.
   *
   * @param offset in the partition
   * @param operation {@code load} or {@code read} of a row that was read, {@code insert}, {@code
   *     update}, {@code delete}
   * @param sequence the publisher's own number
   * @param position a place in the source's log; of a row that was read the snapshot
   * @param transaction the source's transaction id; empty for a row that was read
   * @param time when the source committed it, or when it was read; ISO form
   * @param applied whether the target counts it as applied
   * @param row the old row; empty for a delete
   * @param gives what the SELECT gives for it
   */
  public record RawRecord(
      long offset,
      String operation,
      long sequence,
      String position,
      String transaction,
      String time,
      boolean applied,
      Optional<Map<String, String>> row,
      Outcome gives) {
    public RawRecord {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(position, "position");
      Objects.requireNonNull(transaction, "transaction");
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(row, "row");
      Objects.requireNonNull(gives, "gives");
    }
  }

  /**
   * A comparison of the whole table.
   *
   * @param result how it ended
   * @param secondsAgo when
   * @param difference how this row differed then, for instance {@code value}; empty: it did not
   */
  public record Compared(String result, long secondsAgo, Optional<String> difference) {
    public Compared {
      Objects.requireNonNull(result, "result");
      Objects.requireNonNull(difference, "difference");
    }
  }

  public Biography {
    Objects.requireNonNull(table, "table");
    key = new LinkedHashMap<>(key);
    Objects.requireNonNull(sourceTable, "sourceTable");
    Objects.requireNonNull(sourceKey, "sourceKey");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(target, "target");
    differing = List.copyOf(differing);
    Objects.requireNonNull(records, "records");
    held = List.copyOf(held);
    Objects.requireNonNull(compared, "compared");
    Objects.requireNonNull(verdict, "verdict");
  }

  /** A row's values by column. */
  public static Map<String, String> named(List<String> columns, Row row) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      named.put(columns.get(i), row.get(i));
    }
    return named;
  }
}
