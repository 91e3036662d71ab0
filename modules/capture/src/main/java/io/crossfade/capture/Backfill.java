package io.crossfade.capture;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceDatabase.ChunkRead;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceDatabase.Settled;
import io.crossfade.core.source.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads chunks, several at once, and has them published when their markers are met. What was read
 * and not yet published is bounded: {@value #AHEAD} chunks beyond those being read.
 */
final class Backfill implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);
  private static final int AHEAD = 3;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

  /** A chunk whose marker was met; called on the log's thread. */
  @FunctionalInterface
  interface ChunkMet {
    void met(ReadChunk chunk) throws InterruptedException;
  }

  /**
   * A chunk that was read.
   *
   * @param copy of which table
   * @param reading the chunk on its way
   * @param chunk as far as it was read
   * @param read under which snapshot
   * @param rows encoded
   * @param at when
   */
  record ReadChunk(
      TableCopy copy,
      TableCopy.Reading reading,
      TableBackfill.Chunk chunk,
      ChunkRead read,
      List<EncodedRow> rows,
      Instant at) {}

  private final SourceDatabase source;
  private final LogBeginning beginning;
  private final List<TableCopy> copies;
  private final Markers markers;
  private final ChunkMet onChunk;
  private final Consumer<Throwable> onFailure;
  private final Semaphore room;
  private final Throttle throttle;
  private final List<Thread> threads = new ArrayList<>();
  private final Object gate = new Object();
  private volatile boolean closed;
  private volatile String waitingFor = "";
  private volatile String problem = "";

  Backfill(
      SourceDatabase source,
      LogBeginning beginning,
      List<TableCopy> copies,
      Markers markers,
      CaptureSettings settings,
      Throttle throttle,
      ChunkMet onChunk,
      Consumer<Throwable> onFailure) {
    this.source = source;
    this.beginning = beginning;
    this.copies = copies;
    this.markers = markers;
    this.onChunk = onChunk;
    this.onFailure = onFailure;
    this.room = new Semaphore(settings.parallelism() + AHEAD);
    this.throttle = throttle;
    for (int i = 0; i < settings.parallelism(); i++) {
      threads.add(new Thread(this::work, "crossfade-chunks-" + i));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** Whom the copy waits for, for people; empty when for nobody. */
  String waitingFor() {
    if (copies.stream().allMatch(TableCopy::finished)) {
      return "";
    }
    return throttle.stopped().orElse(problem.isEmpty() ? waitingFor : problem);
  }

  private void work() {
    try {
      while (!closed) { // a table that is finished may be copied again
        Duration wait = throttle.wait(PAUSE);
        if (!wait.isZero()) {
          pause(wait);
          continue;
        }
        if (!room.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          continue;
        }
        OptionalLong rows = OptionalLong.empty();
        try {
          rows = readNext();
          // Who finds nothing to do knows nothing of a chunk that another one tries again.
          if (rows.isPresent() || copies.stream().noneMatch(TableCopy::hasUnread)) {
            problem = "";
          }
        } catch (SourceException e) {
          LOG.warn("A chunk could not be read and will be read again: {}", e.getMessage());
          problem = e.getMessage();
          pause(AFTER_ERROR);
        } finally {
          if (rows.isEmpty()) {
            room.release();
          }
        }
        throttle.read(rows.orElse(0));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  /** Rows of the chunk that was read and whose marker was written; empty when there was none. */
  private OptionalLong readNext() throws InterruptedException {
    for (TableCopy copy : copies) {
      prepare(copy);
      Optional<TableCopy.Reading> reading = copy.next();
      if (reading.isPresent()) {
        return read(copy, reading.get());
      }
    }
    pause(PAUSE);
    return OptionalLong.empty();
  }

  /** Lets the past settle and measures the table, where that is due. One thread at a time. */
  private void prepare(TableCopy copy) {
    synchronized (gate) {
      if (copy.finished()) {
        return;
      }
      if (copy.forgetIfTooMuch()) {
        LOG.info(
            "{}: too many changed rows to remember; the copy waits", copy.codec().table().id());
        copy.drawn(source.line());
      }
      Optional<String> line = copy.unsettledLine();
      if (line.isPresent()) {
        Settled settled = source.settled(line.get());
        waitingFor =
            settled.done()
                ? ""
                : settled.waitingFor() + ", open for " + settled.age().toSeconds() + " s";
        if (!settled.done()) {
          return;
        }
        copy.settled(line.get());
      }
      OptionalLong asked = copy.needsExtents();
      if (asked.isPresent()) {
        copy.measured(source.extents(copy.codec().table().id()), asked.getAsLong());
        // An empty table has no chunk that would tell the log's thread that it is complete.
        markers.write(() -> {});
      }
    }
  }

  private OptionalLong read(TableCopy copy, TableCopy.Reading reading) {
    boolean kept = false;
    try {
      RowBuffer buffer = new RowBuffer(copy.codec());
      long started = System.nanoTime();
      ChunkRead read =
          source.readChunk(
              copy.table(),
              reading.extent(),
              reading.chunk().from(),
              reading.chunk().to(),
              beginning,
              buffer);
      kept = true;
      if (read.moved()) {
        LOG.info("{} was rewritten; its copy begins again", reading.extent().part());
        copy.moved(reading);
        return OptionalLong.empty();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      Instant at = Instant.now();
      var chunk = copy.read(reading, read.snapshot(), read.end(), took, filled(buffer));
      if (chunk.isEmpty()) {
        return OptionalLong.empty();
      }
      FaultPoint.BETWEEN_CHUNK_AND_MARKER.reached();
      mark(new ReadChunk(copy, reading, chunk.get(), read, buffer.rows(), at));
      return OptionalLong.of(buffer.rows().size());
    } finally {
      if (!kept) {
        copy.giveBack(reading);
      }
    }
  }

  /**
   * Of what a chunk may have: the bytes, and under a throttle the rows of half a second, so that
   * the load is as even as it is low.
   */
  private double filled(RowBuffer buffer) {
    OptionalLong rate = throttle.rowsPerSecond();
    return rate.isEmpty()
        ? buffer.filled()
        : Math.max(buffer.filled(), 2.0 * buffer.rows().size() / rate.getAsLong());
  }

  private void mark(ReadChunk chunk) {
    Markers.Meeting meeting =
        () -> {
          try {
            onChunk.met(chunk);
          } finally {
            room.release();
          }
        };
    // A marker that could not be written now is written again when it is overdue: the chunk is not
    // lost by that.
    try {
      markers.write(meeting);
    } catch (SourceException e) {
      LOG.warn("A marker could not be written and will be written again: {}", e.getMessage());
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    synchronized (gate) {
      if (!closed) {
        TimeUnit.NANOSECONDS.timedWait(gate, Math.max(duration.toNanos(), 1));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (gate) {
      gate.notifyAll();
    }
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
