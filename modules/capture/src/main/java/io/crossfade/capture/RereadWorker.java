package io.crossfade.capture;

import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.RowCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows by their keys beside the log's thread, one batch at a time, and writes a marker behind
 * each.
 */
final class RereadWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RereadWorker.class);

  /**
   * Rows that were read again, of one table.
   *
   * @param asked the keys that were asked for
   * @param found their rows; a key that is not among them has no row, unless {@code cut}
   * @param cut whether the read ended early, so that a missing row means nothing
   * @param snapshot under which they were read
   * @param at when
   */
  record Result(
      List<Key> asked, Map<Key, EncodedRow> found, boolean cut, Snapshot snapshot, Instant at) {}

  /** Called on the log's thread when the marker behind a read was met. */
  @FunctionalInterface
  interface ResultMet {
    void met(List<Result> results) throws InterruptedException;
  }

  private final SourceDatabase source;
  private final Map<TableId, TableCopy> tables;
  private final Markers markers;
  private final Consumer<Throwable> onFailure;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(run -> new Thread(run, "crossfade-rereads"));
  private volatile boolean busy;
  private volatile String problem = "";

  RereadWorker(
      SourceDatabase source,
      Map<TableId, TableCopy> tables,
      Markers markers,
      Consumer<Throwable> onFailure) {
    this.source = source;
    this.tables = tables;
    this.markers = markers;
    this.onFailure = onFailure;
  }

  /** Whether a batch is under way. */
  boolean busy() {
    return busy;
  }

  /** Why rows cannot be read just now, for people; empty where they can. */
  String problem() {
    return problem;
  }

  /** Starts to read these keys; call it only when not busy. */
  void start(List<Key> keys, ResultMet onResult) {
    busy = true;
    thread.execute(() -> read(keys, onResult));
  }

  private void read(List<Key> keys, ResultMet onResult) {
    try {
      Map<TableId, List<Key>> byTable = new HashMap<>();
      keys.forEach(key -> byTable.computeIfAbsent(key.table(), t -> new ArrayList<>()).add(key));
      List<Result> results =
          byTable.entrySet().stream().map(e -> read(tables.get(e.getKey()), e.getValue())).toList();
      problem = "";
      markers.write(
          () -> {
            busy = false;
            onResult.met(results);
          });
    } catch (SourceException e) {
      LOG.warn(
          "Rows could not be read again by key, and will be tried once more: {}", e.getMessage());
      problem = e.getMessage();
      busy = false;
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  private Result read(TableCopy table, List<Key> keys) {
    RowCodec codec = table.codec();
    List<Row> rows = keys.stream().map(key -> codec.keyRow(key.bytes())).toList();
    RowBuffer buffer = new RowBuffer(codec);
    Snapshot snapshot = source.readKeys(table.table(), rows, buffer);
    Map<Key, EncodedRow> found = new HashMap<>();
    buffer.rows().forEach(row -> found.put(row.key(), row));
    return new Result(keys, found, buffer.full(), snapshot, Instant.now());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
