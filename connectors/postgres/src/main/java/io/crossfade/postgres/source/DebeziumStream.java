package io.crossfade.postgres.source;

import io.crossfade.core.BlockedException;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Table;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * The log by way of Debezium Embedded. It is used as a decoder only: it keeps no offsets, since
 * with persisted ones version 3.5.0 loses rows at a restart (dbz#51, dbz#76, dbz#1554); started
 * without, it streams whole transactions from the place that the slot has confirmed. It makes
 * neither slot nor publication, takes no snapshot and is never restarted: after any error a new one
 * is made.
 */
final class DebeziumStream implements LogStream {

  private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicBoolean closing = new AtomicBoolean();

  private final String timeline;

  /** The greatest place that a record has named: none is confirmed beyond it. */
  private long reached;

  private DebeziumStream(Properties config, String timeline, LogRecords records) {
    this.timeline = timeline;
    this.engine =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(config)
            .using(OffsetCommitPolicy.always())
            .notifying(
                new DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>>() {
                  @Override
                  public void handleBatch(
                      List<RecordChangeEvent<SourceRecord>> batch,
                      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                      throws InterruptedException {
                    tell(records, batch, committer);
                  }
                })
            .using(
                (DebeziumEngine.CompletionCallback)
                    (success, message, error) -> {
                      if (!success) {
                        failure.compareAndSet(
                            null, error != null ? error : new IllegalStateException(message));
                      }
                    })
            .build();
    this.thread =
        new Thread(
            () -> {
              try {
                engine.run();
              } finally {
                ended.countDown();
              }
            },
            "crossfade-log");
  }

  static DebeziumStream start(
      PostgresAddress address,
      String name,
      String timeline,
      List<LogTable> tables,
      LogListener listener) {
    DebeziumStream stream =
        new DebeziumStream(
            config(address, name, tables.stream().map(table -> table.captured().table()).toList()),
            timeline,
            new LogRecords(tables, listener));
    stream.thread.start();
    return stream;
  }

  /** Debezium wraps what a consumer throws; the first failure is kept as it was. */
  private void tell(
      LogRecords records,
      List<RecordChangeEvent<SourceRecord>> batch,
      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
      throws InterruptedException {
    try {
      for (RecordChangeEvent<SourceRecord> event : batch) {
        reached = Math.max(reached, greatestPlace(event.record()));
        records.tell(event.record());
      }
      RecordChangeEvent<SourceRecord> last = batch.get(batch.size() - 1);
      String position = new LogPosition(reached, timeline).toString();
      records.endOfBatch(
          new LogListener.Checkpoint() {
            @Override
            public void confirm() throws InterruptedException {
              committer.markProcessed(last);
              committer.markBatchFinished();
            }

            @Override
            public String position() {
              return position;
            }
          });
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }

  /** Debezium confirms {@code lsn_commit}, or where there is none {@code lsn_proc}. */
  private static long greatestPlace(SourceRecord record) {
    long greatest = 0;
    for (String place : List.of("lsn", "lsn_proc", "lsn_commit")) {
      if (record.sourceOffset().get(place) instanceof Long lsn) {
        greatest = Math.max(greatest, lsn);
      }
    }
    return greatest;
  }

  @Override
  public void join() throws InterruptedException {
    ended.await();
    Throwable error = failure.get();
    if (closing.get() || error == null && Thread.interrupted()) {
      return;
    }
    if (error instanceof BlockedException blocked) {
      throw blocked;
    }
    throw new SourceException(
        "the log stream of the source ended" + (error == null ? "" : ": " + rootMessage(error)),
        error);
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      while (!closed()) {
        // Of the end of its connecting nobody is told who is not its own thread.
        if (ended.await(20, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells the engine to end; false where it refuses: while it connects, or ends by itself. */
  private boolean closed() {
    try {
      engine.close();
      return true;
    } catch (IllegalStateException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Properties config(PostgresAddress address, String name, List<Table> tables) {
    Properties parts = address.parts();
    Properties config = new Properties();
    config.setProperty("name", name);
    config.setProperty("connector.class", TextConnector.class.getName());
    config.setProperty(
        "offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
    // Connect's worker configuration asks for it since Kafka 4.3; nothing connects to it.
    config.setProperty("bootstrap.servers", "localhost:9");
    config.setProperty("errors.max.retries", "0");
    config.setProperty("record.processing.threads", "1");
    // Two engines of one process would want one name for their metrics, and the second wait a
    // minute.
    config.setProperty("topic.prefix", name);
    config.setProperty("database.hostname", parts.getProperty("PGHOST"));
    config.setProperty("database.port", parts.getProperty("PGPORT"));
    config.setProperty("database.dbname", parts.getProperty("PGDBNAME"));
    config.setProperty("database.user", address.username());
    config.setProperty("database.password", address.password());
    parts.stringPropertyNames().stream()
        .filter(part -> !part.startsWith("PG"))
        .forEach(part -> config.setProperty("driver." + part, parts.getProperty(part)));
    PostgresSessions.startupOptions()
        .forEach((option, value) -> config.setProperty("driver." + option, (String) value));
    config.setProperty("plugin.name", "pgoutput");
    config.setProperty("slot.name", name);
    config.setProperty("slot.drop.on.stop", "false");
    config.setProperty("slot.max.retries", "0");
    config.setProperty("publication.name", name);
    config.setProperty("publication.autocreate.mode", "disabled");
    config.setProperty(
        "table.include.list",
        tables.stream().map(DebeziumStream::pattern).collect(Collectors.joining(",")));
    config.setProperty("message.prefix.include.list", PostgresSource.MESSAGE_PREFIX);
    config.setProperty("snapshot.mode", "no_data");
    config.setProperty("provide.transaction.metadata", "true");
    config.setProperty("tombstones.on.delete", "false");
    config.setProperty("skipped.operations", "none");
    config.setProperty("include.unknown.datatypes", "true");
    config.setProperty("binary.handling.mode", "bytes");
    config.setProperty("event.processing.failure.handling.mode", "fail");
    config.setProperty("lsn.flush.mode", "connector");
    config.setProperty("xmin.fetch.interval.ms", "0");
    config.setProperty("converters", "text");
    config.setProperty("text.type", LogValues.class.getName());
    config.setProperty("max.batch.size", "8192");
    config.setProperty("max.queue.size", "32768");
    config.setProperty("max.queue.size.in.bytes", Long.toString(128L << 20));
    config.setProperty("poll.interval.ms", "10");
    return config;
  }

  /** Debezium takes regular expressions, divided by commas. */
  private static String pattern(Table table) {
    return (table.id().schema() + "." + table.id().name()).replaceAll("[^A-Za-z0-9_]", "\\\\$0");
  }
}
