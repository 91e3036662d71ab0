package io.crossfade.capture;

import io.crossfade.core.capture.Resend;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that are read by their keys and published again because somebody has asked for it, as a
 * chunk of their own. {@link Resend} decides what may be published. Used by the log's thread, which
 * publishes; a thread of its own reads. Nothing of it outlives the term: who asked is told, and
 * asks again.
 */
final class Resends implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Resends.class);

  /** A commit that waits for a standby that does not answer may take for ever. */
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(50);

  /**
   * What somebody asks for.
   *
   * @param keys rows of which the key's columns are there
   * @param answer completed by whoever ends it
   */
  record Wanted(TableId table, List<Row> keys, CompletableFuture<SentAgain> answer) {

    Wanted {
      keys = List.copyOf(keys);
    }
  }

  /**
   * New rows that somebody wants to have deleted: no old row can make their keys, so no row of the
   * source has a say in it.
   *
   * @param table whose raw topic carries them
   * @param answer how many were published; completed by whoever ends it
   */
  record Orphans(TableId table, List<OrphanDelete> deletes, CompletableFuture<Integer> answer) {

    Orphans {
      deletes = List.copyOf(deletes);
    }
  }

  private record Found(Map<Key, EncodedRow> rows, boolean cut, Snapshot snapshot, Instant at) {}

  private final SourceDatabase source;
  private final Map<TableId, TableCopy> tables;
  private final Markers markers;
  private final Publisher publisher;
  private final CaptureCounters counters;

  /** Those whose keys are watched. Only the log's thread adds and looks. */
  private final Set<Resend> watched = new HashSet<>();

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          run -> {
            Thread made = new Thread(run, "crossfade-resends");
            made.setDaemon(true);
            return made;
          });

  Resends(
      SourceDatabase source,
      Map<TableId, TableCopy> tables,
      Markers markers,
      Publisher publisher,
      CaptureCounters counters) {
    this.source = source;
    this.tables = tables;
    this.markers = markers;
    this.publisher = publisher;
    this.counters = counters;
  }

  /** An event was streamed. */
  void streamed(Key key, long transaction) {
    for (Resend resend : watched) {
      resend.streamed(key, transaction);
    }
  }

  /** A table was emptied. */
  void emptied(TableId table, long transaction) {
    watched.forEach(resend -> resend.emptied(table, transaction));
  }

  /** What the log's thread does about rows that were read. */
  interface Term {

    /** Whether the table is copied, so that what is published of it stands. */
    boolean follows(TableId table);

    /** Commits what was published. */
    void commit();
  }

  /**
   * Watches the keys from now on, and has them read.
   *
   * @param includesWhatWasStreamed as {@link Resend} wants it
   */
  void begin(Wanted wanted, Predicate<Snapshot> includesWhatWasStreamed, Term term) {
    if (!term.follows(wanted.table())) {
      notFollowed(wanted);
      return;
    }
    RowCodec codec = tables.get(wanted.table()).codec();
    Map<Key, Row> keys = new HashMap<>();
    wanted.keys().forEach(row -> keys.put(new Key(wanted.table(), codec.key(row)), row));
    Resend resend = new Resend(wanted.table(), List.copyOf(keys.keySet()), includesWhatWasStreamed);
    watched.add(resend);
    thread.execute(() -> read(wanted, keys, resend, term));
  }

  /** Nothing is read, and nothing can give way. By the log's thread. */
  void delete(Orphans wanted, Runnable commit) {
    for (OrphanDelete delete : wanted.deletes()) {
      publisher.row(wanted.table(), delete.encode(), null, Operation.DELETE, "", "", Instant.now());
    }
    commit.run();
    wanted.answer().complete(wanted.deletes().size());
  }

  private static void notFollowed(Wanted wanted) {
    wanted
        .answer()
        .completeExceptionally(
            new SourceException(wanted.table() + " is being copied as a whole", null));
  }

  private void read(Wanted wanted, Map<Key, Row> keys, Resend resend, Term term) {
    try {
      Found found = find(wanted, resend);
      markers.write(
          () -> {
            watched.remove(resend);
            publish(wanted, keys, resend, found, term);
          });
    } catch (InterruptedException e) {
      wanted.answer().completeExceptionally(new SourceException("capture ends", e));
    } catch (RuntimeException | Error e) {
      wanted.answer().completeExceptionally(e);
      forget(resend);
    }
  }

  /** By the log's thread, whose the set is. */
  private void forget(Resend resend) {
    try {
      markers.write(() -> watched.remove(resend));
    } catch (SourceException e) {
      LOG.debug("{}: some keys are watched for nothing until the term ends", resend.table(), e);
    }
  }

  private Found find(Wanted wanted, Resend resend) throws InterruptedException {
    TableCopy table = tables.get(wanted.table());
    long end = System.nanoTime() + SETTLES_WITHIN.toNanos();
    while (true) {
      RowBuffer buffer = new RowBuffer(table.codec());
      Snapshot snapshot = source.readKeys(table.table(), wanted.keys(), buffer);
      if (resend.mayUse(snapshot)) {
        Map<Key, EncodedRow> rows = new HashMap<>();
        buffer.rows().forEach(row -> rows.put(row.key(), row));
        return new Found(rows, buffer.full(), snapshot, Instant.now());
      }
      if (System.nanoTime() >= end) {
        throw new SourceException(
            "the source has committed changes that it does not show; does a synchronous standby not"
                + " answer?",
            null);
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  private void publish(Wanted wanted, Map<Key, Row> keys, Resend resend, Found found, Term term) {
    if (!term.follows(wanted.table())) {
      notFollowed(wanted);
      return;
    }
    // A collation may hold two texts to be one key: then a row that is there was not found by name.
    boolean strangers = !keys.keySet().containsAll(found.rows().keySet());
    List<Row> left = new ArrayList<>();
    long rows = 0;
    long deletes = 0;
    long gaveWay = 0;
    for (Map.Entry<Key, Row> entry : keys.entrySet()) {
      Key key = entry.getKey();
      EncodedRow row = found.rows().get(key);
      if (row == null && (found.cut() || strangers)) {
        left.add(entry.getValue());
      } else if (!resend.mayPublish(key, found.snapshot())) {
        gaveWay++;
      } else {
        publish(key, row, found);
        rows += row == null ? 0 : 1;
        deletes += row == null ? 1 : 0;
      }
    }
    term.commit();
    wanted.answer().complete(new SentAgain(rows, deletes, gaveWay, left));
  }

  private void publish(Key key, EncodedRow row, Found found) {
    publisher.row(
        key.table(),
        key.bytes(),
        row == null ? null : row.value(),
        row == null ? Operation.DELETE : Operation.READ,
        found.snapshot().toString(),
        "",
        found.at());
    counters.reread();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
