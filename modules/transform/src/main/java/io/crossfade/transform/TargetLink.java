package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream thread's session with the target: opened when it is needed, opened again when it breaks.
 * Used by its thread; {@link #waiting} and {@link #abort} by any.
 */
final class TargetLink {

  private static final Logger log = LoggerFactory.getLogger(TargetLink.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final ApplyContext context;
  private volatile TargetSession session;
  private volatile ApplyState.WaitingForTarget waiting;

  TargetLink(ApplyContext context) {
    this.context = context;
  }

  /** Since when this thread waits, where it does. */
  Optional<ApplyState.WaitingForTarget> waiting() {
    return Optional.ofNullable(waiting);
  }

  /**
   * Calls the target until it answers.
   *
   * @param within how long to try; once apply is closing, a failed attempt is the last
   * @throws TargetUnavailableException when it did not answer
   * @throws BlockedException when it will not
   */
  <T> T call(Duration within, String producer, JoinedCommit.Call<T> call) {
    long start = context.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        if (session == null) {
          session = context.target().open(context.group(), producer);
        }
        T result = call.on(session);
        if (waiting != null) {
          log.info("The target answers again");
          waiting = null;
        }
        return result;
      } catch (TargetUnavailableException e) {
        close();
        missed(e);
        if (context.nanoTime() - start > within.toNanos() || context.pause(pause)) {
          throw e;
        }
        pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
      } catch (TargetRefusedException e) {
        close();
        throw new BlockedException(
            e.getMessage(), "correct this at the target, then `crossfade run`", e);
      }
    }
  }

  private void missed(TargetUnavailableException e) {
    ApplyState.WaitingForTarget before = waiting;
    Instant since = before == null ? context.now() : before.since();
    if (before == null) {
      log.warn("Waiting for the target: {}", e.getMessage());
    }
    waiting = new ApplyState.WaitingForTarget(since, String.valueOf(e.getMessage()));
  }

  /** Calls it once; empty where the target did not answer, which {@link #waiting} then says. */
  <T> Optional<T> attempt(String producer, JoinedCommit.Call<T> call) {
    try {
      return Optional.of(call(Duration.ZERO, producer, call));
    } catch (TargetUnavailableException e) {
      log.debug("To be tried again", e);
      return Optional.empty();
    }
  }

  /** Calls it where a session is open; that it could not be done is no harm. */
  <T> Optional<T> tryOnce(JoinedCommit.Call<T> call) {
    TargetSession open = session;
    if (open == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(call.on(open));
    } catch (TargetUnavailableException | TargetRefusedException e) {
      log.info("The target was not asked: {}", e.getMessage());
      close();
      return Optional.empty();
    }
  }

  /** Breaks what blocks. */
  void abort() {
    TargetSession open = session;
    if (open != null) {
      open.abort();
    }
  }

  void close() {
    TargetSession open = session;
    session = null;
    if (open != null) {
      open.close();
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
