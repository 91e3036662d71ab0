package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureSettings;
import io.crossfade.capture.CaptureSettings.OnTruncate;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Events;
import io.crossfade.capture.Orders;
import io.crossfade.capture.Throttle;
import io.crossfade.capture.Topics;
import io.crossfade.core.Opened;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.server.Document;
import io.crossfade.server.JobServer;
import io.crossfade.server.Status;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.transform.Statistics;
import io.crossfade.wire.Names;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A migration that runs in this process: the broker where the spec embeds one, capture, apply, and
 * the HTTP API over both. Everything that was opened is closed in reverse order.
 */
public final class Job implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MOST_THREADS = 4;

  private final Spec spec;
  private final List<ScalarFunction> functions;
  private final Names names;
  private final Opened opened = new Opened("the job");
  private Map<String, String> kafka = Map.of();
  private Databases databases;
  private Capture capture;
  private Apply apply;
  private JobMonitor monitor;
  private JobServer server;

  private Job(Spec spec, List<ScalarFunction> functions) {
    this.spec = spec;
    this.functions = functions;
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
    return start(spec, List.of(), warnings);
  }

  /**
   * As {@link #start(Spec, Consumer)}, for SELECTs that call functions of the user's own.
   *
   * @param functions in use until the job is closed
   */
  public static Job start(Spec spec, List<ScalarFunction> functions, Consumer<String> warnings)
      throws SpecException, IOException, InterruptedException {
    Job job = new Job(spec, functions);
    try {
      job.open(warnings);
      return job;
    } catch (SpecException | IOException | InterruptedException | RuntimeException | Error e) {
      job.opened.closeAfter(e);
      throw e;
    }
  }

  private void open(Consumer<String> warnings)
      throws SpecException, IOException, InterruptedException {
    databases = opened.add(Databases.of(spec));
    Preflight preflight = new Preflight();
    preflight.reach(databases);
    preflight.orThrow();
    Migration migration = Preflight.compile(spec, functions, databases);
    migration.warnings().forEach(problem -> warnings.accept(problem.toString()));
    List<TableId> sources = migration.sources().stream().map(Table::id).toList();
    preflight.source(databases, sources);
    preflight.target(databases, migration);
    preflight.orThrow();
    kafka = opened.add(KafkaAccess.open(spec.kafka())).properties();
    preflight.kafka(kafka);
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
    run(migration, sources);
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
        opened.add(new Orders(kafka, names, spec.backfill().maxRowsPerSecond(), throttle));
    capture =
        opened.add(
            new Capture(
                databases.source(),
                names,
                migration.captured(),
                settings,
                throttle,
                Clock.systemUTC()));
    orders.onResync(capture::beginAgain);
    Path state = temporaryDirectory();
    int threads =
        Math.min(
            spec.kafka().partitions(),
            Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    apply =
        opened.add(
            Apply.start(
                new Apply.Settings(
                    kafka,
                    names,
                    migration.mappings(),
                    databases.target(),
                    state,
                    threads,
                    spec.onBadRow())));
    monitor =
        opened.add(
            new JobMonitor(
                migration,
                names,
                databases.source().slot(),
                capture,
                apply,
                throttle,
                orders::serving));
    Journal journal = opened.add(new Journal(new Events(kafka, names)));
    monitor.onBlock(journal::sayByItself);
    JobFollowing following =
        new JobFollowing(
            migration, databases.source(), capture, apply, throttle, new RawHistory(kafka, names));
    ComparedMigration compared = new ComparedMigration(migration, following);
    Verifier verifier = opened.add(new Verifier(compared));
    Repairer repairer =
        opened.add(
            new Repairer(
                migration,
                verifier,
                new JobSending(migration, names, capture, apply, following::requireNotBlocked)));
    Watcher watcher =
        opened.add(
            new Watcher(migration, compared, orders, verifier, () -> capture.status().state()));
    monitor.askForVerified(watcher::verified);
    ServingMarks marks =
        opened.add(
            new ServingMarks(
                spec.migration(),
                orders,
                monitor::now,
                Map.of(
                    "source", databases.source().serving(),
                    "target", databases.target().serving())));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    JobMetrics.register(registry, spec.migration(), migration, apply);
    JobMetrics.register(registry, spec.migration(), migration, verifier);
    JobMetrics.register(registry, spec.migration(), migration, watcher);
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
                    journal.of(
                        JobCommands.of(
                            orders, monitor, migration, apply, verifier, repairer, watcher, marks)),
                    documents(migration, compared, verifier, repairer, watcher),
                    journal::all,
                    registry)));
    journal.sayByItself("run: an instance started, spec " + spec.fingerprint());
    monitor.start();
    capture.start();
    watcher.start();
    marks.start();
    opened.add(new LoadGuard(limits(), throttle)).start();
  }

  private Map<String, Document> documents(
      Migration migration,
      ComparedMigration compared,
      Verifier verifier,
      Repairer repairer,
      Watcher watcher) {
    Map<String, Document> documents = new HashMap<>(verifier.documents());
    documents.putAll(repairer.documents());
    documents.put(
        "explain",
        new Explainer(
            migration,
            names,
            kafka,
            databases.target(),
            compared,
            verifier,
            monitor::status,
            watcher::verified));
    documents.put("verification/watch", Document.json(watcher::json));
    documents.put("rows", Document.json(() -> StatusJson.rows(JobCommands.rows(apply))));
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
    opened.add(() -> Directories.delete(directory));
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
    Map<TopicPartition, Long> barrier = null;
    while (barrier == null || !apply.hasPassed(barrier)) {
      requireNotBlocked();
      if (barrier == null) {
        barrier = askForBarrier();
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
