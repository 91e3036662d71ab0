package io.crossfade.verify;

import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ComparedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verification that runs: table after table, then the checks. It ends by itself; closed before,
 * what was not compared yet is incomplete.
 */
public final class Verification implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final Settings settings;
  private final DifferenceLog log;
  private final List<TableComparison> tables;
  private final AtomicReferenceArray<CheckResult> checks;
  private final Thread thread;
  private volatile Optional<Instant> ended = Optional.empty();

  /**
   * What is compared, and with what.
   *
   * @param migration its name
   * @param fingerprint of the spec
   * @param sourceName the database with the old tables, as far as it may be shown
   * @param targetName the database with the new tables, likewise
   * @param mappings the tables
   * @param checks pairs of queries
   * @param source where SELECTs are executed
   * @param target where the new tables are
   * @param job what keeps them equal
   * @param turn who takes writes; where that changes, it ends as incomplete
   * @param patience how long it waits
   * @param threads ranges that are compared at the same time
   * @param masked whether values are left out of what is written down
   * @param differences a file that is made, with a line for each difference
   * @param checkpoints where it goes on
   * @param times since when
   */
  public record Settings(
      String migration,
      String fingerprint,
      String sourceName,
      String targetName,
      List<ComparedMapping> mappings,
      List<CheckPair> checks,
      ComparedDatabase source,
      ComparedDatabase target,
      FollowingJob job,
      Turn turn,
      Patience patience,
      int threads,
      boolean masked,
      Path differences,
      Checkpoints checkpoints,
      Times times) {

    public Settings {
      Objects.requireNonNull(migration, "migration");
      Objects.requireNonNull(fingerprint, "fingerprint");
      mappings = List.copyOf(mappings);
      checks = List.copyOf(checks);
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(job, "job");
      Objects.requireNonNull(turn, "turn");
      Objects.requireNonNull(patience, "patience");
      Objects.requireNonNull(differences, "differences");
      Objects.requireNonNull(checkpoints, "checkpoints");
      Objects.requireNonNull(times, "times");
      if (threads < 1) {
        throw new IllegalArgumentException("threads: " + threads);
      }
    }
  }

  /**
   * Since when it compares.
   *
   * @param begun when it began
   * @param wentOn when it went on after an interruption, each time
   */
  public record Times(Instant begun, List<Instant> wentOn) {
    public Times {
      Objects.requireNonNull(begun, "begun");
      wentOn = List.copyOf(wentOn);
    }

    /** That it begins now. */
    public static Times now() {
      return new Times(Instant.now(), List.of());
    }
  }

  private Verification(Settings settings) throws IOException {
    this.settings = settings;
    this.log = new DifferenceLog(settings.differences(), settings.masked());
    Pace pace = new Pace(settings.job());
    this.tables =
        settings.mappings().stream()
            .map(
                mapping ->
                    new TableComparison(
                        mapping,
                        settings.source(),
                        settings.target(),
                        settings.job(),
                        settings.turn(),
                        pace,
                        settings.patience(),
                        log,
                        settings.checkpoints()))
            .toList();
    this.checks = new AtomicReferenceArray<>(settings.checks().size());
    for (int i = 0; i < checks.length(); i++) {
      checks.set(i, CheckResult.open(settings.checks().get(i).name()));
    }
    this.thread = TableComparison.daemon(this::run, "crossfade-verify");
  }

  /**
   * Begins; does not wait.
   *
   * @throws IOException where the file for the differences cannot be made
   */
  public static Verification start(Settings settings) throws IOException {
    Verification verification = new Verification(settings);
    verification.thread.start();
    return verification;
  }

  private void run() {
    try (log) {
      for (TableComparison table : tables) {
        table.run(settings.threads());
      }
      for (int i = 0; i < checks.length(); i++) {
        CheckPair pair = settings.checks().get(i);
        checks.set(
            i,
            new CheckComparison(
                    pair,
                    settings.source(),
                    settings.target(),
                    settings.job(),
                    settings.turn(),
                    settings.patience(),
                    settings.masked())
                .run());
      }
    } catch (InterruptedException e) {
      LOG.info("The verification was stopped before its end");
    } catch (IOException | RuntimeException e) {
      LOG.error("The verification ended by an error of ours", e);
    } finally {
      ended = Optional.of(Instant.now());
    }
  }

  /** Where it stands. Does not wait. */
  public VerificationReport report() {
    // Asked first: what has ended then stands still.
    Optional<Instant> end = ended;
    List<TableResult> tableResults =
        tables.stream()
            .map(TableComparison::result)
            .map(r -> end.isPresent() ? r.closed() : r)
            .toList();
    List<CheckResult> checkResults =
        IntStream.range(0, checks.length())
            .mapToObj(checks::get)
            .map(result -> end.isPresent() ? result.closed() : result)
            .toList();
    List<Outcome> outcomes = new ArrayList<>();
    tableResults.forEach(table -> table.outcome().ifPresent(outcomes::add));
    checkResults.forEach(check -> check.outcome().ifPresent(outcomes::add));
    return new VerificationReport(
        settings.migration(),
        settings.fingerprint(),
        settings.sourceName(),
        settings.targetName(),
        settings.times().begun().toString(),
        settings.times().wentOn().stream().map(Instant::toString).toList(),
        end.map(Instant::toString),
        end.map(at -> Outcome.of(outcomes)),
        settings.masked(),
        settings.turn().reversed(),
        settings.turn().reversed() ? losses(tableResults) : List.of(),
        tableResults,
        checkResults,
        end.isPresent() ? Optional.empty() : settings.job().stopped());
  }

  private static List<String> losses(List<TableResult> tables) {
    return tables.stream()
        .flatMap(table -> Loss.of(table.into(), table.differences()).stream())
        .toList();
  }

  /** What it compares. */
  Settings settings() {
    return settings;
  }

  /** Why a table was not compared to its end, hot rows aside; empty where it was. */
  Optional<String> notCompared(TableId into) {
    return tables.stream()
        .filter(table -> table.into().equals(into))
        .findFirst()
        .orElseThrow()
        .notCompared();
  }

  /** A line for each difference so far. */
  public Path differences() {
    return settings.differences();
  }

  /**
   * What was found about a row so far; empty where nothing was. Reads all differences.
   *
   * @param table the new table
   * @param key as {@link ComparedMapping#named} gives it
   */
  public Optional<Difference.Kind> difference(TableId table, Map<String, String> key)
      throws IOException {
    return DifferenceLog.find(differences(), table.toString(), key);
  }

  /** Waits until it has ended. */
  public void await() throws InterruptedException {
    thread.join();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
