package io.crossfade.torture;

import io.crossfade.capture.Capture;
import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SandboxException;
import io.crossfade.wire.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/**
 * One migration from its first start to its end, with clients that write and faults all the time,
 * on servers of its own; and then: are the new tables their SELECTs, did any row ever go back, are
 * the raw topics exact, is nothing left behind?
 *
 * <p>The seed decides what is written, what is broken, where and in which order. When exactly, the
 * machine decides too: the same seed is the same test, not the same run.
 */
final class Round {

  /** What the job needs to catch up after the last fault. */
  private static final Duration CAUGHT_UP_WITHIN = Duration.ofSeconds(150);

  /** Usual time of start and end, which no fault falls into. */
  private static final Duration FRAME = Duration.ofSeconds(45);

  private static final long ROWS_PER_SECOND = 800;
  private static final long MOST_BULK_ROWS = 200_000;

  private final long seed;
  private final Duration length;
  private final Path directory;
  private final Aims aims;
  private final Timeline timeline;
  private final AtomicLong streamedFrom = new AtomicLong(Long.MAX_VALUE);
  private long changes;
  private long records;

  /**
   * @param length of it all; the faults get what start and end leave
   * @param directory for specs, logs, and the timeline
   * @param aims of the whole run
   */
  Round(long seed, Duration length, Path directory, Aims aims) {
    this.seed = seed;
    this.length = length;
    this.directory = directory;
    this.aims = aims;
    this.timeline = new Timeline(directory.resolve("timeline.txt"));
  }

  Timeline timeline() {
    return timeline;
  }

  long changes() {
    return changes;
  }

