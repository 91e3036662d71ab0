package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.Rereads;
import io.crossfade.core.capture.Resync;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the log and publishes: the one thread through which everything enters the raw topics,
 * so that their order is the order in which it decides. Events of a batch are published first, then
 * what became due by markers in it: chunks, rows that were read again, barriers. One transaction of
 * Kafka holds them with the position that they bring us to, and only then is the log confirmed.
 */
final class CaptureTerm implements LogListener {

  private static final Logger LOG = LoggerFactory.getLogger(CaptureTerm.class);
  private static final int REREADS_AT_ONCE = 1000;

  private record PendingBarrier(long batch, CompletableFuture<Map<TopicPartition, Long>> offsets) {}

  /**
   * What a term works with.
   *
   * @param settings what truncates do, how many rereads may wait
   * @param beginning where the log began
   * @param published what of it is published
   * @param reached how far it may have been confirmed
   * @param terms how often capture was begun
   * @param copies of each table
   * @param resyncs tables that are copied again, or were
   * @param partitions of all raw topics
   * @param resends rows that are published again where somebody asks for it
   */
  record Parts(
      SourceDatabase source,
      Names names,
      Publisher publisher,
      Markers markers,
      RereadWorker rereader,
      LiveKeys liveKeys,
      CaptureCounters counters,
      CaptureSettings settings,
      LogBeginning beginning,
      PublishedLog published,
      String reached,
      long terms,
      Map<TableId, TableCopy> copies,
      Map<TableId, Resync> resyncs,
      Definitions definitions,
      List<TopicPartition> partitions,
      Resends resends) {}

  private static final Duration POLL = Duration.ofMillis(100);

  private final SourceDatabase source;
  private final Names names;
  private final Publisher publisher;
  private final Markers markers;
  private final LogBeginning beginning;
  private final PublishedLog published;
  private final Map<TableId, TableCopy> copies;
  private final List<TopicPartition> partitions;
  private final RereadWorker rereader;
  private final Resends resends;
  private final LiveKeys liveKeys;
  private final CaptureCounters counters;
  private final CaptureSettings settings;
  private final Definitions definitions;
  private final long terms;

  private final Rereads rereads = new Rereads();
  private final Queue<Markers.Meeting> met = new ArrayDeque<>();
  private final List<PendingBarrier> barriers = new ArrayList<>();

  /** What of each table's copy that began again, or has, is remembered. */
  private final Map<TableId, Resync> resyncs;

  /** Of tables that are copied again: what their chunks see anyway. */
  private final Map<TableId, Snapshot> seen = new HashMap<>();

  /** For each batch with rows to be read again: the end of the batch before it. */
  private final TreeMap<Long, Checkpoint> before = new TreeMap<>();

  private Checkpoint last;
  private String reached;
  private long batch;
  private boolean dirty;

  /** Whether all that the source sends again has been streamed. */
  private boolean caughtUp;

  private volatile boolean stopped;

  CaptureTerm(Parts parts) {
    this.source = parts.source();
    this.names = parts.names();
    this.publisher = parts.publisher();
    this.markers = parts.markers();
    this.beginning = parts.beginning();
    this.published = parts.published();
    this.copies = parts.copies();
    this.partitions = parts.partitions();
    this.counters = parts.counters();
    this.rereader = parts.rereader();
    this.resends = parts.resends();
    this.liveKeys = parts.liveKeys();
    this.settings = parts.settings();
    this.definitions = parts.definitions();
    this.terms = parts.terms();
    this.reached = parts.reached();
    this.last = new Beginning(parts.reached());
    this.resyncs = new HashMap<>(parts.resyncs());
    resyncs.forEach(
        (table, resync) -> {
          if (!resync.seen().isEmpty()) {
            seen.put(table, source.snapshot(resync.seen()));
          }
        });
  }

  /** The place before the first batch: nothing has to be confirmed there. */
  private record Beginning(String position) implements Checkpoint {
    @Override
    public void confirm() {
      // The source stands there.
    }
  }

  @Override
  public void begin(long transaction) {
    published.begin(transaction);
  }

