package io.crossfade.cli.job;

import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.verify.Checkpoints;
import io.crossfade.verify.Difference;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.RepairedTable;
import io.crossfade.verify.TableResult;
import io.crossfade.verify.Turn;
import io.crossfade.verify.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The verifications of a running job, one at a time. */
final class Verifier implements AutoCloseable {

  /** What can come of a row that was compared. */
  static final List<String> RESULTS =
      Stream.concat(
              Stream.of("equal"),
              Arrays.stream(Difference.Kind.values()).map(Difference.Kind::toString))
          .toList();

  private final ComparedMigration migration;
  private final Map<String, Ended> last = new ConcurrentHashMap<>();

  /** By table and result, of verifications that have ended and were followed by another. */
  private final Map<List<String>, Long> before = new ConcurrentHashMap<>();

  private Optional<Path> directory = Optional.empty();
  private Optional<Verification> current = Optional.empty();

  /** What somebody asked for last: readable also while others, that nobody waits for, go on. */
  private Optional<Verification> shown = Optional.empty();

  /** That {@link #current} is one of those without end. */
  private Optional<Round> round = Optional.empty();

  /** That of {@link #current}. */
  private Turn turn = Turn.FORWARD;

  /** Whether it was stopped: what it says of tables that it was not done with means nothing. */
  private boolean discarded;

  /** Whether somebody's own is about to begin. */
  private boolean asked;

  /** Whether a repair still reads what the current one has written down. */
  private boolean repairing;

  /**
   * The last comparison of a table, or repair.
   *
   * @param position up to which place of the source's log it tells; empty where that is not known
   * @param rows how many were compared
   * @param round of those without end, the last that has ended: it may be that of the comparison
   *     before, where somebody had asked for this one; empty where none has
   * @param turn who took writes
   * @param differences by class
   */
  record Ended(
      TableId table,
      Outcome outcome,
      Instant at,
      Optional<String> position,
      long rows,
      Optional<Round> round,
      Turn turn,
      Map<String, Long> differences) {

    /**
     * The later of two, and the round that has ended: also where a comparison that somebody asked
     * for has ended since. Forgotten, it would be compared for ever, since it goes on where it was,
     * which is at its end.
     *
     * @param other of what was begun last
     */
    Ended with(Ended other) {
      Ended later = other.at().isAfter(at) ? other : this;
      return new Ended(
          table,
          later.outcome(),
          later.at(),
          later.position(),
          later.rows(),
          other.round().or(() -> round),
          later.turn(),
          later.differences());
    }
  }

  /**
   * One of those that follow each other without end.
   *
   * @param order which asks for them
   * @param number counted from 1
   */
  record Round(String order, long number) {}

  /**
   * What is compared once.
   *
   * @param checks whether the spec's pairs of queries are asked too
   * @param masked whether values are left out of what is written down
   * @param turn who takes writes
   * @param checkpoints where it goes on
   */
  record Asked(
      List<Migration.MappedTable> tables,
      boolean checks,
      boolean masked,
      Turn turn,
      Checkpoints checkpoints,
      Verification.Times times) {}

  Verifier(ComparedMigration migration) {
    this.migration = migration;
  }

  /** A repair has ended: what it says of its tables is newer than what was compared. */
  synchronized void repaired(List<RepairedTable> tables) {
    repairing = false;
    keep();
    Instant now = Instant.now();
    for (RepairedTable table : tables) {
      if (table.outcome().isPresent()) {
        Optional<Ended> compared = Optional.ofNullable(last.get(table.into()));
        last.put(
            table.into(),
            new Ended(
                migration.table(table.into()).target().id(),
                table.outcome().get(),
                now,
                compared.flatMap(Ended::position),
                compared.map(Ended::rows).orElse(0L),
                compared.flatMap(Ended::round),
                Turn.FORWARD,
                Map.of()));
      }
    }
  }

  /** Begins one that is repaired by; until {@link #repaired} no other one may begin. */
  Verification beginForRepair(Asked what) {
    return begin(what, true);
  }

  /**
   * Begins one; does not wait for it.
   *
   * @throws IllegalStateException while another one runs
   */
  Verification begin(Asked what) {
    return begin(what, false);
  }

  private Verification begin(Asked what, boolean forRepair) {
    synchronized (this) {
      inTheWay()
          .ifPresent(
              why -> {
                throw new IllegalStateException(why);
              });
      asked = true;
    }
    try {
      stopWatching();
      int threads = migration.parallelism();
      synchronized (this) {
        start(
            file -> migration.settings(what, migration.source(what.turn()), threads, file),
            what.turn(),
            Optional.empty());
        repairing = forRepair;
        return current.orElseThrow();
      }
    } finally {
      synchronized (this) {
        asked = false;
      }
    }
  }

  /** Why none can be asked for now; empty where one can. */
  synchronized Optional<String> inTheWay() {
    if (repairing) {
      return Optional.of("a repair runs");
    }
    if (asked) {
      return Optional.of("another verification is just beginning");
    }
    return isRunning() && round.isEmpty()
        ? Optional.of(
            "a verification runs already, since " + current.orElseThrow().report().begun())
        : Optional.empty();
  }

