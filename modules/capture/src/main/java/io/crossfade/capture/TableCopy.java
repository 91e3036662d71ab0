package io.crossfade.capture;

import io.crossfade.core.capture.ChunkSize;
import io.crossfade.core.capture.ChunkWindow;
import io.crossfade.core.capture.Resync;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The copy of one table within one term: the window and what is left to read, under one lock, since
 * the log's thread tells of events while other threads read chunks.
 */
final class TableCopy {

  /**
   * When more keys than this are remembered no chunk begins; what is open ends, all is forgotten,
   * and the copy goes on behind a new line. A key takes about 150 bytes.
   */
  static final int MOST_REMEMBERED = 500_000;

  private static final long SMALLEST_CHUNK = 64L << 16;
  private static final long GREATEST_CHUNK = 131_072L << 16;

  /**
   * A chunk on its way.
   *
   * @param chunk what is to be read
   * @param extent where
   * @param ticket its place in the window
   * @param round of which copy it is; the rows of one that was given up mean nothing any more
   */
  record Reading(TableBackfill.Chunk chunk, Extent extent, ChunkWindow.Ticket ticket, long round) {}

  private final CapturedTable table;
  private final RowCodec codec;
  private ChunkWindow window = new ChunkWindow();
  private final ChunkSize size = new ChunkSize(SMALLEST_CHUNK, GREATEST_CHUNK);
  private TableBackfill backfill;
  private String line;
  private boolean settled;
  private boolean remeasure;
  private boolean finished;
  private long gaveWay;
  private long round;

  /** The number of the next attempt: 0 only where no row of the table can have been published. */
  private int attempt;

  private Optional<Resync> resync;

  /**
   * @param state where a former term has left it; empty if none has begun
   * @param line of before the log's stream began
   * @param resync why it is copied again; empty where it is not, or not any more
   */
  TableCopy(
      CapturedTable table,
      Optional<TableBackfill.State> state,
      String line,
      Optional<Resync> resync) {
    this.table = table;
    this.codec = new RowCodec(table.table());
    this.line = line;
    this.resync = resync;
    this.backfill = state.map(TableBackfill::new).orElse(null);
    this.attempt = state.map(s -> s.attempt() + 1).orElse(resync.isPresent() ? 1 : 0);
    this.remeasure = state.isEmpty();
    this.finished = backfill != null && backfill.complete() && resync.isEmpty();
  }

  /** All is copied again, behind this line, as nothing that was copied until now counted. */
  synchronized void again(Resync why, String newLine) {
    giveUp();
    attempt = Math.max(attempt, 1);
    backfill = null;
    remeasure = true;
    finished = false;
    settled = false;
    line = newLine;
    resync = Optional.of(why);
  }

  /**
   * The table was emptied, and all rows that it has since then come by the log: so nothing is left
   * to copy. A chunk on its way may have seen rows from before; it is dropped.
   *
   * @return the state to write
   */
  synchronized TableBackfill.State emptied() {
    if (!finished) {
      giveUp();
      backfill = new TableBackfill(TableBackfill.State.start(List.of(), Math.max(attempt, 1)));
      attempt = backfill.attempt() + 1;
      remeasure = false;
    }
    return backfill.state();
  }

  /** Why it is copied again; empty where it is not, or not any more. */
  synchronized Optional<Resync> resync() {
    return resync;
  }

  /** Whether the chunk is one of the copy that goes on; if not there is nothing to be done. */
  synchronized boolean isCurrent(Reading reading) {
    return reading.round() == round;
  }

  private void giveUp() {
    round++;
    window = new ChunkWindow();
  }

  CapturedTable table() {
    return table;
  }

  RowCodec codec() {
    return codec;
  }

  /** An event of a key was streamed. */
  synchronized void streamed(Key key, long transaction) {
    if (!isComplete() && !finished) {
      window.streamed(key, transaction);
    }
  }

  /** The line that has to settle before a chunk may begin; empty when none has to. */
  synchronized Optional<String> unsettledLine() {
    return settled ? Optional.empty() : Optional.of(line);
  }

  /** The line has settled; ignored if another one was drawn meanwhile. */
  synchronized void settled(String which) {
    settled |= line.equals(which);
  }

  /**
   * Whether too much is remembered. If so, and no chunk is open, all is forgotten: the caller draws
   * a new line after that and says so by {@link #drawn}.
   */
  synchronized boolean forgetIfTooMuch() {
    if (window.size() <= MOST_REMEMBERED || window.openChunks() > 0) {
      return false;
    }
    window.clear();
    settled = false;
    return true;
  }

