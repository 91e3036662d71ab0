package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A repair that runs: waits for a verification, sends the old rows behind what differed, and
 * compares just those rows again. It writes to no database: the rows go the normal way. It ends by
 * itself; ended before, in whatever way, nothing is half done, and another one goes on.
 *
 * <p>Rows of all tables are sent before any is compared, extras first: what has to go may hold a
 * unique value, or be the child, of what is to come, and a row that waits for another one holds
 * back the barrier that a comparison needs.
 */
public final class Repair implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Repair.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  /** Rows that are sent, or looked at, together. */
  private static final int BATCH = 1_000;

  private final Verification verification;
  private final Map<TableId, OldRows> oldRows;
  private final RowSender sender;
  private final String reason;
  private final Path left;
  private final Consumer<List<RepairedTable>> onEnd;
  private final Instant begun = Instant.now();
  private final Thread thread;
  private volatile String step = "comparing";
  private volatile List<TableRepair> tables = List.of();
  private volatile Optional<Instant> ended = Optional.empty();

  private Repair(
      Verification verification,
      Map<TableId, OldRows> oldRows,
      RowSender sender,
      String reason,
      Path left,
      Consumer<List<RepairedTable>> onEnd) {
    this.verification = verification;
    this.oldRows = Map.copyOf(oldRows);
    this.sender = sender;
    this.reason = Objects.requireNonNull(reason, "reason");
    this.left = left;
    this.onEnd = onEnd;
    this.thread = TableComparison.daemon(this::run, "crossfade-repair");
  }

  /**
   * Begins; does not wait.
   *
   * @param verification what finds the rows; it runs, or has ended
   * @param oldRows of each of its tables
   * @param reason why, in the operator's words
   * @param left a file that is made, with a line for each row that differs still
   * @param onEnd takes what has become of the tables, at the end; none where it was stopped before
   */
  public static Repair start(
      Verification verification,
      Map<TableId, OldRows> oldRows,
      RowSender sender,
      String reason,
      Path left,
      Consumer<List<RepairedTable>> onEnd) {
    Repair repair = new Repair(verification, oldRows, sender, reason, left, onEnd);
    repair.thread.start();
    return repair;
  }

  private void run() {
    Verification.Settings settings = verification.settings();
    try (DifferenceLog log = new DifferenceLog(left, settings.masked())) {
      verification.await();
      Map<String, TableRepair> repairs = repairs(settings, log);
      tables = List.copyOf(repairs.values());
      step = "sending";
      send(repairs, row -> row.kind() == Difference.Kind.EXTRA);
      send(
          repairs, row -> row.kind() != Difference.Kind.EXTRA && row.kind() != Difference.Kind.HOT);
      step = "comparing again";
      compare(repairs);
    } catch (InterruptedException e) {
      LOG.info("The repair was stopped before its end");
      tables.forEach(table -> table.fail("it was stopped"));
    } catch (IOException | RuntimeException e) {
      LOG.error("The repair ended by an error of ours", e);
      tables.forEach(table -> table.fail("an error in Crossfade itself: " + e));
    } finally {
      tables.forEach(TableRepair::end);
      step = "done";
      onEnd.accept(tables.stream().map(TableRepair::result).toList());
      ended = Optional.of(Instant.now());
    }
  }

  private Map<String, TableRepair> repairs(Verification.Settings settings, DifferenceLog log) {
    Map<String, TableRepair> repairs = new LinkedHashMap<>();
    Pace pace = new Pace(settings.job());
    for (ComparedMapping mapping : settings.mappings()) {
      repairs.put(
          mapping.into().toString(),
          new TableRepair(
              mapping,
              oldRows.get(mapping.into()),
              sender,
              settings,
              log,
              pace,
              verification.notCompared(mapping.into())));
    }
    return repairs;
  }

  private interface Batch {
    void take(TableRepair table, List<FoundDifference> rows) throws InterruptedException;
  }

  private void send(Map<String, TableRepair> repairs, Predicate<FoundDifference> which)
      throws IOException, InterruptedException {
    inBatches(repairs, which, TableRepair::send);
  }

  private void compare(Map<String, TableRepair> repairs) throws IOException, InterruptedException {
    inBatches(
        repairs,
        row -> true,
        (table, rows) -> {
          List<Row> keys = rows.stream().map(row -> table.key(row.key())).toList();
          table.compare(keys);
        });
  }

  /** What the verification wrote down, which stands there table by table. */
  private void inBatches(
      Map<String, TableRepair> repairs, Predicate<FoundDifference> which, Batch batch)
      throws IOException, InterruptedException {
    try (DifferenceFile file = DifferenceFile.open(verification.differences())) {
      List<FoundDifference> rows = new ArrayList<>();
      for (Optional<FoundDifference> next = file.next(); next.isPresent(); next = file.next()) {
        FoundDifference row = next.get();
        if (!which.test(row)) {
          continue;
        }
        if (rows.size() == BATCH || !rows.isEmpty() && !rows.get(0).table().equals(row.table())) {
          batch.take(repairs.get(rows.get(0).table()), rows);
          rows = new ArrayList<>();
        }
        rows.add(row);
      }
      if (!rows.isEmpty()) {
        batch.take(repairs.get(rows.get(0).table()), rows);
      }
    }
  }

  /** Where it stands. Does not wait. */
  public RepairReport report() {
    Verification.Settings settings = verification.settings();
    // Asked first: what has ended then stands still.
    Optional<Instant> end = ended;
    List<RepairedTable> results = tables.stream().map(TableRepair::result).toList();
    List<Outcome> outcomes = new ArrayList<>();
    results.forEach(table -> table.outcome().ifPresent(outcomes::add));
    return new RepairReport(
        settings.migration(),
        settings.fingerprint(),
        reason,
        begun.toString(),
        end.map(Instant::toString),
        step,
        end.map(at -> Outcome.of(outcomes)),
        results,
        end.isPresent() ? Optional.empty() : settings.job().stopped());
  }

  /** A line for each row that differs still, so far. */
  public Path left() {
    return left;
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
