package io.crossfade.cli.demo;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that write to the old billing model all the time, until they are stopped. */
final class Workload implements AutoCloseable {

  static final int CLIENTS = 4;

  /** Of all clients together. Two cores carry it, and two databases and a broker beside it. */
  private static final int TRANSACTIONS_PER_SECOND = 400;

  private static final long PAUSE_NANOS =
      TimeUnit.SECONDS.toNanos(1) * CLIENTS / TRANSACTIONS_PER_SECOND;

  private static final int ONE_IN_SO_MANY_ROLLS_BACK = 15;

  /** All clients of a busy database have to expect it. */
  private static final String DEADLOCK = "40P01";

  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final BillingClient.Counts counts = new BillingClient.Counts();

  /**
   * What the clients have done so far.
   *
   * @param commits transactions
   * @param changes rows that they have inserted, updated and deleted
   * @param rollbacks transactions that were taken back
   */
  record Done(long commits, long changes, long rollbacks) {}

  private Workload() {}

  /**
   * Starts the clients.
   *
   * @param source with the old model
   * @param rows as many as it was made with
   * @param seed of what they do; in which order they come is left to chance
   */
  static Workload start(Database source, long rows, long seed) throws SQLException {
    Workload workload = new Workload();
    BillingClient.Keys keys = new BillingClient.Keys(rows);
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Connection connection = source.connect();
        connection.setAutoCommit(false);
        Random random = new Random(seed * CLIENTS + i);
        BillingClient client = new BillingClient(connection, keys, random, workload.counts);
        Thread thread = new Thread(() -> workload.run(client, random), "demo-client-" + i);
        thread.setDaemon(true);
        workload.threads.add(thread);
        thread.start();
      }
    } catch (SQLException e) {
      workload.stop.countDown();
      throw e;
    }
    return workload;
  }

  Done done() {
    return new Done(counts.commits().sum(), counts.changes().sum(), counts.rollbacks().sum());
  }

  /** Why a client has given up; empty while all are well. */
  Optional<Exception> failure() {
    return Optional.ofNullable(failure.get());
  }

  /**
   * Stops the clients and blocks until their last transactions have ended. May be repeated.
   *
   * @throws SQLException when one had given up
   */
  void stop() throws SQLException, InterruptedException {
    stop.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new SQLException("A client of the old model has failed", failure.get());
    }
  }

  /** Tells the clients to end, without a wait: their server may be gone. */
  @Override
  public void close() {
    stop.countDown();
  }

  private void run(BillingClient client, Random random) {
    try (client) {
      long next = System.nanoTime();
      while (!stop.await(next - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        transaction(client, random);
        // Who was held up does not make up for it with a burst.
        next = Math.max(next + PAUSE_NANOS, System.nanoTime());
      }
    } catch (SQLException | RuntimeException e) {
      failure.compareAndSet(null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void transaction(BillingClient client, Random random) throws SQLException {
    try {
      if (random.nextInt(ONE_IN_SO_MANY_ROLLS_BACK) == 0) {
        client.rollBackOne();
      } else {
        client.commitOne();
      }
    } catch (SQLException e) {
      if (!DEADLOCK.equals(e.getSQLState())) {
        throw e;
      }
      client.rollBack();
    }
  }
}
