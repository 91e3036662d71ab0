package io.crossfade.bench;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * When rows can be seen in the target. The target is asked again and again for the ids that are
 * new; a row counts as visible when the first answer that has it is here. So each time is too late
 * by at most the time from one question to the next answer, which is measured as well, and never
 * too early. Source, target and observer are on one machine: there is one clock.
 */
final class Arrivals implements AutoCloseable {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long PATIENCE_MINUTES = 10;

  private final Observer observer;
  private final Observer.Alive mover;
  private final long firstId;
  private final long[] seen;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Long> watching;
  private double[] gapsMillis = new double[1024];
  private int gaps;
  private volatile long wanted = Long.MAX_VALUE;

  private Arrivals(Observer observer, Observer.Alive mover, LiveWriters writers) {
    this.observer = observer;
    this.mover = mover;
    this.firstId = writers.firstId();
    this.seen = new long[writers.most()];
    this.watching = thread.submit(this::watch);
  }

  /** Begins to look; the observer is ours until it is closed. */
  static Arrivals of(LiveWriters writers, Observer observer, Observer.Alive mover) {
    return new Arrivals(observer, mover, writers);
  }

  private long watch() throws SQLException {
    long found = 0;
    int low = 0;
    try (PreparedStatement query = observer.prepare("SELECT id FROM public.events WHERE id >= ?")) {
      long lastQuestion = System.nanoTime();
      while (found < wanted) {
        mover.requireAlive();
        query.setLong(1, firstId + low);
        long question = System.nanoTime();
        try (ResultSet rows = query.executeQuery()) {
          long answer = System.nanoTime();
          while (rows.next()) {
            int index = (int) (rows.getLong(1) - firstId);
            if (seen[index] == 0) {
              seen[index] = answer;
              found++;
            }
          }
          gap((answer - lastQuestion) / NANOS_PER_MILLI);
        }
        while (low < seen.length && seen[low] != 0) {
          low++;
        }
        lastQuestion = question;
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return found;
  }

  private void gap(double millis) {
    if (gaps == gapsMillis.length) {
      gapsMillis = Arrays.copyOf(gapsMillis, 2 * gaps);
    }
    gapsMillis[gaps++] = millis;
  }

  /**
   * Waits until all that was committed has come.
   *
   * @param committed as {@link LiveWriters#join} gives it
   * @return p50, p99 and the greatest time from the commit's acknowledgement until it was seen, and
   *     the p99 of what the observer may have been late
   */
  Sample await(long[] committed) throws InterruptedException {
    wanted = Arrays.stream(committed).filter(nanos -> nanos != 0).count();
    try {
      watching.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot see the rows of the target", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Not all of " + wanted + " rows are in the target after " + PATIENCE_MINUTES + " minutes",
          e);
    }
    double[] millis = new double[Math.toIntExact(wanted)];
    int n = 0;
    for (int i = 0; i < committed.length; i++) {
      if (committed[i] != 0) {
        millis[n++] = (seen[i] - committed[i]) / NANOS_PER_MILLI;
      }
    }
    return Sample.EMPTY
        .with(Metric.P50_MILLIS, Quantile.of(millis, 0.5))
        .with(Metric.P99_MILLIS, Quantile.of(millis, 0.99))
        .with(Metric.MAX_MILLIS, Quantile.of(millis, 1))
        .with(Metric.RESOLUTION_MILLIS, Quantile.of(Arrays.copyOf(gapsMillis, gaps), 0.99));
  }

  @Override
  public void close() {
    wanted = 0;
    thread.shutdown();
  }
}
