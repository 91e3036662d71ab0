package io.crossfade.cli.job;

import io.crossfade.capture.Decisions;
import io.crossfade.capture.Topics;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.source.SourceDatabase.Leadership;
import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.Retirement;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.postgres.switching.PostgresSwitching;
import io.crossfade.spec.KafkaSpec.Brokers;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.wire.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Takes away what was made for a migration that has been decided to end. Each part may be repeated,
 * so whoever comes after a crash goes through all of them again. One process at a time: who does it
 * holds the right to capture, which also keeps everybody from making anything anew. The control
 * topic, which says that the migration ends, goes last.
 */
final class Ending {

  private static final Duration LOCKS = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Spec spec;
  private final Names names;
  private final Databases databases;
  private final Map<String, String> kafka;
  private final PostgresSwitching source;
  private final PostgresSwitching target;

  Ending(Spec spec, Databases databases, Map<String, String> kafka) {
    this.spec = spec;
    this.names = new Names(spec.migration());
    this.databases = databases;
    this.kafka = kafka;
    this.source = databases.switchingSource(spec.migration());
    this.target = databases.switchingTarget(spec.migration());
  }

  /** Something that is taken away. */
  private record Part(String what, Work work) {}

  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  /** What would be done, step by step. Changes nothing. */
  List<String> plan(Standing standing) {
    return parts(standing, new ArrayList<>(), line -> {}).stream().map(Part::what).toList();
  }

  /** The tables that the end works on: one that is an old and a new one keeps its name. */
  static Standing.Tables tables(List<TableId> old, List<TableId> fresh, Databases databases) {
    boolean one = databases.sourceAddress().url().equals(databases.targetAddress().url());
    return new Standing.Tables(
        old.stream().filter(table -> !(one && fresh.contains(table))).toList(), fresh);
  }

  /**
   * Takes all of it away. Waits for other instances to end. Nothing of this process may run for the
   * migration any more.
   *
   * @param told takes what is being done
   * @return what is left, for people
   * @throws RuntimeException where a part could not be taken away; the rest is left as well, and
   *     all of it may be tried again
   */
  List<String> carryOut(Standing standing, Consumer<String> told) throws InterruptedException {
    try (Leadership alone = alone(told)) {
      // Another instance may have come to the end while this one waited.
      if (Decisions.read(kafka, names).ending()) {
        List<String> stays = new ArrayList<>();
        for (Part part : parts(standing, stays, told)) {
          told.accept(part.what());
          part.work().run();
          FaultPoint.IN_ENDING.reached();
        }
        tellHooks(standing, told);
        return Stream.concat(stays.stream(), left(standing).stream()).toList();
      }
      return left(standing);
    }
  }

  private void tellHooks(Standing standing, Consumer<String> told) throws InterruptedException {
    try (Hooks hooks = new Hooks(spec, Optional.empty(), told)) {
      hooks.after(PhaseEnd.ofTheMigration(standing));
      hooks.await();
    }
  }

