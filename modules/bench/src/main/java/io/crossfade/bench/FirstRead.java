package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Looks for the first {@code COPY} among the source's sessions: that is where a first copy begins,
 * ours and a subscription's. PostgreSQL itself tells when the statement began, so that it does not
 * matter that we see it some milliseconds later.
 */
final class FirstRead implements AutoCloseable {

  private static final long EVERY_MILLIS = 10;
  private static final double NANOS_PER_SECOND = 1e9;

  private static final String AGE =
      """
      SELECT extract(epoch FROM clock_timestamp() - query_start)::float8
      FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
        AND query LIKE 'COPY %'
      ORDER BY query_start LIMIT 1
      """;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Stopwatch> seen;

  private FirstRead(Database source, Supplier<Stopwatch> stopwatch) {
    this.seen = thread.submit(() -> watch(source, stopwatch));
  }

  /**
   * Begins to look.
   *
   * @param stopwatch is started when the copy is seen
   */
  static FirstRead in(Database source, Supplier<Stopwatch> stopwatch) {
    return new FirstRead(source, stopwatch);
  }

  /**
   * The stopwatch since the copy began; empty where there was none, or one so short that no look
   * met it.
   */
  Optional<Stopwatch> begun() throws InterruptedException {
    if (!seen.isDone()) {
      return Optional.empty();
    }
    try {
      return Optional.of(seen.get());
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot tell when the first copy began", e.getCause());
    }
  }

  private static Stopwatch watch(Database source, Supplier<Stopwatch> stopwatch) throws Exception {
    try (Connection connection = source.connect();
        PreparedStatement query = connection.prepareStatement(AGE)) {
      while (true) {
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            long age = (long) (row.getDouble(1) * NANOS_PER_SECOND);
            return stopwatch.get().since(System.nanoTime() - age);
          }
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
