package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.CaptureStatus.TableProgress;
import io.crossfade.capture.Throttle;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import io.crossfade.core.source.SourceDatabase.RetainedLog;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.HeldRows;
import io.crossfade.server.Status;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.transform.Lag;
import io.crossfade.transform.Statistics;
import io.crossfade.verify.Outcome;
import io.crossfade.wire.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a running job twice a second and keeps what it saw, so that whoever asks gets an answer
 * at once.
 */
final class JobMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobMonitor.class);
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Migration migration;
  private final Names names;
  private final String slot;
  private final Capture capture;
  private final Apply apply;
  private final Throttle throttle;
  private final Supplier<Optional<Serving>> serving;
  private volatile Supplier<Optional<Standing>> standing = Optional::empty;
  private volatile Optional<ReverseFlow> reverse = Optional.empty();
  private final Instant started = Instant.now();
  private final Map<TableId, Rate> rates = new HashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-monitor"));
  private List<TableProgress> lastKnown = List.of();
  private volatile Status status;
  private volatile Consumer<String> onBlock = text -> {};
  private volatile Function<TableId, Optional<Status.Verified>> verified =
      table -> Optional.empty();
  private volatile Function<TableId, Optional<String>> loss = table -> Optional.empty();

  JobMonitor(
      Migration migration,
      Names names,
      String slot,
      Capture capture,
      Apply apply,
      Throttle throttle,
      Supplier<Optional<Serving>> serving) {
    this.migration = migration;
    this.names = names;
    this.slot = slot;
    this.capture = capture;
    this.apply = apply;
    this.throttle = throttle;
    this.serving = serving;
    this.status = observe(Optional.empty());
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  Status status() {
    return status;
  }

  /** Looks first: for who decides by it. */
  Status now() {
    look();
    return status;
  }

  /** Who knows what was decided, and the flow that runs after a switch. */
  void watch(Supplier<Optional<Standing>> decided, ReverseFlow way) {
    standing = decided;
    reverse = Optional.of(way);
  }

  /** Who knows of the last comparison of each table. */
  void askForVerified(Function<TableId, Optional<Status.Verified>> lastComparison) {
    verified = lastComparison;
  }

  /** Who knows what a rollback would lose of each table. */
  void askForLoss(Function<TableId, Optional<String>> ofWrites) {
    loss = ofWrites;
  }

  /** Who is told when the job becomes BLOCKED, and when it goes on. */
  void onBlock(Consumer<String> listener) {
    onBlock = listener;
  }

  /** Looks at once, for who has just changed something. */
  synchronized void look() {
    Optional<Lag> lag = Optional.empty();
    try {
      lag = Optional.of(writing().lag());
    } catch (KafkaException e) {
      LOG.debug("Kafka does not say how far apply is", e);
    }
    Status before = status;
    status = observe(lag);
    Optional<String> block = status.blockedBy().map(Status.Block::reason);
    if (!block.equals(before.blockedBy().map(Status.Block::reason))) {
      onBlock.accept(block.map(reason -> "BLOCKED: " + reason).orElse("not BLOCKED any more"));
    }
  }

  private Status observe(Optional<Lag> lag) {
    CaptureStatus captured = capture.status();
    if (!captured.tables().isEmpty()) {
      lastKnown = captured.tables();
    }
    // Kept while capture is away: what was copied stays copied.
    boolean done = !lastKnown.isEmpty() && lastKnown.stream().allMatch(TableProgress::done);
    Optional<Status.Block> block = block(captured).or(this::blockOfTheWayBack);
    HeldRows held = writing().held();
    String phase =
        standing
            .get()
            .map(Standing::phase)
            .filter(decided -> decided != Phase.FOLLOWING)
            .map(Phase::name)
            .orElse(done ? "FOLLOWING" : lastKnown.isEmpty() ? "PREPARING" : "BACKFILLING");
    List<Status.Table> tables = tables();
    return new Status(
        migration.spec().migration(),
        phase,
        throttle.isPaused(),
        throttle.rowsPerSecond(),
        block,
        waitingFor(captured),
        block.map(Status.Block::next).orElseGet(() -> next(done, tables)),
        tables,
        lag(capturing().orElse(captured), lag),
        captured.position().isEmpty() ? Optional.empty() : Optional.of(captured.position()),
        serving.get().map(Serving::toString).orElse("not read yet"),
        held.dead() + held.stopped(),
        held.parked(),
        apply.warnings(),
        Duration.between(started, Instant.now()).toSeconds(),
        (int) Math.max(0, captured.terms() - 1),
        names.applyGroup(),
        slot);
  }

  /** Whether the new tables take writes, and the old ones follow. */
  private boolean reversed() {
    return standing.get().map(Standing::writes).equals(Optional.of(Side.NEW));
  }

  /** Apply of the flow whose turn it is. */
  Apply writing() {
    return reversed() ? reverse.flatMap(ReverseFlow::applied).orElse(apply) : apply;
  }

  private Optional<CaptureStatus> capturing() {
    return reversed() ? reverse.flatMap(ReverseFlow::captured) : Optional.empty();
  }

  private Optional<Status.Block> blockOfTheWayBack() {
    return reversed()
        ? reverse
            .flatMap(ReverseFlow::block)
            .map(block -> new Status.Block("the way back: " + block.reason(), block.next()))
        : Optional.empty();
  }

  /** What is known since the cutover: of all that was written, or else of what was compared. */
  private static List<String> losses(List<Status.Table> tables) {
    return tables.stream()
        .flatMap(
            table ->
                table
                    .loss()
                    .or(
                        () ->
                            table
                                .verified()
                                .filter(v -> v.result().equals(Outcome.DIFFERENT.toString()))
                                .flatMap(Status.Verified::loss))
                    .stream())
        .toList();
  }

  private String next(boolean done, List<Status.Table> tables) {
    if (standing.get().filter(Standing::ending).isPresent()) {
      return "wait: what was made for the migration is being removed, then the job ends";
    }
    if (reversed()) {
      String back = "`crossfade rollback`, as long as you may want to go back";
      List<String> losses = losses(tables);
      return losses.isEmpty() ? back : back + "; but " + String.join(", ", losses);
    }
    if (done) {
      return "follow the lag; the new tables are kept equal";
    }
    return throttle.isPaused() ? "`crossfade resume`" : "wait";
  }

  private Optional<Status.Block> block(CaptureStatus captured) {
    if (captured.state() == CaptureStatus.State.BLOCKED) {
      return Optional.of(new Status.Block(captured.detail(), captured.next()));
    }
    ApplyState state = apply.state();
    if (state instanceof ApplyState.Blocked blocked) {
      return Optional.of(new Status.Block(blocked.reason(), blocked.next()));
    }
    if (state instanceof ApplyState.Failed failed) {
      return Optional.of(
          new Status.Block(
              "apply has failed: " + failed.cause(),
              "start the job again; if it comes back, report it with the log"));
    }
    return Optional.empty();
  }

  private Optional<String> waitingFor(CaptureStatus captured) {
    if (apply.state() instanceof ApplyState.WaitingForTarget waiting) {
      long seconds = Duration.between(waiting.since(), Instant.now()).toSeconds();
      return Optional.of("target, " + seconds + " s: " + waiting.why());
    }
    return captured.detail().isEmpty() || captured.state() == CaptureStatus.State.BLOCKED
        ? Optional.empty()
        : Optional.of(captured.detail());
  }

  private List<Status.Table> tables() {
    Map<TableId, TableProgress> progress = new HashMap<>();
    lastKnown.forEach(table -> progress.put(table.table(), table));
    List<Status.Table> tables = new ArrayList<>();
    var applied = apply.statistics().tables();
    for (Migration.MappedTable table : migration.tables()) {
      TableId into = table.target().id();
      TableProgress copy = slowest(table, progress);
      Optional<Statistics.TableCounts> counts = Optional.ofNullable(applied.get(into));
      long written = counts.map(c -> c.upserted() + c.deleted() + c.copied()).orElse(0L);
      tables.add(table(into, copy, written));
    }
    return tables;
  }

  /** Of the old tables, one whose copy is not done, if there is one; null where none is known. */
  private static TableProgress slowest(
      Migration.MappedTable table, Map<TableId, TableProgress> progress) {
    return table.plan().sources().stream()
        .map(old -> progress.get(old.id()))
        .filter(Objects::nonNull)
        .min(Comparator.comparing(TableProgress::done))
        .orElse(null);
  }

  private Status.Table table(TableId into, TableProgress copy, long written) {
    Rate rate = rates.computeIfAbsent(into, table -> new Rate());
    if (copy == null) {
      return new Status.Table(
          into.toString(),
          "waiting",
          0,
          OptionalLong.empty(),
          0,
          OptionalLong.empty(),
          0,
          OptionalLong.empty(),
          verified.apply(into),
          loss.apply(into));
    }
    double perSecond = rate.of(copy.done() ? written : copy.rows());
    OptionalLong estimate = rowsEstimated(copy);
    long left = Math.max(0, estimate.orElse(0) - copy.rows());
    OptionalLong eta =
        copy.done() || perSecond < 1 || estimate.isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(Math.round(left / perSecond));
    return new Status.Table(
        into.toString(),
        copy.done() ? "live" : "copying",
        copy.rows(),
        estimate,
        copy.chunks(),
        chunksTotal(copy),
        perSecond,
        eta,
        verified.apply(into),
        loss.apply(into));
  }

  /**
   * What is read so far, carried on to all places; the source's statistics before anything is read.
   */
  private static OptionalLong rowsEstimated(TableProgress copy) {
    if (copy.done()) {
      return OptionalLong.of(copy.rows());
    }
    if (copy.placesDone() > 0) {
      return OptionalLong.of(Math.round((double) copy.rows() * copy.places() / copy.placesDone()));
    }
    return copy.rowsEstimated() > 0 ? OptionalLong.of(copy.rowsEstimated()) : OptionalLong.empty();
  }

  /** As many more chunks of the size that they had so far. */
  private static OptionalLong chunksTotal(TableProgress copy) {
    if (copy.done()) {
      return OptionalLong.of(copy.chunks());
    }
    if (copy.placesDone() == 0) {
      return OptionalLong.empty();
    }
    double each = (double) copy.placesDone() / copy.chunks();
    return OptionalLong.of(
        copy.chunks() + (long) Math.ceil((copy.places() - copy.placesDone()) / each));
  }

  private static Status.Lag lag(CaptureStatus captured, Optional<Lag> lag) {
    boolean follows = captured.state() == CaptureStatus.State.FOLLOWING;
    return new Status.Lag(
        follows ? OptionalDouble.of(captured.lag().toMillis() / 1000.0) : OptionalDouble.empty(),
        lag.map(l -> OptionalLong.of(l.records())).orElse(OptionalLong.empty()),
        lag.map(l -> OptionalDouble.of(l.age().orElse(Duration.ZERO).toMillis() / 1000.0))
            .orElse(OptionalDouble.empty()),
        captured
            .retainedLog()
            .map(log -> OptionalLong.of(log.bytes()))
            .orElse(OptionalLong.empty()),
        captured.retainedLog().map(RetainedLog::limit).orElse(OptionalLong.empty()));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** How fast a number grows, over the last seconds. */
  private static final class Rate {
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private final Deque<long[]> samples = new ArrayDeque<>();

    double of(long value) {
      long now = System.nanoTime();
      if (!samples.isEmpty() && samples.getLast()[1] > value) {
        samples.clear();
      }
      samples.add(new long[] {now, value});
      while (now - samples.getFirst()[0] > WINDOW.toNanos()) {
        samples.removeFirst();
      }
      long[] first = samples.getFirst();
      return now == first[0] ? 0 : (value - first[1]) * 1e9 / (now - first[0]);
    }
  }
}
