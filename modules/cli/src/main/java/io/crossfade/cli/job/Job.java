package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureSettings;
import io.crossfade.capture.CaptureSettings.OnTruncate;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Decisions;
import io.crossfade.capture.Events;
import io.crossfade.capture.Orders;
import io.crossfade.capture.Throttle;
import io.crossfade.capture.Told;
import io.crossfade.capture.Topics;
import io.crossfade.core.Opened;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Side;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.switching.ColumnId;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.postgres.switching.PostgresSwitching;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.server.Document;
import io.crossfade.server.JobServer;
import io.crossfade.server.Operator;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Plugins;
import io.crossfade.switchover.Gate;
import io.crossfade.switchover.Passes;
import io.crossfade.switchover.Place;
import io.crossfade.switchover.Switchover;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.transform.Passage;
import io.crossfade.transform.Statistics;
import io.crossfade.verify.Turn;
import io.crossfade.wire.Names;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A migration that runs in this process: the broker where the spec embeds one, capture, apply, and
 * the HTTP API over both. Everything that was opened is closed in reverse order.
 */
public final class Job implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Job.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MOST_THREADS = 4;

  /** A transaction that is older than this would keep a fence, or a slot, waiting for too long. */
  private static final Duration OLDEST = Duration.ofSeconds(30);

  private final Spec spec;
  private final Plugins plugins;
  private final Names names;
  private final Opened opened = new Opened("the job");

  /** All that runs for the migration; the API stays when it ends. */
  private final Opened flows = new Opened("what ran");

  private Map<String, String> kafka = Map.of();
  private Databases databases;
  private Capture capture;
  private Apply apply;
  private JobMonitor monitor;
  private JobServer server;
  private JobEnd end;
  private Optional<List<String>> ended = Optional.empty();

  private Job(Spec spec, Plugins plugins) {
    this.spec = spec;
    this.plugins = plugins;
    this.names = new Names(spec.migration());
  }

  /**
   * Looks at everything, then starts. Waits for the databases and for Kafka.
   *
   * @param warnings takes what somebody should know
   * @throws SpecException where the spec does not fit the databases
   * @throws CommandException where something else stands in the way
   */
  public static Job start(Spec spec, Consumer<String> warnings)
      throws SpecException, IOException, InterruptedException {
    return start(spec, Plugins.NONE, warnings, told -> {});
  }

  /**
   * As {@link #start(Spec, Consumer)}, with functions and mappers of the user's own.
   *
   * @param plugins in use until the job is closed
   * @param told takes what is done before the job runs, where that may take its time
   */
  public static Job start(
      Spec spec, Plugins plugins, Consumer<String> warnings, Consumer<String> told)
      throws SpecException, IOException, InterruptedException {
    Job job = new Job(spec, plugins);
    try {
      job.open(warnings, told);
      return job;
    } catch (SpecException | IOException | InterruptedException | RuntimeException | Error e) {
      job.opened.closeAfter(e);
      throw e;
    }
  }

  private void open(Consumer<String> warnings, Consumer<String> told)
      throws SpecException, IOException, InterruptedException {
    databases = opened.add(Databases.of(spec));
    Preflight preflight = new Preflight();
    preflight.reach(databases);
    preflight.orThrow();
    kafka = opened.add(KafkaAccess.open(spec.kafka())).properties();
    preflight.kafka(kafka);
    preflight.orThrow();
    Ending ending = new Ending(spec, databases, kafka);
    Capture.endFormer(databases.source(), kafka, names);
    Standing standing = Decisions.read(kafka, names);
    if (standing.ending()) {
      ended = Optional.of(goOn(ending, standing, told));
      return;
    }
    expand(told);
    Migration migration = Preflight.compile(spec, plugins, databases);
    migration.warnings().forEach(problem -> warnings.accept(problem.toString()));
    List<TableId> sources = migration.sources().stream().map(Table::id).toList();
    preflight.source(databases, sources);
    preflight.target(databases, migration);
    preflight.orThrow();
    Optional<Map<String, String>> begunWith = Capture.begunWith(kafka, names);
    if (begunWith.isPresent()) {
      MappingChanges changes = MappingChanges.of(migration, begunWith.get());
      requireNone(changes.againstRun());
      preflight.emptyTargets(databases, migration.into(changes.added()));
    } else {
      preflight.emptyTargets(databases, migration.tables());
    }
    preflight.orThrow();
    preflight.checks().stream()
        .filter(check -> check.level() == io.crossfade.core.Check.Level.WARN)
        .forEach(check -> warnings.accept(check.toString()));
    if (begunWith.isEmpty()) {
      beforeBackfill();
    }
    end =
        new JobEnd(
            ending,
            Ending.tables(
                migration.onlyFills() ? List.of() : sources,
                migration.tables().stream().map(table -> table.target().id()).toList(),
                databases),
            flows);
    opened.add(flows);
    run(migration, sources);
    opened.add(end);
  }

  /** An end that was interrupted. */
  private static List<String> goOn(Ending ending, Standing standing, Consumer<String> told)
      throws InterruptedException {
    try {
      return ending.carryOut(standing, told);
    } catch (RuntimeException e) {
      throw new CommandException(
          ExitCode.PARTLY,
          "the migration is "
              + standing.phase()
              + ", and not all that was made for it could be removed: "
              + e.getMessage()
              + "\nagain: `crossfade run`",
          e);
    }
  }

  /**
   * Before the new tables are looked at, which it may make or change; not where the source would
   * not do.
   */
  private void expand(Consumer<String> told) throws SpecException {
    if (!spec.expand().isEmpty()) {
      Preflight first = new Preflight();
      first.source(databases, List.of());
      first.orThrow();
    }
    ExpandContract.of(spec, databases).expand(told);
  }

  /** A start that has made nothing yet may come to this again. */
  private void beforeBackfill() throws InterruptedException {
    try (Hooks hooks = new Hooks(spec, Optional.empty(), line -> {})) {
      hooks.before(Phase.BACKFILLING, Operator.here(), "", LOG::info);
    } catch (HookFailed e) {
      throw new CommandException(
          ExitCode.PREFLIGHT, "the migration does not begin: " + e.getMessage(), e);
    }
  }

  private static void requireNone(List<Problem> problems) throws SpecException {
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
  }

  private void run(Migration migration, List<TableId> sources)
      throws IOException, InterruptedException {
    CaptureSettings settings =
        new CaptureSettings(
            kafka,
            spec.kafka().partitions(),
            spec.kafka().replicationFactor(),
            spec.backfill().parallelism(),
            migration.selects(),
            spec.onTruncate() == Spec.OnTruncate.APPLY ? OnTruncate.APPLY : OnTruncate.FAIL);
    Topics.ensure(names, sources, settings);
    Throttle throttle = new Throttle(spec.backfill().maxRowsPerSecond());
    Orders orders =
        flows.add(new Orders(kafka, names, spec.backfill().maxRowsPerSecond(), throttle));
    capture =
        flows.add(
            new Capture(
                databases.source(),
                names,
                migration.captured(),
                settings,
                throttle,
                Clock.systemUTC()));
    orders.onResync(capture::beginAgain);
    Path state = temporaryDirectory();
    Decisions decisions = flows.add(new Decisions(kafka, names));
    Passes passes = new Passes(Topics.identity(names, kafka));
    PostgresTarget target =
        databases
            .target()
            .passing(() -> passes.forward(decisions.current().orElse(Standing.AT_FIRST)));
    int threads =
        Math.min(
            spec.kafka().partitions(),
            Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    apply =
        flows.add(
            Apply.held(
                new Apply.Settings(
                    kafka,
                    names,
                    migration.mappings(),
                    target,
                    state,
                    threads,
                    spec.onBadRow(),
                    Map.of(),
                    spec.kafka().replicationFactor().orElse(-1))));
    monitor =
        flows.add(
            new JobMonitor(
                migration,
                names,
                databases.source().slot(),
                capture,
                apply,
                throttle,
                orders::serving));
    Journal journal = flows.add(new Journal(new Events(kafka, names)));
    monitor.onBlock(journal::sayByItself);
    Hooks hooks =
        flows.add(new Hooks(spec, Optional.of(new Told(kafka, names)), journal::sayByItself));
    Barriers barriers = new Barriers(capture, apply);
    if (migration.onlyFills()) {
      end.with(new FilledTables(spec, ExpandContract.of(spec, databases), barriers));
    }
    ReverseFlow reverse = flows.add(new ReverseFlow(migration, databases, settings, passes));
    Supplier<Turn> turn = () -> turn(decisions.current().orElse(Standing.AT_FIRST));
    JobFollowing following =
        new JobFollowing(
            migration,
            databases.source(),
            capture,
            barriers,
            throttle,
            new RawHistory(kafka, names),
            turn,
            reverse);
    ComparedMigration compared = new ComparedMigration(migration, following);
    Verifier verifier = flows.add(new Verifier(compared));
    Supplier<CaptureStatus.State> captures = () -> capture.status().state();
    VerifiedTables verified = new VerifiedTables(orders, verifier, turn, journal::sayByItself);
    AskedVerification asked =
        new AskedVerification(
            migration, compared, orders, verifier, verified, captures, journal::sayByItself);
    Repairer repairer =
        flows.add(
            new Repairer(
                migration,
                compared,
                verifier,
                asked,
                new JobSending(migration, names, capture, apply, barriers::requireNotBlocked)));
    Watcher watcher = new Watcher(migration, compared, orders, verifier, verified, captures);
    ComparisonThread comparisons =
        flows.add(
            new ComparisonThread(verified, asked, watcher, () -> decisions.current().isPresent()));
    LossWatch loss =
        flows.add(
            new LossWatch(kafka, migration, compared, following, reverse, journal::sayByItself));
    monitor.askForVerified(verified::verified);
    monitor.askForLoss(loss::loss);
    ServingMarks marks =
        flows.add(
            new ServingMarks(
                spec.migration(),
                orders,
                monitor::now,
                Map.of(
                    "source", databases.source().serving(),
                    "target", databases.target().serving())));
    SwitchDesk desk =
        flows.add(
            desk(
                migration,
                decisions,
                passes,
                new ForwardFlow(barriers, apply, target, names.applyGroup()),
                reverse,
                marks,
                orders,
                journal,
                hooks));
    monitor.watch(desk::standing, reverse);
    end.tells(desk, monitor::look);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    JobMetrics.register(registry, spec.migration(), migration, apply);
    JobMetrics.register(registry, spec.migration(), migration, verifier);
    JobMetrics.register(registry, spec.migration(), migration, verified, watcher);
    JobMetrics.register(registry, spec.migration(), migration, loss);
    server =
        opened.add(
            JobServer.start(
                spec.server().bind(),
                spec.server().port(),
                spec.server().token().map(Secret::reveal),
                new JobServer.Parts(
                    monitor::status,
                    () -> monitor.status().blockedBy().isEmpty(),
                    orders::serving,
                    end.until(
                        journal.of(
                            JobCommands.of(
                                orders,
                                monitor,
                                migration,
                                JobCommands.comparisons(asked, watcher, repairer),
                                marks,
                                desk))),
                    documents(
                        asked,
                        repairer,
                        watcher,
                        new Explainer(
                            migration,
                            names,
                            kafka,
                            databases.target(),
                            compared,
                            verifier,
                            monitor::status,
                            verified::verified)),
                    journal::all,
                    registry)));
    journal.sayByItself("run: an instance started, spec " + spec.fingerprint());
    monitor.start();
    capture.start();
    comparisons.start();
    loss.start();
    marks.start();
    desk.start();
    hooks.awaitBackfill(() -> capture.status().backfillDone());
    flows.add(new LoadGuard(limits(), throttle)).start();
  }

  private static Turn turn(Standing standing) {
    return standing.writes() == Side.NEW
        ? new Turn(true, standing.reverse())
        : new Turn(false, standing.forward());
  }

  private SwitchDesk desk(
      Migration migration,
      Decisions decisions,
      Passes passes,
      ForwardFlow forward,
      ReverseFlow reverse,
      ServingMarks marks,
      Orders orders,
      Journal journal,
      Hooks hooks) {
    PostgresSwitching atSource = databases.switchingSource(spec.migration());
    PostgresSwitching atTarget = databases.switchingTarget(spec.migration());
    List<TableId> old = migration.sources().stream().map(Table::id).toList();
    List<TableId> fresh = migration.tables().stream().map(table -> table.target().id()).toList();
    Map<ColumnId, ColumnId> columns = Reversal.columns(migration.forwards());
    Map<ColumnId, ColumnId> back = new HashMap<>();
    columns.forEach((to, from) -> back.put(from, to));
    return new SwitchDesk(
        decisions,
        apply,
        reverse,
        () -> capture.status().state(),
        told ->
            new Switchover(
                new Place(Side.OLD, old, atSource.fence(), atSource.sequences(), back),
                new Place(Side.NEW, fresh, atTarget.fence(), atTarget.sequences(), columns),
                forward,
                reverse,
                passes,
                decisions::decide,
                marks::writes,
                told),
        request -> {
          List<Gate> gates = new ArrayList<>();
          Phase next = request.request().next();
          if (next == Phase.COMPLETING && migration.onlyFills()) {
            return Gates.forFilled(monitor.now(), request.verifiedWithin());
          }
          if (next == Phase.COMPLETING || next == Phase.ABANDONING) {
            return Gates.forEnd(next, monitor.now(), orders.serving(), obstacles(atSource, next));
          }
          if (next == Phase.CUTTING_OVER) {
            gates.addAll(Gates.nothingFilled(Filling.of(migration)));
            gates.addAll(Gates.forCutover(monitor.now(), request.verifiedWithin()));
            gates.add(Gates.constraints(databases.target().unproven(fresh)));
            gates.addAll(reverse.gates());
          } else {
            gates.addAll(Gates.forRollback(monitor.now()));
          }
          gates.add(
              Gates.transactions(
                  "source", atSource.openTransactions().olderThan(OLDEST, old), OLDEST));
          gates.add(
              Gates.transactions(
                  "target", atTarget.openTransactions().olderThan(OLDEST, fresh), OLDEST));
          return gates;
        },
        end,
        journal::sayByItself,
        hooks,
        monitor::look);
  }

  private List<String> obstacles(PostgresSwitching source, Phase next) {
    return next == Phase.COMPLETING ? source.retirement().obstacles(end.tables().old()) : List.of();
  }

  private Map<String, Document> documents(
      AskedVerification asked, Repairer repairer, Watcher watcher, Explainer explainer) {
    Map<String, Document> documents = new HashMap<>(asked.documents());
    documents.putAll(repairer.documents());
    documents.put("explain", explainer);
    documents.put("switch", Document.json(end::report));
    documents.put("verification/watch", Document.json(watcher::json));
    documents.put(
        "rows", Document.json(() -> StatusJson.rows(JobCommands.rows(monitor.writing()))));
    return documents;
  }

  private List<LoadGuard.Limit> limits() {
    return LoadGuard.limits(
        spec.backfill().pauseWhen(),
        () -> Optional.of(capture.status().lag()),
        () -> apply.statistics().targetCommitP95(),
        () -> Optional.of(databases.source().replicaLag()));
  }

  private Path temporaryDirectory() throws IOException {
    Path directory = Files.createTempDirectory("crossfade-streams-");
    flows.add(() -> Directories.delete(directory));
    return directory;
  }

  public Status status() {
    return monitor.status();
  }

  public JobStatistics statistics() {
    CaptureStatus captured = capture.status();
    Statistics applied = apply.statistics();
    return new JobStatistics(
        captured.tables().stream().mapToLong(CaptureStatus.TableProgress::rows).sum(),
        captured.tables().stream().mapToLong(CaptureStatus.TableProgress::gaveWay).sum(),
        captured.changes(),
        applied.records(),
        applied.endToEnd().quantile(0.5),
        applied.endToEnd().quantile(0.99));
  }

  /**
   * What is left of the migration, where it had been decided to end and this start has ended it.
   */
  public Optional<List<String>> ended() {
    return ended;
  }

  /** Waits until the migration has been ended; what is left of it. */
  public List<String> awaitEnd() throws InterruptedException {
    return end.await();
  }

  /** Where Kafka is. */
  public String bootstrapServers() {
    return kafka.get("bootstrap.servers");
  }

  /** Where the HTTP API is. */
  public URI api() {
    return server.uri();
  }

  /** Waits until the backfill is done and the target has all that the source had committed then. */
  public void awaitCaughtUp() throws InterruptedException {
    while (!capture.status().backfillDone()) {
      requireNotBlocked();
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    awaitBarrier();
  }

  /** Bad rows that the target lacks, those not counted that somebody has skipped. */
  public long deadRows() {
    return apply.badRows().stream().filter(row -> row.state() != BadRow.State.SKIPPED).count();
  }

  /** Waits until the target has all that the source had committed when this was called. */
  public void awaitBarrier() throws InterruptedException {
    Passage passage = null;
    while (passage == null || !passage.isOver()) {
      requireNotBlocked();
      if (passage == null) {
        Map<TopicPartition, Long> barrier = askForBarrier();
        passage = barrier == null ? null : apply.passage(barrier);
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /**
   * A barrier's offsets; null where capture was interrupted before it was written, and has to be
   * asked again.
   */
  private Map<TopicPartition, Long> askForBarrier() throws InterruptedException {
    var offsets = capture.barrier();
    while (true) {
      try {
        return offsets.get(1, TimeUnit.SECONDS);
      } catch (java.util.concurrent.TimeoutException e) {
        requireNotBlocked();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof SourceException) {
          return null;
        }
        throw new CommandException(ExitCode.ERROR, "no barrier: " + e.getCause().getMessage(), e);
      }
    }
  }

  private void requireNotBlocked() {
    CaptureStatus captured = capture.status();
    if (captured.state() == CaptureStatus.State.BLOCKED) {
      throw blocked(captured.detail(), captured.next());
    }
    if (apply.state() instanceof ApplyState.Blocked block) {
      throw blocked(block.reason(), block.next());
    }
    if (apply.state() instanceof ApplyState.Failed failed) {
      throw new CommandException(
          ExitCode.ERROR, "apply has failed: " + failed.cause(), failed.cause());
    }
  }

  private static CommandException blocked(String reason, String next) {
    return new CommandException(ExitCode.ERROR, "BLOCKED: " + reason + "\nNext: " + next);
  }

  /** In reverse order; the first failure is thrown with the others attached. May be repeated. */
  @Override
  public void close() {
    opened.close();
  }
}
