package io.crossfade.transform;

import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What apply has done on this instance since it was started.
 *
 * @param tables per new table
 * @param records raw records that the target has, barriers not counted
 * @param commits transactions of the target
 * @param endToEnd from a change's commit at the source to its commit at the target; rows that were
 *     read by a chunk are not in it
 * @param targetCommitP95 how long 95 % of the target's transactions of the last half minute took at
 *     most, from the first statement to the commit; empty where there was none
 */
public record Statistics(
    Map<TableId, TableCounts> tables,
    long records,
    long commits,
    Latency endToEnd,
    Optional<Duration> targetCommitP95) {

  public Statistics {
    tables = Map.copyOf(tables);
    Objects.requireNonNull(endToEnd, "endToEnd");
    Objects.requireNonNull(targetCommitP95, "targetCommitP95");
  }

  /**
   * Rows written to one table.
   *
   * @param upserted inserted or replaced
   * @param deleted keys deleted, whether a row was there or not
   * @param copied rows of the first load that went in by COPY
   * @param met of the upserted, those that were to be copied until a row was found to be there
   */
  public record TableCounts(long upserted, long deleted, long copied, long met) {

    static final TableCounts NONE = new TableCounts(0, 0, 0, 0);

    TableCounts plus(TableCounts more) {
      return new TableCounts(
          upserted + more.upserted, deleted + more.deleted, copied + more.copied, met + more.met);
    }
  }
}