  /** Plays it; what it finds is in the timeline. */
  void play() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    timeline.say("seed " + seed + ", " + length.toSeconds() + " s");
    try {
      playOnServers();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // With the timeline, which tells more than the exception alone.
      timeline.found(
          "the round itself failed: "
              + e
              + (e.getCause() == null ? "" : ", by " + e.getCause())
              + Arrays.stream(e.getStackTrace())
                  .map(frame -> "\n    at " + frame)
                  .limit(12)
                  .collect(Collectors.joining()));
    }
    Leftovers.processes(directory.toString()).forEach(timeline::found);
  }

  private void playOnServers() throws Exception {
    long faultSeconds = Math.max(30, length.minus(FRAME).toSeconds());
    // So that chunks are read for half of the time.
    long bulkRows = Math.min(MOST_BULK_ROWS, ROWS_PER_SECOND * faultSeconds / 2);
    long rate = Math.max(100, 2 * bulkRows / faultSeconds);
    try (Stage stage = Stage.open()) {
      Schema.createOld(stage.source);
      Workload.fill(stage.source, new Random(seed), bulkRows);
      Schema.watchOld(stage.source);
      Schema.createNew(stage.target);
      timeline.say("servers are up; " + bulkRows + " rows to copy at " + rate + " a second");
      try (Workload workload = new Workload(stage.source, seed, bulkRows, timeline)) {
        play(stage, workload, rate, TimeUnit.SECONDS.toNanos(faultSeconds));
      }
    }
  }

  private void play(Stage stage, Workload workload, long rate, long nanos) throws Exception {
    Saboteur saboteur = new Saboteur(stage, timeline, seed * 31 + 1);
    Lives lives = new Lives(stage, directory, timeline, saboteur, aims, rate);
    Executioner executioner =
        new Executioner(stage, timeline, saboteur, aims, lives, seed * 31 + 2);
    Thread beginning = new Thread(() -> awaitBeginning(stage), "beginning");
    boolean caughtUp = false;
    try {
      workload.start();
      beginning.start();
      try (saboteur) {
        saboteur.start();
        long end = System.nanoTime() + nanos;
        executioner.execute(() -> System.nanoTime() < end);
      }
      beginning.interrupt();
      beginning.join();
      workload.finish();
      timeline.say("the clients have ended after " + workload.transactions() + " transactions");
      caughtUp = executioner.finish(CAUGHT_UP_WITHIN);
    } finally {
      executioner.close();
      stage.toSource.close();
      stage.toTarget.close();
      stage.toBroker.close();
    }
    check(stage, caughtUp, lives);
  }

  /** From when on all transactions have to be in the log's stream. */
  private void awaitBeginning(Stage stage) {
    try {
      while (!hasBegun(stage)) {
        TimeUnit.MILLISECONDS.sleep(200);
      }
    } catch (InterruptedException e) {
      timeline.say("the migration has not begun before the clients ended");
    }
  }

  /**
   * Not by the slot: one that was made for a job which died before it wrote its first position is
   * thrown away by the next.
   */
  private boolean hasBegun(Stage stage) throws InterruptedException {
    try {
      Map<String, String> kafka = Map.of("bootstrap.servers", stage.broker.bootstrapServers());
      if (Capture.begunWith(kafka, new Names(JobRun.MIGRATION)).isEmpty()) {
        return false;
      }
      streamedFrom.set(
          Long.parseLong(stage.source.query("SELECT pg_current_xact_id()::text").get(0)));
    } catch (SandboxException | KafkaException e) {
      // Source or broker are down. Later is as good.
      return false;
    }
    timeline.say("it has begun; all from transaction " + streamedFrom + " is streamed");
    return true;
  }

  private void check(Stage stage, boolean caughtUp, Lives lives) throws Exception {
    StepsBack.logged(stage.target).forEach(step -> timeline.found("step back: " + step));
    List<RawCheck.Change> history = history(stage.source);
    changes = history.size();
    List<RawRecord> raw = RawTopics.read(stage.kafka(), Schema.TABLES);
    records = raw.size();
    timeline.say("read " + raw.size() + " raw records and " + changes + " changes");
    if (caughtUp) {
      for (TortureTable table : Schema.TABLES) {
        TableComparison.differences(table, stage.source, stage.target).forEach(timeline::found);
      }
      Leftovers.progress(stage).forEach(timeline::found);
      RawCheck.problems(raw, history, streamedFrom.get()).forEach(timeline::found);
    }
    timeline.say("compared");
    for (JobRun job : lives.all()) {
      if (ProcessHandle.of(job.pid()).filter(ProcessHandle::isAlive).isPresent()) {
        timeline.found(job.name() + " is still alive: " + job.pid());
      }
    }
    awaitNone(() -> Leftovers.slots(stage.source));
    awaitNone(() -> Leftovers.sessions(stage.source));
    awaitNone(() -> Leftovers.sessions(stage.target));
    timeline.say("checked " + records + " raw records against " + changes + " changes");
  }

  @FunctionalInterface
  private interface Look {
    List<String> problems();
  }

  /** A session ends a little after its client. */
  private void awaitNone(Look look) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    List<String> problems = look.problems();
    while (!problems.isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(100);
      problems = look.problems();
    }
    problems.forEach(timeline::found);
  }

  private static List<RawCheck.Change> history(Database source) {
    List<RawCheck.Change> changes = new ArrayList<>();
    for (String row :
        source.query(
            "SELECT tbl, replace(key, '|', chr(30)), op, version, xid FROM torture.history"
                + " ORDER BY id")) {
      String[] c = row.split("\\|", -1);
      changes.add(
          new RawCheck.Change(
              c[0],
              c[1].replace('\u001e', '|'),
              c[2].charAt(0),
              Long.parseLong(c[3]),
              Long.parseLong(c[4])));
    }
    return changes;
  }

  /** One line. */
  static String summary(long seed, Duration length, List<Round> rounds, Aims aims) {
    Map<String, Integer> kills = new TreeMap<>();
    rounds.forEach(r -> r.timeline.kills().forEach((k, n) -> kills.merge(k, n, Integer::sum)));
    int findings = rounds.stream().mapToInt(r -> r.timeline.findings().size()).sum();
    return "torture: seed %d, minutes %s, rounds %d, kills %d (%s; not reached: %s), stopped %d, ended before they ran %d, restarts of servers %d, stops %d, cuts %d, replays %d, starts %d, changes %d, %s"
        .formatted(
            seed,
            length.toSeconds() / 60.0,
            rounds.size(),
            kills.values().stream().mapToInt(Integer::intValue).sum(),
            kills.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", ")),
            aims.missed().isEmpty()
                ? "none"
                : aims.missed().stream().map(FaultPoint::label).collect(Collectors.joining(", ")),
            sum(rounds, "stopped"),
            sum(rounds, "ended-by-itself"),
            sum(rounds, "restarts"),
            sum(rounds, "stops"),
            sum(rounds, "cuts"),
            sum(rounds, "replays"),
            sum(rounds, "starts"),
            rounds.stream().mapToLong(Round::changes).sum(),
            findings == 0 ? "equal" : findings + " FINDINGS");
  }

  private static int sum(List<Round> rounds, String kind) {
    return rounds.stream().mapToInt(round -> round.timeline.counted(kind)).sum();
  }
}
