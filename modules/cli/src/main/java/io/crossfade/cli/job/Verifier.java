package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.server.Document;
import io.crossfade.verify.Checkpoints;
import io.crossfade.verify.Difference;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.RepairedTable;
import io.crossfade.verify.Reports;
import io.crossfade.verify.TableResult;
import io.crossfade.verify.Verification;
import java.io.IOException;
import java.io.OutputStream;
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

  /** Whether {@link #current} is one of those without end. */
  private boolean watching;

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
   * @param watched whether it was one of those without end
   */
  record Ended(
      TableId table,
      Outcome outcome,
      Instant at,
      Optional<String> position,
      long rows,
      boolean watched) {

    Ended later(Ended other) {
      return other.at().isAfter(at) ? other : this;
    }
  }

  Verifier(ComparedMigration migration) {
    this.migration = migration;
  }

  /**
   * Begins one; does not wait for it.
   *
   * @param body {@code tables}, an array of names, all where it is missing; {@code masked}
   * @throws IllegalArgumentException where there is no such table
   * @throws IllegalStateException while another one runs
   */
  void begin(JsonNode body) {
    begin(body, false);
  }

  /** As {@link #begin(JsonNode)}; until {@link #repaired} no other one may begin. */
  Verification beginForRepair(JsonNode body) {
    return begin(body, true);
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
                false));
      }
    }
  }

  private Verification begin(JsonNode body, boolean forRepair) {
    List<Migration.MappedTable> chosen = migration.chosen(body.path("tables"));
    boolean masked = body.path("masked").asBoolean(false);
    boolean checks = body.path("tables").isEmpty();
    synchronized (this) {
      if (repairing) {
        throw new IllegalStateException("a repair runs");
      }
      if (asked) {
        throw new IllegalStateException("another verification is just beginning");
      }
      if (isRunning() && !watching) {
        throw new IllegalStateException(
            "a verification runs already, since " + current.orElseThrow().report().begun());
      }
      asked = true;
    }
    try {
      stopWatching();
      int threads = migration.parallelism();
      synchronized (this) {
        start(
            file ->
                migration.settings(
                    chosen, migration.source(), checks, threads, masked, file, Checkpoints.NONE),
            false);
        repairing = forRepair;
        return current.orElseThrow();
      }
    } finally {
      synchronized (this) {
        asked = false;
      }
    }
  }

  /**
   * Begins one of those that follow each other without end; what somebody asks for goes before. One
   * thread: more would use up the share no better.
   *
   * @param checkpoints where it goes on
   * @return whether it was begun
   */
  synchronized boolean beginWatching(
      List<Migration.MappedTable> chosen,
      ComparedDatabase source,
      boolean checks,
      Checkpoints checkpoints) {
    if (isRunning() || asked || repairing) {
      return false;
    }
    start(file -> migration.settings(chosen, source, checks, 1, false, file, checkpoints), true);
    return true;
  }

  /** Ends one that {@link #beginWatching} began; tables that it was not done with do not count. */
  void stopWatching() {
    Optional<Verification> stopped;
    synchronized (this) {
      stopped = watching && isRunning() ? current : Optional.empty();
      keep();
      discarded = stopped.isPresent();
    }
    stopped.ifPresent(Verification::close);
  }

  synchronized boolean isRunning() {
    return current.isPresent() && current.get().report().ended().isEmpty();
  }

  private synchronized void start(Function<Path, Verification.Settings> settings, boolean watch) {
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
      Optional<Verification> over = watching ? current : Optional.empty();
      if (!watch) {
        over.ifPresent(Verifier::forget);
        over = shown;
        shown = Optional.of(next);
      }
      over.ifPresent(Verifier::forget);
      current = Optional.of(next);
      watching = watch;
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
                watching),
            Ended::later);
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
      now = watching && isRunning() ? current : Optional.empty();
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

  /** What can be read of it over HTTP. */
  Map<String, Document> documents() {
    return Map.of(
        "verification",
        new Shown("application/json; charset=utf-8") {
          @Override
          void write(Verification verification, OutputStream out) throws IOException {
            out.write(Reports.json(verification.report()));
          }
        },
        "verification/differences",
        new Shown("application/x-ndjson; charset=utf-8") {
          @Override
          void write(Verification verification, OutputStream out) throws IOException {
            Files.copy(verification.differences(), out);
          }
        });
  }

  private synchronized Optional<Verification> current() {
    return current;
  }

  private synchronized Optional<Verification> shown() {
    return shown;
  }

  private abstract class Shown implements Document {
    private final String type;

    Shown(String type) {
      this.type = type;
    }

    abstract void write(Verification verification, OutputStream out) throws IOException;

    @Override
    public String type() {
      return type;
    }

    @Override
    public boolean exists() {
      return shown().isPresent();
    }

    @Override
    public void write(OutputStream out) throws IOException {
      write(shown().orElseThrow(), out);
    }
  }

  @Override
  public void close() throws IOException {
    current().ifPresent(Verification::close);
    if (directory.isPresent()) {
      Directories.delete(directory.get());
    }
  }
}