  @Override
  public void change(Change change) throws InterruptedException {
    boolean isNew = published.next();
    dirty |= isNew;
    if (isDropped(change.table(), change.transaction())) {
      return;
    }
    TableCopy copy = copies.get(change.table());
    RowCodec codec = copy.codec();
    byte[] bytes = codec.key(change.row());
    Key key = new Key(change.table(), bytes);
    copy.streamed(key, change.transaction());
    resends.streamed(key, change.transaction());
    if (!change.whole()) {
      // Also when it is known: the log was not confirmed past it, so its row may not have been read
      // again yet.
      before.putIfAbsent(batch, last);
      rereads.hint(key, change.transaction(), batch);
      copyInsteadOfTooManyRereads();
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
  public void misfit(TableId table, long transaction, String what) {
    boolean isNew = published.next();
    dirty |= isNew;
    if (isNew && !isDropped(table, transaction)) {
      throw Definitions.changed(table, what);
    }
  }

  /**
   * The table's rows of now get their tombstones: those of which a row is the last record in the
   * raw topic, which has all that the log has told until here once the open transaction is
   * committed. It counts as published when all have one; killed before, those that have none yet
   * get theirs the next time.
   */
  @Override
  public void truncate(TableId table, long transaction) throws InterruptedException {
    rereads.forget(table);
    resends.emptied(table, transaction);
    if (!published.nextIsNew() || isDropped(table, transaction)) {
      dirty |= published.next();
      return;
    }
    if (settings.onTruncate() == CaptureSettings.OnTruncate.FAIL) {
      throw new BlockedException(
          table + " was truncated at the source: its rows went without an event for each",
          "`crossfade resync --table "
              + table
              + "` deletes them from the new tables; with `on-truncate: apply` in the spec and a new"
              + " start this is done by itself");
    }
    commit();
    removeRows(table, Long.MAX_VALUE, Long.toString(transaction));
    published.next();
    publisher.backfill(table, copies.get(table).emptied());
    definitions.truncated(table).ifPresent(publisher::definition);
    commit();
  }

  private void removeRows(TableId table, long mostSequence, String transaction)
      throws InterruptedException {
    String topic = names.rawTopic(table);
    liveKeys.forEach(
        partitions.stream().filter(partition -> partition.topic().equals(topic)).toList(),
        mostSequence,
        keys -> {
          for (byte[] bytes : keys) {
            if (!rereads.waits(new Key(table, bytes))) {
              publisher.row(table, bytes, null, Operation.DELETE, "", transaction, Instant.now());
              counters.removed();
            }
          }
          commit();
        });
  }

  /** Whether a chunk, of now or later, sees all that the event tells of. */
  private boolean isDropped(TableId table, long transaction) {
    Snapshot sees = seen.get(table);
    return sees != null && sees.includes(transaction);
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
    // Durable before it is confirmed: a slot that stands further is not the one that we read.
    if (!end.position().equals(reached)) {
      reached = end.position();
      dirty = true;
    }
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
    caughtUp = true;
    // From here on these events are known as published. Not kept longer: ids come round.
    for (Map.Entry<TableId, Snapshot> entry : List.copyOf(seen.entrySet())) {
      if (taken.includesAllOf(entry.getValue())) {
        seen.remove(entry.getKey());
        Resync resync = resyncs.get(entry.getKey());
        resyncs.put(entry.getKey(), resync.settled());
        publisher.resync(entry.getKey(), resync.settled());
      }
    }
    dirty = true;
  }

  /** The definitions were looked at before the marker was written, which is met now. */
  void compare(Definitions.Look look) {
    definitions.accept(look).forEach(publisher::definition);
    dirty |= publisher.isOpen();
  }

  /** Rows are to be published again: from here on their events are watched. */
  void sendAgain(Resends.Wanted wanted) {
    resends.begin(
        wanted,
        published.streamedUntilNow(),
        new Resends.Term() {
          @Override
          public boolean follows(TableId table) {
            // Of a copy that has begun again events are dropped: nothing could give way to them.
            return copies.get(table).finished() && !seen.containsKey(table);
          }

          @Override
          public void commit() {
            CaptureTerm.this.commit();
          }
        });
  }

  /** New rows go that no old row can make. */
  void deleteOrphans(Resends.Orphans wanted) {
    resends.delete(wanted, this::commit);
  }

  /** Another thread ends the term: what runs long ends soon. */
  void stop() {
    stopped = true;
    liveKeys.stop();
  }

  /**
   * A chunk's marker is met: its rows are published, but those that a newer change has overtaken.
   */
  void chunk(Backfill.ReadChunk chunk) {
    TableCopy copy = chunk.copy();
    if (!copy.isCurrent(chunk.reading())) {
      return;
    }
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

  private void finishCopies() throws InterruptedException {
    for (Map.Entry<TableId, TableCopy> entry : copies.entrySet()) {
      TableCopy copy = entry.getValue();
      if (!copy.isComplete()) {
        continue;
      }
      TableId table = entry.getKey();
      if (copy.resync().isPresent()) {
        // A key that waits is none of the extras; after a restart its hint has to come again first.
        if (!caughtUp) {
          continue;
        }
        commit();
        removeRows(table, copy.resync().get().since(), "");
        Resync done = resyncs.get(table).finished();
        resyncs.put(table, done);
        publisher.resync(table, done);
      }
      publisher.backfill(table, copy.finish());
      dirty = true;
    }
  }

  /**
   * Keys that wait take memory. To wait for them here would be for ever: they are settled by
   * markers that stand behind what is being streamed. So where there are too many of a table it is
   * copied again as a whole, under snapshots that include all that hinted at it; what its log still
   * has of those is dropped.
   */
  private void copyInsteadOfTooManyRereads() throws InterruptedException {
    if (rereads.size() <= settings.mostRereads()) {
      return;
    }
    TableId table = rereads.mostOf().orElseThrow();
    LOG.info(
        "{}: {} rows wait to be read again, so the table is copied again as a whole",
        table,
        rereads.size());
    Snapshot sees = snapshotWith(rereads.transactions(table));
    Resync before = resyncs.get(table);
    Resync resync =
        new Resync(
            before == null ? "" : before.order(), publisher.sequence(), sees.toString(), false);
    resyncs.put(table, resync);
    seen.put(table, sees);
    rereads.forget(table);
    copies.get(table).again(resync, source.line());
    publisher.backfillAnew(table);
    publisher.resync(table, resync);
    dirty = true;
  }

  /** What has committed may not be visible yet, while it waits for a synchronous standby. */
  private Snapshot snapshotWith(Set<Long> transactions) throws InterruptedException {
    while (!stopped) {
      Snapshot taken = source.snapshot();
      if (transactions.stream().allMatch(taken::includes)) {
        return taken;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    throw new InterruptedException("capture ends");
  }

  private void publishBarriers() throws InterruptedException {
    // What a copy that began again has dropped of the log is not all published before its end.
    if (copies.values().stream().anyMatch(copy -> copy.resync().isPresent())) {
      return;
    }
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
        new ControlCodec.Position(
            publisher.sequence(), beginning, published.state(), terms, Optional.of(reached)));
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
