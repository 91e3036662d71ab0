package io.crossfade.postgres.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks a connection whose statement takes too long. The driver's {@code socketTimeout} is for
 * reads only: sending a large statement to a server that was stopped blocks for ever, as soon as
 * the buffers between are full.
 */
final class Watchdog {

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /** A row of 32 MB passes in it over a slow line. */
  private static final long SECONDS = 60;

  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private Watchdog() {}

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "crossfade-target-watchdog");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Until it is closed. */
  interface Guard extends AutoCloseable {
    @Override
    void close();
  }

  static Guard over(Connection connection) {
    ScheduledFuture<?> bite = TIMER.schedule(() -> abort(connection), SECONDS, TimeUnit.SECONDS);
    return () -> bite.cancel(false);
  }

  static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.warn("A connection to the target could not be broken", e);
    }
  }
}
