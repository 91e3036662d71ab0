package io.crossfade.capture;

import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of leadership with all that belongs to it. The order of its start is the first invariant
 * (I1): former publishers are fenced, then the position is read, then publication and slot are
 * there, then the line between past and future is drawn, then the stream begins; chunks begin when
 * the line has settled.
 */
final class CaptureRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CaptureRun.class);

  /**
   * How often a marker is written when nothing else is, so that the slot of a quiet database moves
   * on.
   */
  private static final Duration BEAT = Duration.ofSeconds(2);

  private record Beat(Instant written) {}

  private final SourceDatabase source;
  private final Names names;
  private final List<Table> tables;
  private final CaptureSettings settings;
  private final Throttle throttle;
  private final Clock clock;
  private final CaptureCounters counters;

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Deque<Beat> beats = new ConcurrentLinkedDeque<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Map<TableId, TableCopy> copies = new LinkedHashMap<>();
  private final Markers markers;
  private CaptureTerm term;
  private Backfill backfill;
  private LogStream stream;
  private volatile Duration lag = Duration.ZERO;
  private volatile Optional<SourceDatabase.RetainedLog> retained = Optional.empty();
  private volatile long terms;

  CaptureRun(
      SourceDatabase source,
      Names names,
      List<Table> tables,
      CaptureSettings settings,
      Throttle throttle,
      Clock clock,
      CaptureCounters counters) {
    this.source = source;
    this.names = names;
    this.tables = tables;
    this.settings = settings;
    this.throttle = throttle;
    this.clock = clock;
    this.counters = counters;
    this.markers = new Markers(source, clock);
  }

  /** Takes over and begins to stream. Waits for Kafka and for the source. */
  void start() throws InterruptedException {
    List<TableId> ids = tables.stream().map(Table::id).toList();
    List<TopicPartition> partitions;
    Map<String, byte[]> control;
    Publisher publisher;
    try (Admin admin = Admin.create(new HashMap<String, Object>(settings.kafka()))) {
      partitions = Topics.ensure(admin, names, ids, settings);
      publisher = opened(new Publisher(settings.kafka(), names));
      publisher.takeOver();
      control = ControlLog.read(admin, settings.kafka(), names.controlTopic());
    }
    Optional<ControlCodec.Position> position =
        Optional.ofNullable(control.get(ControlCodec.POSITION_KEY)).map(ControlCodec::position);
    LogBeginning beginning =
        source.prepareLog(
            java.util.Set.copyOf(ids), position.map(ControlCodec.Position::beginning));
    PublishedLog published =
        new PublishedLog(
            position.map(ControlCodec.Position::log).orElse(PublishedLog.State.NOTHING),
            source::snapshot);
    publisher.continueAfter(position.map(ControlCodec.Position::sequence).orElse(0L));
    terms = position.map(ControlCodec.Position::terms).orElse(0L) + 1;
    if (position.isEmpty()) {
      publisher.mappings(settings.mappings());
      publisher.commit(new ControlCodec.Position(0, beginning, published.state(), terms));
    }
    String line = source.line();
    for (Table table : tables) {
      Optional<io.crossfade.core.capture.TableBackfill.State> state =
          Optional.ofNullable(control.get(ControlCodec.backfillKey(table.id())))
              .map(ControlCodec::backfill);
      copies.put(table.id(), new TableCopy(new RowCodec(table), state, line));
    }
    stream(publisher, beginning, published, partitions);
  }

  private void stream(
      Publisher publisher,
      LogBeginning beginning,
      PublishedLog published,
      List<TopicPartition> partitions) {
    Map<TableId, RowCodec> codecs =
        copies.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, copy -> copy.getValue().codec()));
    RereadWorker rereader = opened(new RereadWorker(source, codecs, markers, this::fail));
    term =
        new CaptureTerm(
            publisher,
            markers,
            beginning,
            published,
            copies,
            partitions,
            rereader,
            counters,
            terms);
    stream = opened(source.stream(tables, term));
    backfill =
        opened(
            new Backfill(
                source,
                beginning,
                List.copyOf(copies.values()),
                markers,
                settings,
                throttle,
                term::chunk,
                this::fail));
    backfill.start();
    ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-beat"));
    opened(ticker::shutdownNow);
    ticker.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until the term ends, and says by an exception why, unless {@link #stop} ended it. */
  void await(SourceDatabase.Leadership right) throws InterruptedException {
    ScheduledExecutorService watch =
        Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-right"));
    try {
      watch.scheduleWithFixedDelay(
          () -> {
            if (!right.holds()) {
              fail(
                  new SourceException(
                      "the session that holds the right to capture was lost", null));
            }
          },
          1,
          1,
          TimeUnit.SECONDS);
      stream.join();
    } catch (SourceException e) {
      fail(e);
    } finally {
      watch.shutdownNow();
    }
    Throwable error = failure.get();
    if (error instanceof RuntimeException e) {
      throw e;
    }
    if (error instanceof Error e) {
      throw e;
    }
  }

  /** Ends the term from another thread. */
  void stop() {
    stream.close();
  }

  private void fail(Throwable error) {
    failure.compareAndSet(null, error);
    stream.close();
  }

  void barrier(CompletableFuture<Map<TopicPartition, Long>> offsets) {
    markers.write(() -> term.barrier(offsets));
  }

  private void beat() {
    try {
      Snapshot taken = source.snapshot();
      Beat beat = new Beat(clock.instant());
      beats.add(beat);
      markers.write(
          () -> {
            beats.remove(beat);
            lag = Duration.between(beat.written(), clock.instant());
            term.advance(taken);
          });
      markers.repeatOverdue();
      retained = Optional.of(source.retainedLog());
    } catch (SourceException e) {
      LOG.debug("no beat", e);
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /**
   * How long the log takes to come here: as the last beat took, or as long as the oldest is under
   * way, if that is more.
   */
  Duration lag() {
    Beat oldest = beats.peekFirst();
    if (oldest == null) {
      return lag;
    }
    Duration waiting = Duration.between(oldest.written(), clock.instant());
    return waiting.compareTo(lag) > 0 ? waiting : lag;
  }

  long terms() {
    return terms;
  }

  Optional<SourceDatabase.RetainedLog> retainedLog() {
    return retained;
  }

  String waitingFor() {
    Backfill current = backfill;
    return current == null ? "" : current.waitingFor();
  }

  List<CaptureStatus.TableProgress> progress() {
    return copies.values().stream().map(TableCopy::progress).toList();
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.add(part);
    return part;
  }

  /** In reverse order; the first failure is thrown with the rest attached. */
  @Override
  public void close() {
    RuntimeException first = null;
    for (int i = opened.size() - 1; i >= 0; i--) {
      try {
        opened.get(i).close();
      } catch (Exception e) {
        if (first == null) {
          first = new SourceException("closing capture: " + e.getMessage(), e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
