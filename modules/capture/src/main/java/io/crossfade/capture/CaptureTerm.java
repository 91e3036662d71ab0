package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.Rereads;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.RowCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Listens to the log and publishes: the one thread through which everything enters the raw topics,
 * so that their order is the order in which it decides. Events of a batch are published first, then
 * what became due by markers in it: chunks, rows that were read again, barriers. One transaction of
 * Kafka holds them with the position that they bring us to, and only then is the log confirmed.
 */
final class CaptureTerm implements LogListener {

  private static final int REREADS_AT_ONCE = 1000;

  private record PendingBarrier(long batch, CompletableFuture<Map<TopicPartition, Long>> offsets) {}

  private final Publisher publisher;
  private final Markers markers;
  private final LogBeginning beginning;
  private final PublishedLog published;
  private final Map<TableId, TableCopy> copies;
  private final List<TopicPartition> partitions;
  private final RereadWorker rereader;
  private final CaptureCounters counters;
  private final long terms;

  private final Rereads rereads = new Rereads();
  private final Queue<Markers.Meeting> met = new ArrayDeque<>();
  private final List<PendingBarrier> barriers = new ArrayList<>();

  /** For each batch with rows to be read again: the end of the batch before it. */
  private final TreeMap<Long, Checkpoint> before = new TreeMap<>();

  private Checkpoint last = () -> {};
  private long batch;
  private boolean dirty;

  CaptureTerm(
      Publisher publisher,
      Markers markers,
      LogBeginning beginning,
      PublishedLog published,
      Map<TableId, TableCopy> copies,
      List<TopicPartition> partitions,
      RereadWorker rereader,
      CaptureCounters counters,
      long terms) {
    this.publisher = publisher;
    this.markers = markers;
    this.beginning = beginning;
    this.published = published;
    this.copies = copies;
    this.partitions = partitions;
    this.counters = counters;
    this.rereader = rereader;
    this.terms = terms;
  }

  @Override
  public void begin(long transaction) {
    published.begin(transaction);
  }

  @Override
  public void change(Change change) {
    TableCopy copy = copies.get(change.table());
    RowCodec codec = copy.codec();
    byte[] bytes = codec.key(change.row());
    Key key = new Key(change.table(), bytes);
    boolean isNew = published.next();
    dirty |= isNew;
    copy.streamed(key, change.transaction());
    if (!change.whole()) {
      // Also when it is known: the log was not confirmed past it, so its row may not have been read
      // again yet.
      before.putIfAbsent(batch, last);
      rereads.hint(key, change.transaction(), batch);
      return;
    }
    rereads.whole(key);
    if (!isNew) {
      return;
    }
    byte[] value = change.operation() == Operation.DELETE ? null : codec.value(change.row());
    if (value != null) {
      RowBuffer.requireFits(codec, bytes, value);
    }
    publisher.row(
        change.table(),
        bytes,
        value,
        change.operation(),
        change.position(),
        Long.toString(change.transaction()),
        change.committed());
    counters.changed(change.position());
    if (publisher.isLarge()) {
      commit();
    }
  }

  @Override
  public void truncate(TableId table) {
    throw new BlockedException(
        table + " was truncated at the source: its rows went without an event for each",
        "begin again with empty new tables, as docs/runbook.md says");
  }

  @Override
  public void commit(long transaction) {
    published.commit(transaction);
    dirty = true;
  }

  @Override
  public void marker(String content) {
    markers.meet(content).ifPresent(met::add);
  }

  @Override
  public void endOfBatch(Checkpoint end) throws InterruptedException {
    for (Markers.Meeting meeting = met.poll(); meeting != null; meeting = met.poll()) {
      meeting.met();
      if (publisher.isLarge()) {
        commit();
      }
    }
    finishCopies();
    publishBarriers();
    if (dirty) {
      commit();
    }
    readAgain();
    FaultPoint.AFTER_KAFKA_COMMIT_BEFORE_CONFIRM.reached();
    confirm(end);
    batch++;
  }

