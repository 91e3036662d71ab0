package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.Events;
import io.crossfade.capture.Orders;
import io.crossfade.core.Opened;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.table.TableId;
import io.crossfade.server.Operator;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Plugins;
import io.crossfade.transform.Replay;
import io.crossfade.transform.Replay.Step;
import io.crossfade.wire.Event;
import io.crossfade.wire.Names;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A replay of a migration whose job is down: what it would do, and doing it. While this is open no
 * job can begin to capture.
 */
public final class ReplayRun implements AutoCloseable {

  /**
   * A killed instance is missed after ten seconds; an embedded broker counts them from its start.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Names names;
  private final Opened opened = new Opened("the replay");
  private Map<String, String> kafka;
  private Migration migration;
  private MappingChanges changes;
  private Map<String, String> standFor;
  private Replay replay;

  private ReplayRun(Spec spec) {
    this.names = new Names(spec.migration());
  }

  /**
   * Looks at everything. Changes nothing.
   *
   * @throws SpecException where the spec does not fit, or no replay could bring the new tables to
   *     it
   * @throws CommandException where something else stands in the way, a running job for instance
   */
  public static ReplayRun open(Spec spec, Plugins plugins)
      throws SpecException, InterruptedException {
    ReplayRun run = new ReplayRun(spec);
    try {
      run.look(spec, plugins);
      return run;
    } catch (SpecException | InterruptedException | RuntimeException | Error e) {
      run.opened.closeAfter(e);
      throw e;
    }
  }

  private void look(Spec spec, Plugins plugins) throws SpecException, InterruptedException {
    Databases databases = opened.add(Databases.of(spec));
    Preflight preflight = new Preflight();
    preflight.reach(databases);
    preflight.orThrow();
    migration = Preflight.compile(spec, plugins, databases);
    kafka = opened.add(KafkaAccess.open(spec.kafka())).properties();
    preflight.kafka(kafka);
    preflight.orThrow();
    Capture.endFormer(databases.source(), kafka, names);
    standFor =
        Capture.begunWith(kafka, names)
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.ERROR,
                        "migration "
                            + spec.migration()
                            + " has not begun: there is nothing to replay; `crossfade run` begins it"));
    requireReadsOfTheOldSide();
    changes = MappingChanges.of(migration, standFor);
    List<Problem> problems = changes.againstReplay();
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
    preflight.emptyTargets(databases, migration.into(changes.added()));
    preflight.orThrow();
    databases.target().prepare();
    replay = opened.add(new Replay(kafka, names, migration.mappings(), databases.target()));
    requireNoJob(databases.source());
  }

  /** A replay shows former states of rows, which nobody is to read. */
  private void requireReadsOfTheOldSide() throws InterruptedException {
    Serving serving = Orders.serving(kafka, names);
    if (serving.reads() == Side.NEW || serving.writes() == Side.NEW) {
      throw new CommandException(
          ExitCode.NOT_MET,
          "the new tables serve ("
              + serving
              + ", since "
              + serving.since()
              + " by "
              + serving.who()
              + "), and a replay shows former states of their rows. Start the job, `crossfade reads old`,"
              + " stop it, and replay then");
    }
  }

  private void requireNoJob(SourceDatabase source) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    SourceDatabase.Leadership right = source.lead().orElseThrow(ReplayRun::running);
    opened.add(right);
    while (replay.running()) {
      if (System.nanoTime() > deadline) {
        throw running();
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
  }

  private static CommandException running() {
    return new CommandException(
        ExitCode.ERROR, "the job runs: stop all its instances, replay, and start them again");
  }

  /** The raw topic that feeds a new table of the spec. */
  public String topicOf(TableId table) {
    return replay.topicOf(table);
  }

  /** The new tables of the spec. */
  public Set<TableId> tables() {
    return migration.tables().stream()
        .map(table -> table.target().id())
        .collect(Collectors.toSet());
  }

  /**
   * What would be applied again.
   *
   * @param tables new tables; all where none is named
   * @throws CommandException where a table with another SELECT than before would not be made anew
   *     from the start
   */
  public List<Step> plan(Set<TableId> tables, Replay.From from) {
    Set<TableId> whole = new HashSet<>(changes.needReplay());
    if (!(from instanceof Replay.From.Start) && !whole.isEmpty()) {
      throw new CommandException(
          ExitCode.ERROR,
          "the spec has another SELECT or mapper than "
              + names(whole)
              + " stands for: that takes a replay --from start; or take it back first");
    }
    List<Step> steps = replay.plan(tables, from);
    steps.forEach(step -> whole.removeAll(step.tables()));
    // A topic from which nothing was applied yet has nothing to replay.
    whole.removeIf(table -> tables.isEmpty() || sharesTopic(table, tables));
    if (!whole.isEmpty()) {
      throw new CommandException(
          ExitCode.ERROR,
          "the spec has another SELECT or mapper than "
              + names(whole)
              + " stands for too: replay it as well, with --table "
              + names(whole).replace(", ", " --table "));
    }
    return steps;
  }

  private boolean sharesTopic(TableId table, Set<TableId> tables) {
    return tables.stream().anyMatch(other -> topicOf(other).equals(topicOf(table)));
  }

  private static String names(Set<TableId> tables) {
    return tables.stream().map(TableId::toString).sorted().collect(Collectors.joining(", "));
  }

  /**
   * Sets everything back; the next start of the job applies it again. The SELECTs are noted last:
   * should this end in between, a job with the new spec asks for the replay again, and one with the
   * old spec replays without harm.
   */
  public void begin(List<Step> steps, String reason) throws InterruptedException {
    replay.begin(steps, reason.isEmpty() ? "replay" : "replay: " + reason);
    if (!changes.needReplay().isEmpty()) {
      Map<String, String> selects = new HashMap<>(standFor);
      selects.putAll(migration.selects());
      Capture.standFor(kafka, names, selects);
    }
    try (Events events = new Events(kafka, names)) {
      events.say(
          new Event(
              Instant.now().truncatedTo(ChronoUnit.MILLIS), Operator.here(), what(steps), reason));
    }
  }

  private static String what(List<Step> steps) {
    return "replay of "
        + steps.stream()
            .flatMap(step -> step.tables().stream())
            .map(TableId::toString)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "))
        + ", "
        + steps.stream().mapToLong(Step::records).sum()
        + " records";
  }

  @Override
  public void close() {
    opened.close();
  }
}
