package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceDatabase.KnownLog;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceDatabase.PreparedLog;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
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
import java.util.Set;
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

  /** Commits take milliseconds. */
  private static final Duration SLOW_COMMIT = Duration.ofSeconds(5);

  /** A stream has connected in this time, and one that has lost its connection ends in it. */
  private static final Duration UNREAD = Duration.ofSeconds(20);

  private record Beat(Instant written) {}

  /** Why the term ends. Its parts may take a while to end, when their server does not answer. */
  private record Failure(Throwable error, Instant at) {}

  private final SourceDatabase source;
  private final Names names;
  private final List<CapturedTable> tables;
  private final CaptureSettings settings;
  private final Throttle throttle;
  private final Clock clock;
  private final CaptureCounters counters;
  private final LogWatch logWatch;
  private final LiveKeys liveKeys;

  private final AtomicReference<Failure> failure = new AtomicReference<>();
  private final Deque<Beat> beats = new ConcurrentLinkedDeque<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Map<TableId, TableCopy> copies = new LinkedHashMap<>();
  private final Markers markers;

  /** When the log was last known to be read; at the end of time before it was. */
  private final AtomicReference<Instant> lastRead = new AtomicReference<>(Instant.MAX);

  private volatile Publisher publisher;
  private volatile RereadWorker rereader;
  private CaptureTerm term;
  private Definitions definitions;
  private Backfill backfill;
  private LogStream stream;
  private volatile Duration lag = Duration.ZERO;
  private volatile Optional<SourceDatabase.RetainedLog> retained = Optional.empty();
  private volatile long terms;

  CaptureRun(
      SourceDatabase source,
      Names names,
      List<CapturedTable> tables,
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
    this.logWatch = new LogWatch(throttle);
    this.liveKeys = new LiveKeys(settings.kafka());
  }

  /** Takes over and begins to stream. Waits for Kafka and for the source. */
  void start() throws InterruptedException {
    List<TableId> ids = tables.stream().map(table -> table.table().id()).toList();
    Topics.Raw topics;
    Remembered remembered;
    try (Admin admin = Admin.create(new HashMap<String, Object>(settings.kafka()))) {
      Topics.ensureControl(admin, names, settings);
      publisher = opened(new Publisher(settings.kafka(), names));
      publisher.takeOver();
      remembered = new Remembered(ControlLog.read(admin, settings.kafka(), names.controlTopic()));
      topics = Topics.ensureRaw(admin, names, ids, settings, remembered.topics());
    }
    Optional<ControlCodec.Position> position = remembered.position();
    Resyncs resyncs = Resyncs.of(ids, remembered);
    PreparedLog log =
        source.prepareLog(
            Set.copyOf(ids),
            position.map(p -> new KnownLog(p.beginning(), p.reached())),
            resyncs.ofAll());
    requireAsCompiled();
    publisher.continueAfter(position.map(ControlCodec.Position::sequence).orElse(0L));
    resyncs.begin(publisher.sequence(), source::snapshot);
    List<TableDefinition> now = source.definitions(ids);
    Map<TableId, TableDefinition> accepted = Resyncs.accepted(now, tables, remembered, resyncs);
    PublishedLog published =
        new PublishedLog(
            position
                .filter(p -> !log.begunAnew())
                .map(ControlCodec.Position::log)
                .orElse(PublishedLog.State.NOTHING),
            source::snapshot);
    terms = position.map(ControlCodec.Position::terms).orElse(0L) + 1;
    String reached =
        position
            .filter(p -> !log.begunAnew())
            .flatMap(ControlCodec.Position::reached)
            .orElse(log.position());
    if (!remembered.mappings().equals(Optional.of(settings.mappings()))) {
      publisher.mappings(settings.mappings());
    }
    publisher.topics(topics.identities());
    accepted.values().forEach(publisher::definition);
    resyncs.publish(publisher);
    publisher.commit(
        new ControlCodec.Position(
            publisher.sequence(), log.beginning(), published.state(), terms, Optional.of(reached)));
    String line = source.line();
    for (CapturedTable table : tables) {
      TableId id = table.table().id();
      copies.put(
          id,
          new TableCopy(
              table,
              resyncs.hasBegun(id) ? Optional.empty() : remembered.backfill(id).or(this::nothing),
              line,
              resyncs.unfinished(id)));
    }
    Map<TableId, Set<String>> used =
        tables.stream().collect(Collectors.toMap(t -> t.table().id(), CapturedTable::used));
    definitions = new Definitions(source, used, accepted);
    rereader = opened(new RereadWorker(source, copies, markers, this::fail));
    Resends resends = opened(new Resends(source, copies, markers, publisher, counters));
    stream(
        new CaptureTerm(
            new CaptureTerm.Parts(
                source,
                names,
                publisher,
                markers,
                rereader,
                liveKeys,
                counters,
                settings,
                log.beginning(),
                published,
                reached,
                terms,
                copies,
                resyncs.all(),
                definitions,
                topics.partitions(),
                resends)),
        log.beginning());
  }

  /** What there is to copy of a table of which nothing was copied; empty where all of it is. */
  private Optional<TableBackfill.State> nothing() {
    return settings.copies()
        ? Optional.empty()
        : Optional.of(TableBackfill.State.start(List.of(), 0));
  }

  /** The SELECTs were compiled against the tables as they were a while ago. */
  private void requireAsCompiled() {
    for (CapturedTable captured : tables) {
      Table then = captured.table();
      Optional<Table> now = source.describe(then.id());
      boolean same =
          now.isPresent()
              && now.get().primaryKey().equals(then.primaryKey())
              && captured.used().stream()
                  .allMatch(
                      name ->
                          now.get().indexOf(name).isPresent()
                              && now.get().column(name).type().equals(then.column(name).type()));
      if (!same) {
        throw new BlockedException(
            then.id() + " has changed its columns or its key since this job looked at it",
            "undo the change; or stop the job, start it with a SELECT that fits, then `crossfade"
                + " resync --table "
                + then.id()
                + "`");
      }
    }
  }

  private void stream(CaptureTerm begun, LogBeginning beginning) {
    term = begun;
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
                      "the source does not answer: the session that holds the right to capture was lost",
                      null));
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
    Throwable error = failure.get() == null ? null : failure.get().error();
    if (error instanceof RuntimeException e) {
      throw e;
    }
    if (error instanceof Error e) {
      throw e;
    }
  }

  /** Ends the term from another thread. */
  void stop() {
    term.stop();
    stream.close();
  }

  private void fail(Throwable error) {
    Optional<Instant> commit = slowCommit();
    // The stream reports whatever ended it, this too.
    Throwable why =
        commit.isPresent() && error instanceof SourceException
            ? new SourceException("Kafka does not take a commit: " + error.getMessage(), error)
            : error;
    failure.compareAndSet(null, new Failure(why, commit.orElse(clock.instant())));
    stop();
  }

  /** What has changed without an event until now is noticed before the barrier is written. */
  void barrier(CompletableFuture<Map<TopicPartition, Long>> offsets) {
    Definitions.Look look = definitions.look();
    markers.write(
        () -> {
          term.compare(look);
          term.barrier(offsets);
        });
  }

  /** Has rows read and published again. */
  void sendAgain(Resends.Wanted wanted) {
    markers.write(() -> term.sendAgain(wanted));
  }

  /** Has new rows deleted that no old row can make. */
  void deleteOrphans(Resends.Orphans wanted) {
    markers.write(() -> term.deleteOrphans(wanted));
  }

  private void beat() {
    try {
      Definitions.Look look = definitions.look();
      Snapshot taken = source.snapshot();
      Beat beat = new Beat(clock.instant());
      beats.add(beat);
      markers.write(
          () -> {
            beats.remove(beat);
            // What has come was read, though the connection may be lost before the server is asked.
            lastRead.compareAndSet(Instant.MAX, clock.instant());
            lag = Duration.between(beat.written(), clock.instant());
            term.advance(taken);
            term.compare(look);
          });
      markers.repeatOverdue();
      SourceDatabase.RetainedLog held = source.retainedLog();
      retained = Optional.of(held);
      logWatch.observe(held);
      requireRead(held);
    } catch (SourceException e) {
      LOG.debug("no beat", e);
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /**
   * Of a connection that was cut without a word the server hears nothing and gives it up in a
   * minute, but this side may wait for hours. So when the server says that nobody reads, our stream
   * has ended and does not know. Not before it was seen to read: a start may take as long as it
   * takes.
   */
  private void requireRead(SourceDatabase.RetainedLog held) {
    Instant now = clock.instant();
    Instant last = lastRead.get();
    if (held.read()) {
      lastRead.set(now);
    } else if (!last.equals(Instant.MAX) && last.plus(UNREAD).isBefore(now)) {
      fail(
          new SourceException(
              "the source has ended the connection that reads its log, without our hearing of it",
              null));
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

  /** Since when what ended the term was under way; empty where nothing has ended it. */
  Optional<Instant> troubleSince() {
    return Optional.ofNullable(failure.get()).map(Failure::at);
  }

  private Optional<Instant> slowCommit() {
    return publisher
        .waitsSince()
        .filter(since -> since.plus(SLOW_COMMIT).isBefore(clock.instant()));
  }

  /** Whom the term waits for, and since when, for people; empty when for nobody. */
  String waitingFor() {
    Failure failed = failure.get();
    if (failed != null) {
      return Capture.forHowLong(String.valueOf(failed.error().getMessage()), failed.at(), clock);
    }
    Optional<Instant> commit = slowCommit();
    if (commit.isPresent()) {
      return Capture.forHowLong("Kafka, to commit", commit.get(), clock);
    }
    String reads = rereader.problem();
    Backfill current = backfill;
    return !reads.isEmpty() || current == null ? reads : current.waitingFor();
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
