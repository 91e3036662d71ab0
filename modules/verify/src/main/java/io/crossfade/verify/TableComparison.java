package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.verify.Difference.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The comparison of one table: ranges in parallel, suspects in batches, what was hot once more at
 * the end. {@link #result} may be asked at any time.
 */
final class TableComparison {

  private static final Logger LOG = LoggerFactory.getLogger(TableComparison.class);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  /** Rows of a range: a second or so of reading. */
  private static final long RANGE = 50_000;

  private static final int BUCKETS_OF_A_RANGE = 64;

  /** Where all is one range: a difference then costs a list of a 65,536th of the table. */
  private static final int BUCKETS_OF_ALL = 1 << 16;

  /** Suspects of one batch: a barrier for each batch, and memory for their rows. */
  private static final int BATCH = 1_000;

  /** Rows with other values that are looked up in the history together, and are in memory then. */
  private static final int LOOKED_UP = 5_000;

  /** Half a million rows: with a barrier for what is suspected, seconds of work may be lost. */
  private static final int RANGES_OF_A_CHECKPOINT = 10;

  /** Ranges in a checkpoint: so long a record may become. */
  private static final int MOST_LEFT = 200;

  /** Looks in a batch before a row is put off to the end. */
  private static final int FIRST_LOOKS = 3;

  private final ComparedMapping mapping;
  private final ComparedDatabase source;
  private final ComparedDatabase target;
  private final FollowingJob job;
  private final Turn turn;
  private final Pace pace;
  private final Patience patience;
  private final DifferenceLog log;
  private final Checkpoints checkpoints;
  private final RowComparison comparison;
  private final SecondLooks looks;

  /** Held while a range is cut, which asks both databases. */
  private final Object planning = new Object();

  /** Held while a checkpoint is made and kept, so that an older one does not follow a newer one. */
  private final Object keeping = new Object();

  /** Held for a moment only. */
  private final Object lock = new Object();

  private final TableStanding standing;
  private final List<Row> suspects = new ArrayList<>();
  private final List<Row> hot = new ArrayList<>();
  private final Map<Row, SecondLook> otherValues = new HashMap<>();
  private LeftRanges left = new LeftRanges();
  private int unkept;

  TableComparison(
      ComparedMapping mapping,
      ComparedDatabase source,
      ComparedDatabase target,
      FollowingJob job,
      Turn turn,
      Pace pace,
      Patience patience,
      DifferenceLog log,
      Checkpoints checkpoints) {
    this.mapping = mapping;
    this.source = source;
    this.target = target;
    this.job = job;
    this.turn = turn;
    this.pace = pace;
    this.patience = patience;
    this.log = log;
    this.checkpoints = turn.reversed() ? Checkpoints.NONE : checkpoints;
    this.comparison = new RowComparison(mapping.actual());
    this.looks = new SecondLooks(job, turn, comparison, patience);
    this.standing = new TableStanding(mapping);
  }

  /** Compares; afterwards there is an outcome, whatever happened. */
  void run(int threads) throws InterruptedException {
    standing.begin();
    try {
      job.require(turn);
      Optional<Checkpoint> before = checkpoints.of(mapping.into());
      before.ifPresent(standing::goOnAt);
      if (before.flatMap(Checkpoint::foundEqual).isPresent()) {
        return;
      }
      before.ifPresent(checkpoint -> left = new LeftRanges(checkpoint));
      Optional<String> notYet = job.notYet(mapping.into());
      if (notYet.isPresent()) {
        standing.fail(notYet.get());
        return;
      }
      try (Sides sides = sides()) {
        standing.beginsAt(position(sides));
        parallel(ordered() ? threads : 1);
        lookAgain(sides);
        standing.endsAt(position(sides));
        job.require(turn);
      } finally {
        // What was found counts, whatever ends the rest.
        lookUp();
      }
      standing.end();
      keep();
    } catch (ReadFailedException e) {
      LOG.warn("{} could not be compared to its end", mapping.into(), e);
      standing.fail(why(e));
    } catch (RuntimeException e) {
      LOG.error("{} could not be compared because of an error of ours", mapping.into(), e);
      standing.fail(why(e));
    } catch (InterruptedException e) {
      standing.fail("it was stopped");
      throw e;
    } finally {
      standing.end();
    }
  }

  /** A switch ends the flow that was waited for: what fails then fails because of it. */
  private String why(RuntimeException e) {
    if (!job.turn().equals(turn)) {
      return Turn.OVER;
    }
    return e instanceof ReadFailedException ? e.getMessage() : "an error in Crossfade itself: " + e;
  }

  private boolean ordered() {
    return mapping.expected().ordered() > 0;
  }

  private String position(Sides sides) throws InterruptedException {
    return sides.read((expected, actual) -> (turn.reversed() ? target : source).position());
  }

  private Sides sides() {
    return new Sides(source, target, mapping, comparison, patience.attempts());
  }

  private void parallel(int threads) throws InterruptedException {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads, run -> daemon(run, "crossfade-verify-" + mapping.into()));
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            workers.submit(
                () -> {
                  workOrFail();
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      workers.shutdownNow();
      // What they find must be written down before the result is.
      if (!workers.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("{}: a read has not ended; what it finds is not reported", mapping.into());
      }
    }
  }

  /** A statement that a server does not answer must not keep the job alive. */
  static Thread daemon(Runnable run, String name) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    return thread;
  }

  /** What ends one thread ends all: they find no next range. */
  private void workOrFail() throws InterruptedException {
    try {
      work();
    } catch (RuntimeException e) {
      standing.fail(why(e));
      throw e;
    }
  }

  private void work() throws InterruptedException {
    try (Sides sides = sides()) {
      for (Optional<LeftRanges.Part> part = next(sides); part.isPresent(); part = next(sides)) {
        pace.await();
        KeyRange range = part.get().range();
        RangeComparison.Seen seen =
            sides.read(
                (expected, actual) ->
                    RangeComparison.compare(expected, actual, comparison, range, buckets()));
        pace.read(Math.max(seen.expected(), seen.actual()));
        boolean due = add(part.get(), seen);
        for (List<Row> batch = batch(); !batch.isEmpty(); batch = batch()) {
          decide(batch, looks.look(sides, batch, FIRST_LOOKS, Duration.ZERO), false);
        }
        if (due) {
          decideSuspects(sides);
          keep();
        }
      }
    }
  }

  /** Where too much differs here and there, what was kept before counts. */
  private void keep() throws InterruptedException {
    synchronized (keeping) {
      Optional<Checkpoint> checkpoint;
      synchronized (lock) {
        checkpoint = standing.checkpoint(left).filter(now -> now.left().size() <= MOST_LEFT);
      }
      if (checkpoint.isPresent()) {
        checkpoints.reached(mapping.into(), checkpoint.get());
      }
    }
  }

  private int buckets() {
    return ordered() ? BUCKETS_OF_A_RANGE : BUCKETS_OF_ALL;
  }

  /** The next range, cut so that neither side has many more rows in it. */
  private Optional<LeftRanges.Part> next(Sides sides) throws InterruptedException {
    synchronized (planning) {
      Optional<KeyRange> rest = standing.hasFailed() ? Optional.empty() : within();
      if (rest.isEmpty()) {
        return Optional.empty();
      }
      Optional<Row> end = ordered() ? end(sides, rest.get()) : Optional.empty();
      synchronized (lock) {
        return Optional.of(left.handOut(end));
      }
    }
  }

  private Optional<KeyRange> within() {
    synchronized (lock) {
      return left.next();
    }
  }

  private static Optional<Row> end(Sides sides, KeyRange rest) throws InterruptedException {
    return sides.read(
        (expected, actual) -> {
          Optional<Row> byTable = actual.boundary(rest, RANGE);
          KeyRange within = new KeyRange(rest.from(), byTable.or(rest::to));
          return expected.boundary(within, RANGE).or(() -> byTable);
        });
  }

  /** Whether it is time for a checkpoint. */
  private boolean add(LeftRanges.Part part, RangeComparison.Seen seen) {
    standing.compared(turn.reversed() ? seen.exchanged() : seen);
    synchronized (lock) {
      left.compared(part, seen);
      suspects.addAll(seen.suspects());
      unkept = (unkept + 1) % RANGES_OF_A_CHECKPOINT;
      return unkept == 0;
    }
  }

  /** Enough suspects for a barrier; none while there are fewer. */
  private List<Row> batch() {
    synchronized (lock) {
      return suspects.size() < BATCH ? List.of() : take(suspects, BATCH);
    }
  }

  private static List<Row> take(List<Row> all, int most) {
    List<Row> head = all.subList(Math.max(0, all.size() - most), all.size());
    List<Row> taken = List.copyOf(head);
    head.clear();
    return taken;
  }

  /** What is left, and then what would not stand still. */
  private void lookAgain(Sides sides) throws InterruptedException {
    while (!suspects.isEmpty()) {
      decideSuspects(sides);
    }
    while (!hot.isEmpty()) {
      List<Row> batch = take(hot, BATCH);
      decide(batch, looks.look(sides, batch, FIRST_LOOKS, patience.hot()), true);
    }
  }

  /** Those of now: while others read there are always new ones. */
  private void decideSuspects(Sides sides) throws InterruptedException {
    List<Row> batch;
    synchronized (lock) {
      batch = take(suspects, BATCH);
    }
    if (!batch.isEmpty()) {
      decide(batch, looks.look(sides, batch, FIRST_LOOKS, Duration.ZERO), false);
    }
  }

  /**
   * @param looked those of the batch that differ, or are hot
   * @param last whether nobody looks at hot ones any more
   */
  private void decide(List<Row> batch, Map<Row, SecondLook> looked, boolean last) {
    batch.stream().filter(key -> !looked.containsKey(key)).forEach(key -> decided(key, true));
    looked.forEach(
        (key, suspect) -> {
          if (suspect.state() == SecondLook.State.REAL) {
            decided(key, false);
            difference(key, suspect);
          } else if (last) {
            report(key, Kind.HOT, suspect);
            if (suspect.unsettled() && !suspect.moved()) {
              standing.fail(
                  "a transaction that is open at the "
                      + (turn.reversed() ? "target" : "source")
                      + " hides whether rows differ");
            }
          } else {
            synchronized (lock) {
              hot.add(key);
            }
          }
        });
  }

  private void decided(Row key, boolean equal) {
    synchronized (lock) {
      left.decided(key, equal);
    }
  }

  /** What the old tables have had before says nothing of what they cannot hold. */
  private void difference(Row key, SecondLook suspect) {
    boolean before = !turn.reversed() && suspect.wasExpectedBefore();
    Kind kind = comparison.kind(suspect.expected(), suspect.follower(), before);
    if (kind == Kind.VALUE && !turn.reversed()) {
      synchronized (lock) {
        if (otherValues.size() < LOOKED_UP) {
          otherValues.put(key, suspect);
          return;
        }
      }
      standing.notLookedUp();
    }
    report(key, kind, suspect);
  }

  /**
   * Which rows with other values are what the SELECT gave before. The first of them only: to go
   * through the history takes as long as it is.
   */
  private void lookUp() throws InterruptedException {
    Set<Row> stale = new HashSet<>();
    try {
      if (!otherValues.isEmpty()) {
        job.history(
            mapping.into(),
            (keyRow, values) -> {
              Row key = comparison.key(keyRow);
              SecondLook suspect = otherValues.get(key);
              if (suspect != null
                  && comparison.equal(Sides.small(values), suspect.follower().orElseThrow())) {
                stale.add(key);
              }
            });
      }
    } catch (ReadFailedException e) {
      standing.fail("whether rows are stale could not be looked up: " + e.getMessage());
    } finally {
      otherValues.forEach(
          (key, suspect) -> report(key, stale.contains(key) ? Kind.STALE : Kind.VALUE, suspect));
      otherValues.clear();
    }
  }

  private void report(Row key, Kind kind, SecondLook suspect) {
    boolean both = suspect.expected().isPresent() && suspect.follower().isPresent();
    log.add(
        new Difference(
            mapping.into().toString(),
            comparison.named(key),
            kind,
            both && kind != Kind.HOT
                ? comparison.differing(suspect.expected().get(), suspect.follower().get())
                : List.of()));
    standing.found(kind);
  }

  TableId into() {
    return mapping.into();
  }

  /** Why it did not get to its end; empty where it did, whatever it found. */
  Optional<String> notCompared() {
    return standing.notCompared();
  }

  TableResult result() {
    return standing.result();
  }
}
