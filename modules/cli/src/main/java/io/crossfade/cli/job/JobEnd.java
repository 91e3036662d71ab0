package io.crossfade.cli.job;

import io.crossfade.core.Opened;
import io.crossfade.core.phase.Standing;
import io.crossfade.server.Command;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a running job when its migration ends: its flows are closed, what was made is
 * taken away, who has asked is told, and the process may end. What is in the way is tried again for
 * as long as the process lives, and by the next one.
 */
final class JobEnd implements SwitchDesk.Ends, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobEnd.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  /** The command asks ten times a second. */
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(5);

  private static final Set<String> ENDS = Set.of("complete", "abandon");

  private final Ending ending;
  private final Standing.Tables tables;
  private final Opened flows;
  private final CompletableFuture<List<String>> done = new CompletableFuture<>();
  private final CountDownLatch told = new CountDownLatch(1);
  private Optional<Thread> thread = Optional.empty();
  private volatile SwitchDesk desk;
  private volatile Runnable last = () -> {};
  private volatile Optional<SwitchDesk.Finish> finish = Optional.empty();

  /**
   * @param tables what the end works on
   * @param flows all that runs for the migration in this process
   */
  JobEnd(Ending ending, Standing.Tables tables, Opened flows) {
    this.ending = ending;
    this.tables = tables;
    this.flows = flows;
  }

  /**
   * Who is told.
   *
   * @param look a last look at the job, before it is closed
   */
  void tells(SwitchDesk whom, Runnable look) {
    desk = whom;
    last = look;
  }

  @Override
  public Standing.Tables tables() {
    return tables;
  }

  /** It has nothing to switch to, and ends with this. */
  void with(SwitchDesk.Finish work) {
    finish = Optional.of(work);
  }

  @Override
  public Optional<SwitchDesk.Finish> finish() {
    return finish;
  }

  @Override
  public List<String> plan(Standing standing) {
    return ending.plan(standing);
  }

  @Override
  public synchronized void begin(Standing standing) {
    if (thread.isEmpty()) {
      Thread work = new Thread(() -> run(standing), "crossfade-end");
      thread = Optional.of(work);
      work.start();
    }
  }

  private synchronized boolean begun() {
    return thread.isPresent();
  }

  private void run(Standing standing) {
    last.run();
    try {
      flows.close();
    } catch (RuntimeException e) {
      LOG.warn("Not all that ran could be closed", e);
    }
    try {
      List<String> left = carryOut(standing);
      desk.ended(left);
      if (!told.await(TOLD_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("Nobody has asked how it went");
      }
      done.complete(left);
    } catch (InterruptedException e) {
      LOG.info("The end is interrupted; the next start goes on with it");
    }
  }

  private List<String> carryOut(Standing standing) throws InterruptedException {
    String trouble = "";
    while (true) {
      try {
        return ending.carryOut(standing, desk::tell);
      } catch (RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(trouble)) {
          LOG.warn("What was made cannot all be removed now, and is tried again", e);
        }
        trouble = why;
        desk.notEnded(why);
        TimeUnit.MILLISECONDS.sleep(TRY_AGAIN.toMillis());
      }
    }
  }

  /** Commands that are refused from the moment on at which the end has begun. */
  Map<String, Command> until(Map<String, Command> commands) {
    Map<String, Command> refusing = new HashMap<>();
    commands.forEach(
        (name, command) ->
            refusing.put(
                name,
                body -> {
                  if (begun() && !ENDS.contains(name)) {
                    throw new IllegalStateException("the migration ends: `crossfade status`");
                  }
                  command.run(body);
                }));
    return refusing;
  }

  /** The desk's report; who reads the last one has been told. */
  String report() {
    String report = desk.json();
    if (desk.hasEnded()) {
      told.countDown();
    }
    return report;
  }

  /** What is left, where all has ended; waits for that. */
  List<String> await() throws InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody fails it", e);
    }
  }

  @Override
  public void close() {
    Optional<Thread> work;
    synchronized (this) {
      work = thread;
      thread = Optional.of(Thread.currentThread()); // nothing begins any more
    }
    work.filter(one -> one != Thread.currentThread())
        .ifPresent(
            one -> {
              one.interrupt();
              try {
                one.join(TRY_AGAIN.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
