package io.crossfade.transform;

import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.TableBatch;
import io.crossfade.transform.Statistics.TableCounts;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what all threads do. */
final class ApplyStatistics {

  private final Map<TableId, TableCounts> tables = new ConcurrentHashMap<>();
  private final LongAdder records = new LongAdder();
  private final LongAdder commits = new LongAdder();
  private final LatencyHistogram endToEnd = new LatencyHistogram();
  private final RecentTimes targetCommits = new RecentTimes(System::nanoTime);

  /** The target has committed, just now. */
  void flushed(Flush flush, Flushed.Done done, Collection<PartitionBuffer> buffers, long now) {
    commits.increment();
    for (TableBatch batch : flush.batches()) {
      TableId id = batch.table().id();
      int inserts = batch.inserts().size();
      boolean copied = done.copied().contains(id);
      tables.merge(
          id,
          new TableCounts(
              batch.upserts().size() + (copied ? 0 : inserts),
              batch.deletes().size(),
              copied ? inserts : 0,
              done.met().contains(id) ? inserts : 0),
          TableCounts::plus);
    }
    for (PartitionBuffer buffer : buffers) {
      records.add(buffer.records());
      for (long time : buffer.times()) {
        endToEnd.record(now - time);
      }
    }
  }

  /** A transaction of the target, from its first statement to its commit. */
  void targetTook(long nanos) {
    targetCommits.took(nanos);
  }

  Statistics snapshot() {
    return new Statistics(
        tables, records.sum(), commits.sum(), endToEnd.snapshot(), targetCommits.quantile(0.95));
  }
}
