package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.verify.Difference.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

  /** Looks in a batch before a row is put off to the end. */
  private static final int FIRST_LOOKS = 3;

  private final ComparedMapping mapping;
  private final ComparedDatabase source;
  private final ComparedDatabase target;
  private final FollowingJob job;
  private final Pace pace;
  private final Patience patience;
  private final DifferenceLog log;
  private final Checkpoints checkpoints;
  private final RowComparison comparison;
  private final SecondLooks looks;

  /** Held while a range is cut, which asks both databases. */
  private final Object planning = new Object();

  /** Held for a moment only: a status must not wait for a database. */
  private final Object lock = new Object();

  private final List<Row> suspects = new ArrayList<>();
  private final List<Row> hot = new ArrayList<>();
  private final Map<Row, SecondLook> otherValues = new HashMap<>();
  private final Map<Kind, Long> found = new EnumMap<>(Kind.class);
  private Optional<KeyRange> left = Optional.of(KeyRange.ALL);
  private long expectedRows;
  private long actualRows;
  private long ranges;
  private long suspected;
  private long notLookedUp;
  private Optional<Instant> begun = Optional.empty();
  private Optional<Instant> ended = Optional.empty();
  private Optional<String> from = Optional.empty();
  private Optional<String> to = Optional.empty();
  private Optional<String> failure = Optional.empty();

  TableComparison(
      ComparedMapping mapping,
      ComparedDatabase source,
      ComparedDatabase target,
      FollowingJob job,
      Pace pace,
      Patience patience,
      DifferenceLog log,
      Checkpoints checkpoints) {
    this.mapping = mapping;
    this.source = source;
    this.target = target;
    this.job = job;
    this.pace = pace;
    this.patience = patience;
    this.log = log;
    this.checkpoints = checkpoints;
    this.comparison = new RowComparison(mapping.actual());
    this.looks = new SecondLooks(job, comparison, patience);
  }

  /** Compares; afterwards there is an outcome, whatever happened. */
  void run(int threads) throws InterruptedException {
    synchronized (lock) {
      begun = Optional.of(Instant.now());
    }
    try {
      if (ordered()) {
        checkpoints.of(mapping.into()).ifPresent(this::goOnAt);
      }
      Optional<String> notYet = job.notYet(mapping.into());
      if (notYet.isPresent()) {
        fail(notYet.get());
        return;
      }
      try (Sides sides = sides()) {
        position(sides, true);
        parallel(ordered() ? threads : 1);
        lookAgain(sides);
        position(sides, false);
      } finally {
        // What was found counts, whatever ends the rest.
        lookUp();
      }
    } catch (ReadFailedException e) {
      LOG.warn("{} could not be compared to its end", mapping.into(), e);
      fail(e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("{} could not be compared because of an error of ours", mapping.into(), e);
      fail("an error in Crossfade itself: " + e);
    } catch (InterruptedException e) {
      fail("it was stopped");
      throw e;
    } finally {
      synchronized (lock) {
        ended = Optional.of(Instant.now());
      }
    }
  }

  private void goOnAt(Checkpoint checkpoint) {
    left =
        Optional.of(
            new KeyRange(
                Optional.of(Row.of(checkpoint.next().toArray(String[]::new))), Optional.empty()));
    synchronized (lock) {
      expectedRows = checkpoint.expectedRows();
      actualRows = checkpoint.actualRows();
      ranges = checkpoint.ranges();
      suspected = checkpoint.suspects();
      // All that was compared before was compared after that.
      from = Optional.of(checkpoint.position());
      begun = Optional.of(checkpoint.begun());
    }
  }

  private boolean ordered() {
    return mapping.expected().ordered() > 0;
  }

  private void position(Sides sides, boolean first) throws InterruptedException {
    String position = sides.read((expected, actual) -> source.position());
    synchronized (lock) {
      if (first) {
        from = from.or(() -> Optional.of(position));
      } else {
        to = Optional.of(position);
      }
    }
  }

  private void fail(String why) {
    synchronized (lock) {
      failure = failure.or(() -> Optional.of(why));
    }
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
                  workOrFail(threads == 1);
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
  private void workOrFail(boolean alone) throws InterruptedException {
    try {
      work(alone);
    } catch (ReadFailedException e) {
      fail(e.getMessage());
      throw e;
    } catch (RuntimeException e) {
      fail("an error in Crossfade itself: " + e);
      throw e;
    }
  }

  private void work(boolean alone) throws InterruptedException {
    int unkept = 0;
    try (Sides sides = sides()) {
      for (Optional<KeyRange> range = next(sides); range.isPresent(); range = next(sides)) {
        pace.await();
        KeyRange now = range.get();
        RangeComparison.Seen seen =
            sides.read(
                (expected, actual) ->
                    RangeComparison.compare(expected, actual, comparison, now, buckets()));
        pace.read(Math.max(seen.expected(), seen.actual()));
        for (List<Row> batch = add(seen); !batch.isEmpty(); batch = batch()) {
          decide(looks.look(sides, batch, FIRST_LOOKS, Duration.ZERO), false);
        }
        // With others at work there would be gaps before the end of this range.
        if (alone && now.to().isPresent() && ++unkept >= RANGES_OF_A_CHECKPOINT) {
          unkept = keep(sides, now.to().get()) ? 0 : unkept;
        }
      }
    }
  }

  /** Whether all is equal and settled before that key, and this was kept. */
  private boolean keep(Sides sides, Row next) throws InterruptedException {
    decideSuspects(sides);
    Checkpoint checkpoint;
    synchronized (lock) {
      if (!hot.isEmpty() || !found.isEmpty() || !otherValues.isEmpty()) {
        return false;
      }
      List<String> key = new ArrayList<>();
      for (int i = 0; i < next.size(); i++) {
        key.add(next.get(i));
      }
      checkpoint =
          new Checkpoint(
              key,
              expectedRows,
              actualRows,
              ranges,
              suspected,
              from.orElseThrow(),
              begun.orElseThrow());
    }
    checkpoints.reached(mapping.into(), checkpoint);
    return true;
  }

  private int buckets() {
    return ordered() ? BUCKETS_OF_A_RANGE : BUCKETS_OF_ALL;
  }

  /** The next range, cut so that neither side has many more rows in it. */
  private Optional<KeyRange> next(Sides sides) throws InterruptedException {
    synchronized (planning) {
      Optional<KeyRange> rest = hasFailed() ? Optional.empty() : left;
      if (rest.isEmpty() || !ordered()) {
        left = Optional.empty();
        return rest;
      }
      Optional<Row> end =
          sides.read(
              (expected, actual) -> {
                Optional<Row> byTable = actual.boundary(rest.get(), RANGE);
                KeyRange within = new KeyRange(rest.get().from(), byTable);
                return expected.boundary(within, RANGE).or(() -> byTable);
              });
      left = end.map(row -> new KeyRange(Optional.of(row), Optional.empty()));
      return Optional.of(new KeyRange(rest.get().from(), end));
    }
  }

  private boolean hasFailed() {
    synchronized (lock) {
      return failure.isPresent();
    }
  }

  private List<Row> add(RangeComparison.Seen seen) {
    synchronized (lock) {
      expectedRows += seen.expected();
      actualRows += seen.actual();
      ranges++;
      suspected += seen.suspects().size();
      suspects.addAll(seen.suspects());
    }
    return batch();
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
    decideSuspects(sides);
    while (!hot.isEmpty()) {
      decide(looks.look(sides, take(hot, BATCH), FIRST_LOOKS, patience.hot()), true);
    }
  }

  private void decideSuspects(Sides sides) throws InterruptedException {
    while (!suspects.isEmpty()) {
      decide(looks.look(sides, take(suspects, BATCH), FIRST_LOOKS, Duration.ZERO), false);
    }
  }

  private void decide(Map<Row, SecondLook> looked, boolean last) {
    looked.forEach(
        (key, suspect) -> {
          if (suspect.state() == SecondLook.State.REAL) {
            difference(key, suspect);
          } else if (last) {
            report(key, Kind.HOT, suspect);
            if (suspect.unsettled() && !suspect.moved()) {
              fail("a transaction that is open at the source hides whether rows differ");
            }
          } else {
            synchronized (lock) {
              hot.add(key);
            }
          }
        });
  }

  private void difference(Row key, SecondLook suspect) {
    Kind kind = comparison.kind(suspect.expected(), suspect.table(), suspect.wasExpectedBefore());
    synchronized (lock) {
      if (kind == Kind.VALUE && otherValues.size() < LOOKED_UP) {
        otherValues.put(key, suspect);
        return;
      }
      notLookedUp += kind == Kind.VALUE ? 1 : 0;
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
                  && comparison.equal(Sides.small(values), suspect.table().orElseThrow())) {
                stale.add(key);
              }
            });
      }
    } catch (ReadFailedException e) {
      fail("whether rows are stale could not be looked up: " + e.getMessage());
    } finally {
      otherValues.forEach(
          (key, suspect) -> report(key, stale.contains(key) ? Kind.STALE : Kind.VALUE, suspect));
      otherValues.clear();
    }
  }

  private void report(Row key, Kind kind, SecondLook suspect) {
    boolean both = suspect.expected().isPresent() && suspect.table().isPresent();
    log.add(
        new Difference(
            mapping.into().toString(),
            comparison.named(key),
            kind,
            both && kind != Kind.HOT
                ? comparison.differing(suspect.expected().get(), suspect.table().get())
                : List.of()));
    synchronized (lock) {
      found.merge(kind, 1L, Long::sum);
    }
  }

  TableId into() {
    return mapping.into();
  }

  /** Why it did not get to its end; empty where it did, whatever it found. */
  Optional<String> notCompared() {
    synchronized (lock) {
      return ended.isPresent()
          ? failure
          : Optional.of("it was not compared: the verification was stopped before");
    }
  }

  TableResult result() {
    synchronized (lock) {
      Map<String, Long> differences = new TreeMap<>();
      found.forEach((kind, count) -> differences.put(kind.toString(), count));
      return new TableResult(
          mapping.into().toString(),
          ended.map(end -> outcome()),
          why(),
          mapping.mapper().isEmpty(),
          ended.isPresent() && failure.isEmpty() && expectedRows == 0 && actualRows == 0,
          ordered() ? "key ranges" : "whole",
          expectedRows,
          actualRows,
          ranges,
          suspected,
          differences,
          begun.map(Instant::toString),
          ended.map(Instant::toString),
          from,
          to);
    }
  }

  private Outcome outcome() {
    boolean real = found.keySet().stream().anyMatch(kind -> kind != Kind.HOT);
    if (real) {
      return Outcome.DIFFERENT;
    }
    return failure.isPresent() || found.containsKey(Kind.HOT) ? Outcome.INCOMPLETE : Outcome.EQUAL;
  }

  private Optional<String> why() {
    List<String> all = new ArrayList<>();
    failure.ifPresent(all::add);
    if (found.containsKey(Kind.HOT)) {
      all.add(found.get(Kind.HOT) + " rows changed so often that nothing could be told of them");
    }
    if (notLookedUp > 0) {
      all.add(
          notLookedUp
              + " rows with other values were not looked up in the past: some may be stale");
    }
    if (mapping.mapper().isPresent()) {
      all.add("expected rows were computed by the user's functions here, not by the source");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }
}
