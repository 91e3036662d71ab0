package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Applications that write to the old table: transactions of one new row, so many a second, each at
 * its appointed time and not after the one before. Some sessions take turns, since a commit waits
 * for the disk. The time of each commit is that at which the server has acknowledged it.
 */
final class LiveWriters implements AutoCloseable {

  private static final int SESSIONS = 8;

  private static final String INSERT =
      "INSERT INTO public.events (id, name, email, note, created_at, amount, data)"
          + " VALUES (?, 'Live customer', 'live@example.org', 'Written while it ran',"
          + " clock_timestamp(), 12.34, '{\"plan\": \"free\", \"seats\": 1}')";

  private final long firstId;
  private final long nanosApart;

  /** When each was acknowledged; 0: not written. Read when the writers have ended. */
  private final long[] committed;

  private final List<Future<?>> running = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
  private volatile boolean stopping;

  private LiveWriters(long firstId, int perSecond, int most) {
    this.firstId = firstId;
    this.nanosApart = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.committed = new long[most];
  }

  /**
   * Begins to write.
   *
   * @param firstId of the first row; the others follow
   * @param most rows that are written if nobody stops them before
   */
  static LiveWriters start(Database source, long firstId, int perSecond, int most) {
    LiveWriters writers = new LiveWriters(firstId, perSecond, most);
    long start = System.nanoTime();
    for (int session = 0; session < SESSIONS; session++) {
      int first = session;
      writers.running.add(writers.threads.submit(() -> writers.write(source, first, start)));
    }
    return writers;
  }

  private Void write(Database source, int first, long start) throws SQLException {
    try (Connection connection = source.connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (int i = first; i < committed.length && (i == first || !stopping); i += SESSIONS) {
        awaitTime(start + i * nanosApart);
        insert.setLong(1, firstId + i);
        insert.executeUpdate();
        committed[i] = System.nanoTime();
      }
    }
    return null;
  }

  private static void awaitTime(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** The id of the first row that they write. */
  long firstId() {
    return firstId;
  }

  /** How many rows they write at most. */
  int most() {
    return committed.length;
  }

  /**
   * Waits until all are written.
   *
   * @return the nanoseconds at which each was acknowledged, in the order of their ids; 0 where one
   *     was not written since they were told to stop
   */
  long[] join() throws InterruptedException {
    for (Future<?> writer : running) {
      try {
        writer.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("Cannot write to the source", e.getCause());
      }
    }
    return committed.clone();
  }

  /** The same, after the transactions that run now; each session has written at least one. */
  long[] stop() throws InterruptedException {
    stopping = true;
    return join();
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdown();
  }
}