  /** A snapshot was taken before its marker was written, which is met now. */
  void advance(Snapshot taken) {
    published.advance(taken);
    dirty = true;
  }

  /**
   * A chunk's marker is met: its rows are published, but those that a newer change has overtaken.
   */
  void chunk(Backfill.ReadChunk chunk) {
    TableCopy copy = chunk.copy();
    Snapshot snapshot = chunk.read().snapshot();
    Predicate<Key> admitted = copy.close(chunk.reading(), snapshot);
    boolean first = copy.first();
    String position = snapshot.toString();
    long rows = 0;
    for (EncodedRow row : chunk.rows()) {
      if (admitted.test(row.key())) {
        Operation operation = first && !row.sinceLog() ? Operation.LOAD : Operation.READ;
        publisher.row(
            row.key().table(), row.key().bytes(), row.value(), operation, position, "", chunk.at());
        rows++;
      }
    }
    long withheld = chunk.rows().size() - rows;
    publisher.backfill(
        copy.codec().table().id(), copy.published(chunk.chunk(), snapshot, rows, withheld));
    dirty = true;
  }

  /** The marker behind a read by keys is met. */
  private void reread(List<RereadWorker.Result> results) {
    for (RereadWorker.Result result : results) {
      for (Key key : result.asked()) {
        EncodedRow row = result.found().get(key);
        if (row == null && result.cut() || !rereads.settle(key, result.snapshot()) || row == null) {
          continue;
        }
        publisher.row(
            key.table(),
            key.bytes(),
            row.value(),
            Operation.READ,
            result.snapshot().toString(),
            "",
            result.at());
        counters.reread();
        dirty = true;
      }
    }
  }

  /**
   * The marker of a barrier is met: it is written when what was hinted at until now has been read.
   */
  void barrier(CompletableFuture<Map<TopicPartition, Long>> offsets) {
    barriers.add(new PendingBarrier(batch, offsets));
  }

  private void finishCopies() {
    copies.forEach(
        (table, copy) ->
            copy.finishIfComplete()
                .ifPresent(
                    state -> {
                      publisher.backfill(table, state);
                      dirty = true;
                    }));
  }

  private void publishBarriers() throws InterruptedException {
    List<PendingBarrier> due = new ArrayList<>();
    OptionalLong oldest = rereads.oldestBatch();
    for (Iterator<PendingBarrier> i = barriers.iterator(); i.hasNext(); ) {
      PendingBarrier barrier = i.next();
      if (oldest.isEmpty() || oldest.getAsLong() > barrier.batch()) {
        due.add(barrier);
        i.remove();
      }
    }
    if (due.isEmpty()) {
      return;
    }
    Map<TopicPartition, Future<RecordMetadata>> sent = publisher.barriers(partitions);
    commit();
    Map<TopicPartition, Long> offsets = Publisher.offsets(sent);
    due.forEach(barrier -> barrier.offsets().complete(offsets));
  }

  private void commit() {
    publisher.commit(
        new ControlCodec.Position(publisher.sequence(), beginning, published.state(), terms));
    dirty = false;
    if (published.inside()) {
      FaultPoint.INSIDE_SOURCE_TRANSACTION.reached();
    }
  }

  private void readAgain() {
    if (rereads.size() > 0 && !rereader.busy()) {
      rereader.start(rereads.oldest(REREADS_AT_ONCE), this::reread);
    }
  }

  /**
   * The log is confirmed up to here, or where rows have to be read again, up to before the first
   * event that said so.
   */
  private void confirm(Checkpoint end) throws InterruptedException {
    OptionalLong oldest = rereads.oldestBatch();
    if (oldest.isPresent()) {
      before.headMap(oldest.getAsLong()).clear();
      before.get(oldest.getAsLong()).confirm();
    } else {
      before.clear();
      end.confirm();
    }
    last = end;
  }
}
