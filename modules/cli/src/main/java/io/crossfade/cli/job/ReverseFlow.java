package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureSettings;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Throttle;
import io.crossfade.capture.Topics;
import io.crossfade.core.Check;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.switching.Trial;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.server.Status;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.reverse.RoundTrip;
import io.crossfade.switchover.Flow;
import io.crossfade.switchover.Gate;
import io.crossfade.switchover.Passes;
import io.crossfade.switchover.SwitchFailed;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.transform.Mapping;
import io.crossfade.transform.Mappings;
import io.crossfade.wire.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * The flow from the new tables back to the old ones: the runner of the forward flow with source and
 * target exchanged, under a name of its own in each round. It copies nothing: when it begins to
 * write, both sides are equal. Until then it carries a table of ours and nothing else.
 */
final class ReverseFlow implements Flow, AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);

  private final Migration migration;
  private final Databases databases;
  private final CaptureSettings settings;
  private final Passes passes;
  private volatile Optional<Running> running = Optional.empty();

  /** What runs in this process. */
  private record Running(
      Standing standing,
      Reversal reversal,
      PostgresSource source,
      PostgresTarget target,
      Capture capture,
      Runner runner) {}

  /** Apply, first of our own table, then of all. */
  private static final class Runner {
    private volatile Optional<Apply> apply = Optional.empty();
    private Optional<Path> directory = Optional.empty();
    private volatile Map<TopicPartition, Long> begin = Map.of();
    private volatile boolean all;

    void end() {
      apply.ifPresent(Apply::close);
      apply = Optional.empty();
      try {
        if (directory.isPresent()) {
          Directories.delete(directory.get());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      directory = Optional.empty();
    }
  }

  /**
   * @param settings of the forward flow
   */
  ReverseFlow(Migration migration, Databases databases, CaptureSettings settings, Passes passes) {
    this.migration = migration;
    this.databases = databases;
    this.settings = settings.withoutCopy();
    this.passes = passes;
  }

  /**
   * What a comparison asks, while the old tables follow.
   *
   * @param source the database with the new tables
   */
  record Following(SourceDatabase source, Barriers barriers) {}

  /** Empty where it does not write to the old tables here, or not yet. */
  Optional<Following> following() {
    return running
        .filter(flow -> flow.runner().all)
        .filter(flow -> flow.capture().status().state() == CaptureStatus.State.FOLLOWING)
        .flatMap(
            flow ->
                flow.runner()
                    .apply
                    .map(
                        apply ->
                            new Following(flow.source(), new Barriers(flow.capture(), apply))));
  }

  /**
   * What the new tables are written, since they are.
   *
   * @param round the switch since which they are
   * @param captured their rows, in the raw topics of these names
   * @param roundTrips as {@link Reversal#roundTrips}
   * @param begin where the topics' records of before it end
   */
  record Written(
      long round,
      Names names,
      List<CapturedTable> captured,
      List<RoundTrip> roundTrips,
      Map<TopicPartition, Long> begin) {

    /** A new table. */
    CapturedTable captured(TableId table) {
      return captured.stream().filter(c -> c.table().id().equals(table)).findFirst().orElseThrow();
    }
  }

  /** Empty where it does not write to the old tables here, or not yet. */
  Optional<Written> written() {
    return running
        .filter(flow -> flow.runner().all)
        .map(
            flow ->
                new Written(
                    flow.standing().reverse(),
                    names(flow.standing()),
                    flow.reversal().captured(),
                    flow.reversal().roundTrips(),
                    flow.runner().begin));
  }

  /** What stands in the way of it. Changes nothing; blocks on both databases. */
  List<Gate> gates() {
    List<Gate> gates = new ArrayList<>();
    try (PostgresSource source = databases.reverseSource(name(0))) {
      Reversal reversal = reversal(source);
      gates.addAll(reversal.gates());
      if (!reversal.possible()) {
        return gates;
      }
      List<TableId> fresh = reversal.captured().stream().map(table -> table.table().id()).toList();
      List<TableId> old =
          reversal.mappings().stream().map(mapping -> mapping.target().id()).toList();
      List<Check> checks = new ArrayList<>(source.check(fresh));
      checks.addAll(databases.reverseTarget().check(old));
      checks.stream()
          .filter(check -> check.level() == Check.Level.FAIL)
          .map(check -> new Gate(check.id(), false, check.found(), "", check.fix()))
          .forEach(gates::add);
    }
    return gates;
  }

  /** What capture and apply of it do; empty where it does not run here. */
  Optional<CaptureStatus> captured() {
    return running.map(flow -> flow.capture().status());
  }

  /** As {@link #captured}. */
  Optional<Apply> applied() {
    return running.flatMap(flow -> flow.runner().apply);
  }

  @Override
  public void prepare(Standing standing) throws InterruptedException {
    run(standing);
  }

  @Override
  public synchronized void open(Standing standing) throws InterruptedException {
    Running flow = run(standing);
    if (flow.runner().all) {
      return;
    }
    flow.runner().end();
    flow.target().unseal(names(standing).applyGroup());
    Map<TopicPartition, Long> begin = new HashMap<>();
    standing
        .reverseFrom()
        .forEach(
            (partition, offset) ->
                begin.put(new TopicPartition(partition.topic(), partition.partition()), offset));
    List<Mapping> mappings = new ArrayList<>(flow.reversal().mappings());
    mappings.add(trial(flow.source()));
    apply(flow, standing, mappings, begin);
    flow.runner().begin = Map.copyOf(begin);
    flow.runner().all = true;
  }

  private synchronized Running run(Standing standing) throws InterruptedException {
    if (running.isPresent() && running.get().standing().reverse() == standing.reverse()) {
      return running.get();
    }
    stop();
    databases.switchingTarget(migration.spec().migration()).trialSent().prepare();
    databases.switchingSource(migration.spec().migration()).trialReceived().prepare();
    PostgresSource source = databases.reverseSource(name(standing.reverse()));
    PostgresTarget target = databases.reverseTarget().passing(() -> passes.reverse(standing));
    Names names = names(standing);
    Reversal reversal = possible(source);
    List<CapturedTable> captured = new ArrayList<>(reversal.captured());
    captured.add(CapturedTable.whole(describe(source, sent())));
    Capture.endFormer(source, settings.kafka(), names);
    Topics.ensure(names, captured.stream().map(table -> table.table().id()).toList(), settings);
    Capture capture =
        new Capture(
            source,
            names,
            captured,
            settings,
            new Throttle(OptionalLong.empty()),
            Clock.systemUTC());
    capture.start();
    Running flow = new Running(standing, reversal, source, target, capture, new Runner());
    running = Optional.of(flow);
    apply(flow, standing, List.of(trial(source)), Map.of());
    return flow;
  }

  private Reversal reversal(PostgresSource source) {
    return Reversal.of(
        migration, source::notCarried, databases.reverseTarget()::otherUniqueIndexes);
  }

  private Reversal possible(PostgresSource source) {
    Reversal reversal = reversal(source);
    if (reversal.mappings().isEmpty()) {
      throw new SwitchFailed("there is no way back:" + Gate.open(reversal.gates()));
    }
    return reversal;
  }

  private void apply(
      Running flow, Standing standing, List<Mapping> mappings, Map<TopicPartition, Long> begin) {
    Runner runner = flow.runner();
    try {
      Path directory = Files.createTempDirectory("crossfade-reverse-");
      runner.directory = Optional.of(directory);
      runner.apply =
          Optional.of(
              Apply.start(
                  new Apply.Settings(
                      settings.kafka(),
                      names(standing),
                      mappings,
                      flow.target(),
                      directory,
                      1,
                      OnBadRow.STOP,
                      begin,
                      settings.replicationFactor().orElse(-1))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The table of ours, as a mapping. */
  private Mapping trial(PostgresSource source) {
    Table sent = describe(source, sent());
    Table received =
        databases
            .reverseTarget()
            .describe(new TableId("crossfade", "trial_received"))
            .orElseThrow();
    try {
      return Mappings.of(
          new SqlCompiler(id -> Optional.of(sent), List.of())
              .compile("SELECT migration, word FROM " + sent())
              .into(received),
          received,
          false);
    } catch (SqlException e) {
      throw new IllegalStateException("a SELECT of our own", e);
    }
  }

  private static TableId sent() {
    return new TableId("crossfade", "trial_sent");
  }

  private static Table describe(PostgresSource source, TableId table) {
    return source.describe(table).orElseThrow(() -> new SwitchFailed(table + " is gone"));
  }

  @Override
  public void prove(Duration patience) throws InterruptedException {
    String word = UUID.randomUUID().toString();
    Trial sent = databases.switchingTarget(migration.spec().migration()).trialSent();
    Trial received = databases.switchingSource(migration.spec().migration()).trialReceived();
    long end = System.nanoTime() + patience.toNanos();
    awaitFollowing(end);
    sent.write(word);
    while (!received.has(word)) {
      if (System.nanoTime() > end) {
        throw new SwitchFailed(
            "the row that was written to "
                + sent()
                + " has not come back within "
                + patience.toSeconds()
                + " s; "
                + trouble().orElse("nothing is known to be wrong"));
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  private void awaitFollowing(long end) throws InterruptedException {
    while (captured().map(CaptureStatus::state).orElse(CaptureStatus.State.CLOSED)
        != CaptureStatus.State.FOLLOWING) {
      if (System.nanoTime() > end
          || captured().map(CaptureStatus::state).orElse(null) == CaptureStatus.State.BLOCKED) {
        throw new SwitchFailed(
            "the new tables cannot be captured: " + trouble().orElse("it takes too long"));
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /** Why it stands still until somebody does something; empty where it does not. */
  Optional<Status.Block> block() {
    Optional<Status.Block> capturing =
        captured()
            .filter(status -> status.state() == CaptureStatus.State.BLOCKED)
            .map(status -> new Status.Block(status.detail(), status.next()));
    return capturing.or(
        () ->
            applied()
                .map(Apply::state)
                .filter(ApplyState.Blocked.class::isInstance)
                .map(ApplyState.Blocked.class::cast)
                .map(blocked -> new Status.Block(blocked.reason(), blocked.next())));
  }

  /** What is wrong with it, for people; empty where nothing is known to be. */
  private Optional<String> trouble() {
    Optional<String> capturing =
        captured()
            .filter(status -> !status.detail().isEmpty())
            .map(status -> status.detail() + (status.next().isEmpty() ? "" : ": " + status.next()));
    return capturing.or(
        () ->
            applied()
                .map(Apply::state)
                .map(
                    state -> {
                      if (state instanceof ApplyState.Blocked blocked) {
                        return blocked.reason() + ": " + blocked.next();
                      }
                      if (state instanceof ApplyState.WaitingForTarget waiting) {
                        return "waiting for the source's database: " + waiting.why();
                      }
                      return state instanceof ApplyState.Failed failed
                          ? "apply has failed: " + failed.cause()
                          : null;
                    }));
  }

  private Barriers barriers() {
    Running flow =
        running.orElseThrow(() -> new SwitchFailed("the reverse flow does not run here now"));
    return new Barriers(
        flow.capture(),
        flow.runner().apply.orElseThrow(() -> new SwitchFailed("the reverse flow is starting")));
  }

  @Override
  public void drain(Duration patience) throws InterruptedException {
    barriers().await(patience);
  }

  @Override
  public Map<InputPartition, Long> position(Duration patience) throws InterruptedException {
    return Barriers.offsets(barriers().write(patience));
  }

  @Override
  public void seal(Standing standing) {
    PostgresTarget target = databases.reverseTarget();
    target.prepare();
    target.seal(names(standing).applyGroup());
  }

  @Override
  public void unseal(Standing standing) {
    databases.reverseTarget().unseal(names(standing).applyGroup());
  }

  /** What is sealed stays sealed: another round has another name. */
  @Override
  public synchronized void close(Standing standing) throws InterruptedException {
    stop();
    if (standing.reverse() == 0) {
      return;
    }
    Names names = names(standing);
    databases.reverseTarget().forget(names.applyGroup());
    try (PostgresSource source = databases.reverseSource(name(standing.reverse()))) {
      source.removeLog();
    }
    Topics.remove(names, settings.kafka());
  }

  private String name(long round) {
    return Names.reverse(migration.spec().migration(), round);
  }

  private Names names(Standing standing) {
    return new Names(name(standing.reverse()));
  }

  private void stop() {
    running.ifPresent(
        flow -> {
          flow.runner().end();
          flow.capture().close();
          flow.source().close();
        });
    running = Optional.empty();
  }

  /** Ends what runs in this process; what was made stays. */
  @Override
  public synchronized void close() {
    stop();
  }
}