  /**
   * Begins one of those that follow each other without end; what somebody asks for goes before. One
   * thread: more would use up the share no better.
   *
   * @param what what is compared, and where it goes on
   * @return whether it was begun
   */
  synchronized boolean beginWatching(Asked what, ComparedDatabase source, Round of) {
    if (isRunning() || asked || repairing) {
      return false;
    }
    start(file -> migration.settings(what, source, 1, file), what.turn(), Optional.of(of));
    return true;
  }

  /** Ends one that {@link #beginWatching} began; tables that it was not done with do not count. */
  void stopWatching() {
    stop(true);
  }

  /** Ends one that somebody has asked for; likewise. */
  void stopAsked() {
    stop(false);
  }

  private void stop(boolean watching) {
    Optional<Verification> stopped;
    synchronized (this) {
      stopped = round.isPresent() == watching && isRunning() ? current : Optional.empty();
      keep();
      discarded = stopped.isPresent();
    }
    stopped.ifPresent(Verification::close);
  }

  synchronized boolean isRunning() {
    return current.isPresent() && current.get().report().ended().isEmpty();
  }

  private synchronized void start(
      Function<Path, Verification.Settings> settings, Turn now, Optional<Round> of) {
    keep();
    current.ifPresent(
        verification ->
            verification
                .report()
                .tables()
                .forEach(
                    table ->
                        RESULTS.forEach(
                            result ->
                                before.merge(
                                    List.of(table.into(), result),
                                    rows(table, result),
                                    Long::sum))));
    try {
      Path file = Files.createTempFile(directory(), "differences", ".ndjson");
      Verification next = Verification.start(settings.apply(file));
      Optional<Verification> over = round.isPresent() ? current : Optional.empty();
      if (of.isEmpty()) {
        over.ifPresent(Verifier::forget);
        over = shown;
        shown = Optional.of(next);
      }
      over.ifPresent(Verifier::forget);
      current = Optional.of(next);
      round = of;
      turn = now;
      discarded = false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep differences: " + e.getMessage(), e);
    }
  }

  private static void forget(Verification over) {
    try {
      Files.deleteIfExists(over.differences());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete differences: " + e.getMessage(), e);
    }
  }

  private Path directory() throws IOException {
    if (directory.isEmpty()) {
      directory = Optional.of(Files.createTempDirectory("crossfade-verify-"));
    }
    return directory.get();
  }

  /** Remembers what has ended. */
  private synchronized void keep() {
    if (current.isEmpty() || discarded) {
      return;
    }
    for (TableResult result : current.get().report().tables()) {
      if (result.ended().isPresent()) {
        last.merge(
            result.into(),
            new Ended(
                migration.table(result.into()).target().id(),
                result.outcome().orElseThrow(),
                Instant.parse(result.ended().get()),
                result.fromPosition(),
                Math.max(result.expectedRows(), result.actualRows()),
                round,
                turn,
                result.differences()),
            Ended::with);
      }
    }
  }

  /** The last comparison of each table that has ended since the job was started. */
  List<Ended> ended() {
    keep();
    return List.copyOf(last.values());
  }

  /** The table that is being compared without end just now; empty where there is none. */
  Optional<TableResult> comparing() {
    Optional<Verification> now;
    synchronized (this) {
      now = round.isPresent() && isRunning() ? current : Optional.empty();
    }
    return now.stream()
        .flatMap(verification -> verification.report().tables().stream())
        .filter(table -> table.begun().isPresent() && table.ended().isEmpty())
        .findFirst();
  }

  /** How a row differed in the comparison that was begun last; empty where it did not. */
  Optional<String> difference(TableId table, Map<String, String> key) {
    Optional<Verification> now = current();
    try {
      return now.isEmpty()
          ? Optional.empty()
          : now.get().difference(table, key).map(Difference.Kind::toString);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read differences: " + e.getMessage(), e);
    }
  }

  /** How many rows of a table were compared since the job was started, with that result. */
  synchronized long rows(String into, String result) {
    long now =
        current().stream()
            .flatMap(verification -> verification.report().tables().stream())
            .filter(table -> table.into().equals(into))
            .mapToLong(table -> rows(table, result))
            .sum();
    return before.getOrDefault(List.of(into, result), 0L) + now;
  }

  private static long rows(TableResult table, String result) {
    if (!result.equals("equal")) {
      return table.differences().getOrDefault(result, 0L);
    }
    long others = table.differences().values().stream().mapToLong(Long::longValue).sum();
    return Math.max(0, Math.max(table.expectedRows(), table.actualRows()) - others);
  }

  private synchronized Optional<Verification> current() {
    return current;
  }

  /** What somebody asked for last, whether or not it has ended. */
  synchronized Optional<Verification> shown() {
    return shown;
  }

  @Override
  public void close() throws IOException {
    current().ifPresent(Verification::close);
    if (directory.isPresent()) {
      Directories.delete(directory.get());
    }
  }
}
