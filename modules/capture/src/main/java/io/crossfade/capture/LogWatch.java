package io.crossfade.capture;

import io.crossfade.core.source.SourceDatabase.RetainedLog;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the log that the source keeps for us, before it gives the log up and the migration has to
 * be copied again: says so at half of the limit, and has the backfill stand still at three
 * quarters, so that all that capture can do goes into the log. It goes on when half is reached from
 * above. Used by one thread.
 */
final class LogWatch {

  private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);
  private static final double WARN = 0.5;
  private static final double STOP = 0.75;

  private final Throttle throttle;
  private boolean warned;
  private boolean stopped;

  LogWatch(Throttle throttle) {
    this.throttle = throttle;
  }

  /** This much is kept now. */
  void observe(RetainedLog log) {
    double share =
        log.limit().isPresent() && log.limit().getAsLong() > 0
            ? (double) log.bytes() / log.limit().getAsLong()
            : 0;
    stopped = share >= STOP || stopped && share >= WARN;
    throttle.spare(stopped ? Optional.of(text(log)) : Optional.empty());
    if (share >= WARN && !warned) {
      LOG.warn(
          "{}; beyond that it is lost and all tables have to be copied again. See docs/runbook.md",
          text(log));
    }
    warned = share >= WARN;
  }

  private static String text(RetainedLog log) {
    return String.format(
        Locale.ROOT,
        "the source keeps %d MiB of log for us, of at most %d MiB",
        log.bytes() >> 20,
        log.limit().orElse(0) >> 20);
  }
}
