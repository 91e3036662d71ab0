package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
import io.crossfade.wire.OrphanDelete;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The capture of one migration: waits for the right to capture, then brings log and chunks of the
 * old tables into their raw topics. What fails and may pass is begun again from what Kafka holds;
 * what only a person can decide blocks.
 */
public final class Capture implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

  private static final Duration STANDBY_POLL = Duration.ofSeconds(2);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private record Phase(CaptureStatus.State state, String detail, String next) {
    static Phase of(CaptureStatus.State state) {
      return new Phase(state, "", "");
    }
  }

  private final SourceDatabase source;
  private final Names names;
  private final List<CapturedTable> tables;
  private final CaptureSettings settings;
  private final Throttle throttle;
  private final Clock clock;
  private final Thread thread;
  private final Object lock = new Object();
  private final CaptureCounters counters = new CaptureCounters();

  /** What somebody waits for, and no other term will bring. */
  private final Set<CompletableFuture<?>> asked = ConcurrentHashMap.newKeySet();

  /**
   * What fails and may pass.
   *
   * @param since the first of the failures that have nothing but failures between them
   */
  private record Trouble(String what, Instant since) {}

  private final AtomicReference<Optional<Trouble>> trouble =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Phase> phase =
      new AtomicReference<>(Phase.of(CaptureStatus.State.STARTING));
  private volatile CaptureRun run;
  private volatile boolean closed;
  private volatile boolean ordered;

  /**
   * @param source closed by the caller, after this
   * @param tables the old tables with the columns that are captured; all have a primary key
   * @param throttle what the backfill obeys; changed by others while it runs
   */
  public Capture(
      SourceDatabase source,
      Names names,
      List<CapturedTable> tables,
      CaptureSettings settings,
      Throttle throttle,
      Clock clock) {
    this.source = source;
    this.names = names;
    this.tables = List.copyOf(tables);
    this.settings = settings;
    this.throttle = throttle;
    this.clock = clock;
    this.thread = new Thread(this::supervise, "crossfade-capture");
  }

  /**
   * The mappings that the new tables stand for: those that the migration began with, as {@link
   * CaptureSettings#mappings} gave them then, or of the last replay. Waits for Kafka.
   *
   * @return empty where it has not begun
   */
  public static Optional<Map<String, String>> begunWith(Map<String, String> kafka, Names names)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      if (!Topics.get(admin.listTopics().names()).contains(names.controlTopic())) {
        return Optional.empty();
      }
      return Optional.ofNullable(
              ControlLog.read(admin, kafka, names.controlTopic()).get(ControlCodec.MAPPINGS_KEY))
          .map(ControlCodec::mappings);
    }
  }

  /**
   * Notes what the new tables stand for from now on. Only while nobody captures. Waits for Kafka.
   *
   * @param mappings as {@link CaptureSettings#mappings}
   */
  public static void standFor(Map<String, String> kafka, Names names, Map<String, String> mappings)
      throws InterruptedException {
    ControlLog.write(
        kafka, names.controlTopic(), ControlCodec.MAPPINGS_KEY, ControlCodec.encode(mappings));
  }

  /**
   * Ends what a leader that is gone has left open in Kafka: rows, or a decision. Call it before the
   * control topic is read: who reads what is committed waits for an open transaction, up to the
   * minute after which Kafka aborts it. Where another instance captures nothing is done. Waits for
   * the source and for Kafka.
   */
  public static void endFormer(SourceDatabase source, Map<String, String> kafka, Names names) {
    Optional<SourceDatabase.Leadership> right = source.lead();
    if (right.isPresent()) {
      try (SourceDatabase.Leadership held = right.get();
          Publisher publisher = new Publisher(kafka, names)) {
        publisher.takeOver();
        Decisions.endFormer(kafka, names);
      }
    }
  }

  /** Begins. Does not wait. */
  public void start() {
    thread.start();
  }

  /** Where it stands. Asks nobody. */
  public CaptureStatus status() {
    Phase now = phase.get();
    CaptureRun current = run;
    if (current == null) {
      return new CaptureStatus(
          now.state(),
          now.detail().isEmpty() ? troubleNow() : now.detail(),
          now.next(),
          Duration.ZERO,
          Optional.empty(),
          counters.position(),
          counters.changes(),
          0,
          List.of());
    }
    return new CaptureStatus(
        now.state(),
        now.detail().isEmpty() ? current.waitingFor() : now.detail(),
        now.next(),
        current.lag(),
        current.retainedLog(),
        counters.position(),
        counters.changes(),
        current.terms(),
        current.progress());
  }

  /**
   * Asks for a barrier: all that the source has committed by now stands before it in the raw
   * topics.
   *
   * @return the offset of the barrier in each partition of the raw topics; fails with {@link
   *     SourceException} where capture does not run here now, or is interrupted: then ask again
   */
  public CompletableFuture<Map<TopicPartition, Long>> barrier() {
    CompletableFuture<Map<TopicPartition, Long>> offsets = new CompletableFuture<>();
    ask(offsets, current -> current.barrier(offsets));
    return offsets;
  }

  /**
   * Has rows read by their keys, in a snapshot of their own, and published again: a row as it is
   * now, a key that has none as its delete. A newer change of the log is never hidden (I3). May be
   * repeated.
   *
   * @param keys rows of which the key's columns are there, in the table's columns; a thousand or so
   * @return what has become of them; fails with {@link SourceException} where capture does not run
   *     here now, is interrupted, or copies the table as a whole: then ask again
   */
  public CompletableFuture<SentAgain> sendAgain(TableId table, List<Row> keys) {
    CompletableFuture<SentAgain> answer = new CompletableFuture<>();
    ask(answer, current -> current.sendAgain(new Resends.Wanted(table, keys, answer)));
    return answer;
  }

  /**
   * Has new rows deleted of which no old row can make the key: publishes the deletes among the rows
   * of the old table. May be repeated.
   *
   * @param table the old table
   * @return how many; fails with {@link SourceException} where capture does not run here now, or is
   *     interrupted: then ask again
   */
  public CompletableFuture<Integer> deleteOrphans(TableId table, List<OrphanDelete> deletes) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    ask(answer, current -> current.deleteOrphans(new Resends.Orphans(table, deletes, answer)));
    return answer;
  }

  private void ask(CompletableFuture<?> answer, Consumer<CaptureRun> question) {
    CaptureRun current = run;
    if (current == null) {
      answer.completeExceptionally(
          new SourceException("capture does not run in this process now", null));
      return;
    }
    asked.add(answer);
    answer.whenComplete((done, error) -> asked.remove(answer));
    if (run != current) {
      // It ended in between, and those who asked it have been told.
      answer.completeExceptionally(
          new SourceException("capture was interrupted before it had answered", null));
      return;
    }
    try {
      question.accept(current);
    } catch (SourceException e) {
      answer.completeExceptionally(e);
    }
  }

  private void supervise() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      Instant began = clock.instant();
      try {
        if (!lead()) {
          trouble.set(Optional.empty());
          phase.set(new Phase(CaptureStatus.State.STANDBY, "another instance captures", ""));
          pause(STANDBY_POLL);
        }
      } catch (BlockedException e) {
        LOG.error("BLOCKED: {}. Next: {}", e.reason(), e.next());
        trouble.set(Optional.empty());
        phase.set(new Phase(CaptureStatus.State.BLOCKED, e.reason(), e.next()));
        awaitOrder();
      } catch (InterruptedException e) {
        // By a stop, or by an order that a term was interrupted for.
        LOG.debug("capture was interrupted", e);
      } catch (SourceException | KafkaException e) {
        if (began.plus(LONGEST_PAUSE.multipliedBy(2)).isBefore(clock.instant())) {
          pause = FIRST_PAUSE;
        }
        retry(e, pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      } catch (RuntimeException | Error e) {
        LOG.error("capture stopped by an error of its own", e);
        phase.set(
            new Phase(
                CaptureStatus.State.BLOCKED,
                "an error in Crossfade itself: " + e,
                "start the job again; if it comes back, report it with the log"));
        return;
      }
    }
    phase.set(Phase.of(CaptureStatus.State.CLOSED));
  }

  /** A try to begin again may take a minute by itself: meanwhile the trouble is the same. */
  private String troubleNow() {
    return trouble.get().map(what -> forHowLong(what.what(), what.since(), clock)).orElse("");
  }

  /** In the words of a status: what is waited for, and how long it has been. */
  static String forHowLong(String what, Instant since, Clock clock) {
    return what + ", for " + Duration.between(since, clock.instant()).toSeconds() + " s";
  }

  private void retry(RuntimeException e, Duration pause) {
    if (closed) {
      return;
    }
    LOG.warn(
        "Capture is interrupted and begins again in {} ms: {}", pause.toMillis(), e.getMessage());
    LOG.debug("Capture is interrupted", e);
    Instant now = clock.instant();
    String whom = e instanceof KafkaException ? "Kafka: " : "";
    trouble.updateAndGet(
        before ->
            Optional.of(
                new Trouble(whom + e.getMessage(), before.map(Trouble::since).orElse(now))));
    phase.set(Phase.of(CaptureStatus.State.RETRYING));
    try {
      pause(pause);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A table is to be copied again: what runs begins anew, and what is blocked tries once more. The
   * order itself stands in the control topic, where each start finds it.
   */
  public void beginAgain() {
    CaptureRun current;
    synchronized (lock) {
      ordered = true;
      current = run;
      lock.notifyAll();
    }
    if (current != null) {
      current.stop();
    }
  }

  private void awaitOrder() {
    try {
      synchronized (lock) {
        while (!closed && !ordered) {
          lock.wait();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("capture was interrupted while blocked", e);
    }
  }

  /** Captures until something ends it; false where another instance does. */
  private boolean lead() throws InterruptedException {
    Optional<SourceDatabase.Leadership> leadership = source.lead();
    if (leadership.isEmpty()) {
      return false;
    }
    synchronized (lock) {
      ordered = false;
    }
    try (SourceDatabase.Leadership right = leadership.get()) {
      phase.set(Phase.of(CaptureStatus.State.STARTING));
      try (CaptureRun current =
          new CaptureRun(source, names, tables, settings, throttle, clock, counters)) {
        current.start();
        synchronized (lock) {
          run = current;
        }
        trouble.set(Optional.empty());
        phase.set(Phase.of(CaptureStatus.State.FOLLOWING));
        if (!closed && !ordered) {
          await(current, right);
        }
      } finally {
        run = null;
        asked.forEach(
            answer ->
                answer.completeExceptionally(
                    new SourceException("capture was interrupted before it had answered", null)));
      }
    }
    return true;
  }

  private void await(CaptureRun current, SourceDatabase.Leadership right)
      throws InterruptedException {
    try {
      current.await(right);
    } catch (SourceException | KafkaException e) {
      // It may have waited for a minute before it failed.
      current
          .troubleSince()
          .ifPresent(
              since ->
                  trouble.set(Optional.of(new Trouble(String.valueOf(e.getMessage()), since))));
      throw e;
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    synchronized (lock) {
      if (!closed) {
        lock.wait(duration.toMillis());
      }
    }
  }

  /** Stops cleanly: what was not committed is aborted and comes again at the next start. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    CaptureRun current = run;
    if (current != null) {
      current.stop();
    }
    boolean interrupted = false;
    try {
      thread.join(Duration.ofSeconds(5).toMillis());
      // It waits for a database or for Kafka, neither of which we need any more.
      thread.interrupt();
      thread.join(Duration.ofSeconds(10).toMillis());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
