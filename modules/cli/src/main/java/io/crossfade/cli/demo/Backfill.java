package io.crossfade.cli.demo;

import io.crossfade.server.Status;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks on while a migration copies, under the clients' writes, until both have had their time. */
final class Backfill {

  private static final Duration LOOK = Duration.ofMillis(100);

  private final DemoJob job;
  private final Workload workload;
  private final Stopwatch writing;
  private final Screen screen;

  /**
   * A look at a migration.
   *
   * @param writing since the clients began
   */
  Backfill(DemoJob job, Workload workload, Stopwatch writing, Screen screen) {
    this.job = job;
    this.workload = workload;
    this.writing = writing;
    this.screen = screen;
  }

  /**
   * Blocks until the target has caught up and the clients have written for long enough.
   *
   * @return how long it took from the plan of what to read until the target had caught up
   * @throws Exception when the migration or a client has failed
   */
  Duration watch(Duration atLeast) throws Exception {
    FutureTask<Void> caughtUp =
        new FutureTask<>(
            () -> {
              job.awaitCaughtUp();
              return null;
            });
    Thread thread = new Thread(caughtUp, "demo-caught-up");
    thread.setDaemon(true);
    thread.start();
    Stopwatch copying = Stopwatch.start();
    while (!await(caughtUp, LOOK)) {
      Status status = look();
      if (!hasBegun(status)) {
        copying = Stopwatch.start();
      }
    }
    Duration copied = copying.elapsed();
    while (writing.elapsed().compareTo(atLeast) < 0) {
      look();
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
    screen.lastStatus(job.status(), workload.done(), writing.elapsed());
    return copied;
  }

  private Status look() throws DemoFailedException {
    Status status = job.status();
    screen.status(status, workload.done(), writing.elapsed());
    if (workload.failure().isPresent()) {
      throw new DemoFailedException(
          "A client of the old model has failed", workload.failure().get());
    }
    if (status.blockedBy().isPresent()) {
      Status.Block block = status.blockedBy().get();
      throw new DemoFailedException(
          "The migration is blocked: " + block.reason() + ". Next: " + block.next());
    }
    return status;
  }

  /** Preparing takes as long for a row as for a billion. */
  private static boolean hasBegun(Status status) {
    return !status.phase().equals("PREPARING");
  }

  private static boolean await(FutureTask<Void> task, Duration atMost) throws Exception {
    try {
      task.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
