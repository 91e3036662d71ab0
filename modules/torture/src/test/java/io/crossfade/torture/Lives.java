package io.crossfade.torture;

import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.SandboxException;
import io.crossfade.torture.Aims.Aim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The processes of the job in a round: how each is started, and how each has ended, told once. */
final class Lives {

  private static final Duration STOP_WITHIN = Duration.ofSeconds(40);

  /** A job that looks at its servers while one of them is away does not start. */
  private static final Duration EXCUSE = Duration.ofSeconds(60);

  private static final long SLOWEST_START = 20_000;

  private final Stage stage;
  private final Path directory;
  private final Timeline timeline;
  private final Saboteur saboteur;
  private final Aims aims;
  private final OptionalLong rowsPerSecond;
  private final List<JobRun> all = new ArrayList<>();
  private final Set<JobRun> told = new HashSet<>();
  private final Set<JobRun> timed = new HashSet<>();
  private long startMillis = 8_000;

  Lives(
      Stage stage,
      Path directory,
      Timeline timeline,
      Saboteur saboteur,
      Aims aims,
      long rowsPerSecond) {
    this.stage = stage;
    this.directory = directory;
    this.timeline = timeline;
    this.saboteur = saboteur;
    this.aims = aims;
    this.rowsPerSecond = OptionalLong.of(rowsPerSecond);
  }

  /** All that there were. */
  List<JobRun> all() {
    return List.copyOf(all);
  }

  boolean noneRuns() {
    return all.stream().noneMatch(JobRun::isRunning);
  }

  JobRun start(Optional<Aim> aim) {
    return start(new JobRun.How(rowsPerSecond, aim, false));
  }

  /** One that copies as fast as it can, and ends when it has caught up. */
  JobRun startLast() {
    return start(new JobRun.How(OptionalLong.empty(), Optional.empty(), true));
  }

  private JobRun start(JobRun.How how) {
    JobRun job = JobRun.start(stage, directory, all.size() + 1, how);
    all.add(job);
    timeline.count(
        "starts",
        job.name()
            + ": started as "
            + job.pid()
            + how.aim().map(aim -> ", to halt at " + aim).orElse(""));
    return job;
  }

  /** Until it has ended, or the time is over, or there is no more of it. */
  void await(JobRun job, Duration atMost, BooleanSupplier more) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (job.isRunning() && System.nanoTime() < end && more.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(job.hasRun() ? 10 : 50);
      if (job.hasRun() && timed.add(job)) {
        takes(job.age().toMillis());
      }
    }
  }

  /**
   * How long a start takes here and now: from one machine to another that differs by ten, and a
   * fixed time would be long enough to do nothing on the one, and not to start on the other.
   */
  Duration startTime() {
    return Duration.ofMillis(startMillis);
  }

  void kill(JobRun job, String why) {
    if (!ended(job)) {
      job.kill();
      told.add(job);
      timeline.killed(job.hasRun() ? "at-random" : "while-starting", age(job) + ", " + why);
      if (!job.hasRun()) {
        // Where none lives long enough to run, none would tell how long that is.
        takes(Math.max(startMillis, job.age().toMillis()));
      }
    }
  }

  private void takes(long millis) {
    startMillis = Math.min(SLOWEST_START, (startMillis + millis) / 2);
    saboteur.startsTake(startTime());
  }

  /** SIGTERM. */
  void stop(JobRun job) {
    if (ended(job)) {
      return;
    }
    long begin = System.nanoTime();
    if (!job.stop(STOP_WITHIN)) {
      told.add(job);
      timeline.found(
          job.name() + " has not stopped within " + STOP_WITHIN.toSeconds() + " s of SIGTERM");
      job.kill();
    } else if (job.halted()) {
      ended(job);
    } else {
      told.add(job);
      timeline.count(
          "stopped",
          "%s: stopped by SIGTERM with %d after %d ms"
              .formatted(
                  job.name(), job.exitCode().orElse(-1), (System.nanoTime() - begin) / 1_000_000));
    }
  }

  /** Whether it has ended, by itself or at a fault point. */
  boolean ended(JobRun job) {
    if (job.isRunning()) {
      return false;
    }
    if (!told.add(job)) {
      return true;
    }
    if (job.halted()) {
      FaultPoint point = job.aim().orElseThrow().point();
      aims.hit(point);
      timeline.killed(point.label(), age(job));
      return true;
    }
    String how =
        "%s ended by itself with %d:\n%s"
            .formatted(job.name(), job.exitCode().orElse(-1), job.lastLines());
    // Once it runs it waits for whoever is away; and what servers do to it is told in words.
    if (saboteur.disturbed(EXCUSE) && !job.hasRun() && !job.hasPrintedStack()) {
      timeline.count("ended-by-itself", how);
    } else {
      timeline.found(how);
    }
    return true;
  }

  private static String age(JobRun job) {
    return job.name() + " after " + job.age().toMillis() + " ms";
  }

  void listen() {
    for (JobRun job : all) {
      job.complaints().forEach(timeline::found);
    }
  }

  /** Kills what runs, and hears what was said last. */
  void close() {
    for (JobRun job : all) {
      try {
        job.close();
      } catch (SandboxException e) {
        timeline.found(job.name() + " cannot be killed: " + e.getMessage());
      }
    }
    listen();
  }
}
