package io.crossfade.bench;

import io.crossfade.sandbox.PostgresServer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What every measurement gets.
 *
 * @param rows how many
 * @param seconds how long single transactions are written
 * @param transactionsPerSecond how many of them
 * @param source a running server
 * @param target another one
 * @param directory where jobs may write; each in a directory of its own
 */
record Setup(
    long rows,
    int seconds,
    int transactionsPerSecond,
    PostgresServer source,
    PostgresServer target,
    Path directory) {

  private static final AtomicInteger RUNS = new AtomicInteger();

  Setup {
    if (rows < Workload.LEAST_ROWS) {
      throw new IllegalArgumentException("At least " + Workload.LEAST_ROWS + " rows: " + rows);
    }
    if (seconds < 1 || transactionsPerSecond < 1) {
      throw new IllegalArgumentException("seconds and transactions a second: at least 1");
    }
  }

  /** Two empty databases of one name that nobody had before. */
  Pair pair() {
    String name = "bench_" + RUNS.incrementAndGet();
    return new Pair(source.createDatabase(name), target.createDatabase(name));
  }
}
