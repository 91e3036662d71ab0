package io.crossfade.transform;

import io.crossfade.core.target.HeldRows;
import io.crossfade.core.target.ParkedRow;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks from time to time at what the new tables lack: for the status, to say loudly what waits for
 * too long, and to learn what an operator has decided, on this instance or on another.
 */
final class HeldRowsWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HeldRowsWatch.class);

  private static final Duration TICK = Duration.ofMillis(500);

  /** While nothing is known to be held. */
  private static final Duration SELDOM = Duration.ofSeconds(5);

  /** Other partitions have had their say by then, when nothing is left to apply. */
  private static final Duration TOO_LONG = Duration.ofSeconds(10);

  /** Whether anything is left to apply or not. */
  private static final Duration MUCH_TOO_LONG = Duration.ofMinutes(10);

  private final ApplyContext context;
  private final Supplier<Lag> lag;
  private final BooleanSupplier isStopped;
  private final Runnable startAgain;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread made = new Thread(run, "crossfade-held-rows");
            made.setDaemon(true);
            return made;
          });
  private final Set<String> said = new HashSet<>();
  private volatile HeldRows held = HeldRows.NONE;
  private volatile List<String> warnings = List.of();
  private long lookedAt;

  /**
   * @param isStopped whether the line is stopped here, by a row that a person can decide about
   * @param startAgain begins again, when that has been done
   */
  HeldRowsWatch(
      ApplyContext context, Supplier<Lag> lag, BooleanSupplier isStopped, Runnable startAgain) {
    this.context = context;
    this.lag = lag;
    this.isStopped = isStopped;
    this.startAgain = startAgain;
  }

  void start() {
    thread.scheduleWithFixedDelay(
        this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  HeldRows held() {
    return held;
  }

  List<String> warnings() {
    return warnings;
  }

  /**
   * Looks at once, for who has just changed something; what follows from it is for a tick to do.
   *
   * @throws TargetUnavailableException when the target is away
   */
  synchronized HeldRows look() {
    HeldRows seen = context.target().held(context.group());
    held = seen;
    warnings = warnings(seen);
    return seen;
  }

  private void tick() {
    boolean due =
        context.lookSoon()
            || !held.isEmpty()
            || isStopped.getAsBoolean()
            || context.commits().stream().anyMatch(commit -> commit.retries().isParked())
            || context.nanoTime() - lookedAt > SELDOM.toNanos();
    if (!due) {
      return;
    }
    lookedAt = context.nanoTime();
    try {
      act();
    } catch (TargetUnavailableException | TargetRefusedException | KafkaException e) {
      log.debug("What the new tables lack cannot be looked at now", e);
    } catch (RuntimeException e) {
      // An exception would end the schedule.
      log.error("What the new tables lack cannot be looked at", e);
    }
  }

  private void act() {
    // Before the rows: who is stopped has written them down first.
    boolean stopped = isStopped.getAsBoolean();
    context.lookSoon(false);
    HeldRows seen = look();
    if (seen.toRetry() > 0) {
      context.askForRetries();
    }
    if (stopped && seen.stopped() == 0) {
      startAgain.run();
    }
  }

  private List<String> warnings(HeldRows seen) {
    Instant now = context.now();
    List<String> all = new ArrayList<>();
    Set<String> still = new HashSet<>();
    for (ParkedRow row : seen.oldest()) {
      Duration since = Duration.between(row.since(), now);
      if (since.compareTo(TOO_LONG) < 0) {
        break;
      }
      if (since.compareTo(MUCH_TOO_LONG) < 0 && lag.get().records() > 0) {
        break;
      }
      all.add(text(row));
      String one = row.table() + " " + row.key() + " " + row.since();
      still.add(one);
      if (said.add(one)) {
        log.warn("{}", text(row));
      }
    }
    said.retainAll(still);
    return List.copyOf(all);
  }

  private static String text(ParkedRow row) {
    return row.table()
        + ": the row "
        + row.key()
        + (row.alsoStands() ? " is there in a former state, since others refer to it, and" : "")
        + " waits since "
        + row.since()
        + (row.holder().isEmpty() ? " for another row" : " for the row " + row.holder())
        + ": "
        + row.error()
        + ". Nothing that is left to apply resolves it: the target has a constraint that the source"
        + " has not. Drop the constraint, or correct one of the two rows at the source";
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      // It may be about to start what is to be closed.
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        log.debug("still looking at what the new tables lack");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