  /** A new line was drawn. */
  synchronized void drawn(String newLine) {
    line = newLine;
  }

  /**
   * Whether the extents have to be measured before the next chunk: at the beginning, and when rows
   * were moved. Not while a chunk is open, so that every open chunk is one of the backfill that is.
   *
   * @return what {@link #measured} wants; empty where they have not
   */
  synchronized OptionalLong needsExtents() {
    return remeasure && settled && window.openChunks() == 0
        ? OptionalLong.of(round)
        : OptionalLong.empty();
  }

  /**
   * The extents were measured. What was read of the former ones stays published, but all is read
   * again.
   *
   * @param asked what {@link #needsExtents} gave before: a copy that began again since then has to
   *     be measured behind its own line
   */
  synchronized void measured(List<Extent> extents, long asked) {
    if (asked != round) {
      return;
    }
    backfill = new TableBackfill(TableBackfill.State.start(extents, attempt));
    attempt++;
    remeasure = false;
  }

  /** The next chunk to read, if one may begin. */
  synchronized Optional<Reading> next() {
    if (finished || !settled || remeasure || window.size() > MOST_REMEMBERED) {
      return Optional.empty();
    }
    return backfill
        .next(size.next())
        .map(chunk -> new Reading(chunk, backfill.extent(chunk), window.open(), round));
  }

  /** Whether chunks may be read, and not all are published yet. */
  synchronized boolean hasUnread() {
    return settled && !remeasure && !finished && !backfill.complete();
  }

  /** Rows were moved: measure again when no chunk is open. */
  synchronized void moved(Reading reading) {
    if (!isCurrent(reading)) {
      return;
    }
    window.abandon(reading.ticket());
    remeasure = true;
  }

  /** The chunk could not be read. */
  synchronized void giveBack(Reading reading) {
    if (!isCurrent(reading)) {
      return;
    }
    size.failed();
    window.abandon(reading.ticket());
    backfill.giveBack(reading.chunk());
  }

  /**
   * The chunk was read up to a place.
   *
   * @return the chunk as far as it was read; empty where it has to be read again
   */
  synchronized Optional<TableBackfill.Chunk> read(
      Reading reading, Snapshot snapshot, long end, Duration took, double filled) {
    if (!isCurrent(reading)) {
      return Optional.empty();
    }
    size.took(end - reading.chunk().from(), took, filled);
    if (!window.read(reading.ticket(), snapshot)) {
      backfill.giveBack(reading.chunk());
      return Optional.empty();
    }
    TableBackfill.Chunk whole = reading.chunk();
    return Optional.of(end < whole.to() ? backfill.cut(whole, end) : whole);
  }

  /**
   * The chunk's marker was met: which keys may be published. Called by the log's thread, as are
   * those below.
   */
  synchronized Predicate<Key> close(Reading reading, Snapshot snapshot) {
    Predicate<Key> admitted = window.close(reading.ticket());
    return key -> {
      synchronized (this) {
        return admitted.test(key);
      }
    };
  }

  /** The chunk's rows are published: the state to write beside them. */
  synchronized TableBackfill.State published(
      TableBackfill.Chunk chunk, Snapshot snapshot, long rows, long withheld) {
    gaveWay += withheld;
    window.forget(snapshot);
    backfill.done(chunk, rows);
    return backfill.state();
  }

  /**
   * Whether this is the first copy of the table, so that no row of it was published by another
   * chunk.
   */
  synchronized boolean first() {
    return backfill.attempt() == 0;
  }

  /**
   * Whether all is published but not finished: a table that turned out to be empty is, too. What is
   * copied again has its extras still.
   */
  synchronized boolean isComplete() {
    return !finished && !remeasure && backfill.complete();
  }

  /** Nothing is left to do, and nothing is remembered any more: the state to write. */
  synchronized TableBackfill.State finish() {
    finished = true;
    resync = Optional.empty();
    window.clear();
    return backfill.state();
  }

  synchronized boolean finished() {
    return finished;
  }

  synchronized CaptureStatus.TableProgress progress() {
    return backfill == null
        ? new CaptureStatus.TableProgress(codec.table().id(), false, 0, 0, 0, 0, 0, 0)
        : new CaptureStatus.TableProgress(
            codec.table().id(),
            finished,
            backfill.rows(),
            backfill.rowsEstimated(),
            backfill.chunks(),
            backfill.placesDone(),
            backfill.places(),
            gaveWay);
  }
}