  private Leadership alone(Consumer<String> told) throws InterruptedException {
    boolean said = false;
    while (true) {
      Optional<Leadership> alone = databases.source().lead();
      if (alone.isPresent()) {
        return alone.get();
      }
      if (!said) {
        told.accept("waiting for the instance that captures to end");
        said = true;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /**
   * In their order: the tables get their new names while they are fenced, so nobody writes to one
   * that nobody follows any more.
   *
   * @param stays takes what could not be taken away, for people
   */
  private List<Part> parts(Standing standing, List<String> stays, Consumer<String> told) {
    List<TableId> old = standing.tables().old();
    List<TableId> fresh = standing.tables().fresh();
    List<Part> parts = new ArrayList<>();
    if (standing.reverse() > 0) {
      parts.add(
          new Part(
              "way-back: remove slot, publication and topics of the flow to the old tables",
              () -> removeWayBack(standing.reverse())));
    }
    parts.add(
        new Part(
            "log: remove slot and publication " + databases.source().slot() + " at the source",
            databases.source()::removeLog));
    if (standing.phase() == Phase.COMPLETING) {
      Retirement retirement = source.retirement();
      for (TableId table : old) {
        parts.add(
            new Part(
                "rename: " + table + " becomes " + retirement.aside(table) + "; nothing is dropped",
                () -> require(retirement.putAside(List.of(table), Patience.within(LOCKS)))));
      }
    }
    parts.add(
        new Part(
            "fences: remove those at the old and at the new tables",
            () -> {
              unfence(source, old);
              unfence(target, fresh);
            }));
    // Where nothing was switched it was done before, while columns were still filled.
    boolean switched = standing.reverse() > 0;
    if (switched && standing.phase() == Phase.COMPLETING && !spec.contract().isEmpty()) {
      parts.add(
          new Part(
              "contract: execute the " + spec.contract().size() + " statements of it at the target",
              () -> contract(standing, told)));
    }
    parts.add(
        new Part(
            "schema: remove crossfade from both databases, crossfade.serving with it",
            () -> {
              removeSchema("source", source, standing, stays);
              removeSchema("target", target, standing, stays);
            }));
    parts.add(
        new Part(
            "topics: delete those that begin with " + names.prefix() + ", and the group",
            () -> Topics.remove(names, kafka)));
    return parts;
  }

  /**
   * What is done of it is remembered in schema {@code crossfade}, so it comes before that goes; and
   * where that is gone, all of it was done: the seal of the forward flow was there till then.
   */
  private void contract(Standing standing, Consumer<String> told) {
    if (!target.ownSchema().holds(groups(standing))) {
      return;
    }
    try {
      ExpandContract.of(spec, databases).contract(told);
    } catch (SpecException e) {
      throw new CommandException(
          ExitCode.PARTLY,
          e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")),
          e);
    }
  }

  private void removeWayBack(long round) throws InterruptedException {
    String name = Names.reverse(spec.migration(), round);
    try (PostgresSource log = databases.reverseSource(name)) {
      log.removeLog();
    }
    Topics.remove(new Names(name), kafka);
  }

  private static void unfence(PostgresSwitching at, List<TableId> tables) {
    List<TableId> present = at.retirement().present(tables);
    if (!present.isEmpty()) {
      Fence fence = at.fence();
      require(fence.remove(present, Patience.within(LOCKS)));
    }
  }

  private static void require(LockOutcome outcome) {
    if (outcome instanceof LockOutcome.TimedOut timedOut) {
      throw new CommandException(ExitCode.PARTLY, timedOut.toString());
    }
  }

  private void removeSchema(
      String where, PostgresSwitching at, Standing standing, List<String> stays) {
    at.ownSchema()
        .remove(groups(standing))
        .forEach(what -> stays.add("at the " + where + ": " + what));
  }

  /** The consumer groups of all flows that there were. */
  private List<String> groups(Standing standing) {
    return Stream.concat(
            Stream.of(names.applyGroup()),
            LongStream.rangeClosed(1, standing.round())
                .mapToObj(round -> Names.reverse(spec.migration(), round))
                .map(name -> new Names(name).applyGroup()))
        .toList();
  }

  private List<String> left(Standing standing) {
    List<String> left = new ArrayList<>();
    if (standing.phase() == Phase.COMPLETING) {
      source
          .retirement()
          .present(standing.tables().old())
          .forEach(
              table ->
                  left.add(
                      "at the source: table "
                          + table
                          + ", as it was when writes had been followed last"));
    } else {
      target
          .retirement()
          .present(standing.tables().fresh())
          .forEach(
              table ->
                  left.add("at the target: table " + table + ", which nobody follows any more"));
    }
    if (spec.kafka().brokers() instanceof Brokers.Embedded embedded) {
      left.add("the embedded broker's directory " + embedded.directory());
    }
    left.add("roles, and the privileges that they were given for this");
    return left;
  }
}
