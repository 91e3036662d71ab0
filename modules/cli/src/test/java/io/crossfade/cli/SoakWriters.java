package io.crossfade.cli;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Clients that change the old tables of {@link VerifySoakTest} at an appointed rate: some rows all
 * the time and others seldom, in transactions of one to forty changes.
 */
final class SoakWriters implements AutoCloseable {

  private static final int THREADS = 2;
  private static final int MOST = 40;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Database source;
  private final double perThread;
  private final long start = System.nanoTime();
  private final long[] changes = new long[THREADS];
  private final long[] transactions = new long[THREADS];
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private Optional<Double> seconds = Optional.empty();

  /**
   * Begins.
   *
   * @param changesPerSecond of all together; fewer where the source cannot keep up
   */
  SoakWriters(Database source, double changesPerSecond) {
    this.source = source;
    this.perThread = changesPerSecond / THREADS;
    for (int i = 0; i < THREADS; i++) {
      int me = i;
      Thread thread = new Thread(() -> write(me), "soak-writer-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void write(int me) {
    Random random = new Random(me);
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!closed) {
        // In one order for all: else two of them would wait for each other.
        for (Change change :
            transaction(random).stream().sorted(Comparator.comparing(Change::lock)).toList()) {
          statement.addBatch(change.sql());
        }
        for (int changed : statement.executeBatch()) {
          changes[me] += changed;
        }
        connection.commit();
        transactions[me]++;
        awaitTurn(me);
      }
    } catch (SQLException | InterruptedException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Each has its appointed time, counted from the beginning: who is late catches up. */
  private void awaitTurn(int me) throws InterruptedException {
    long due = start + (long) (changes[me] / perThread * NANOS_PER_SECOND);
    long left = due - System.nanoTime();
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }

  /**
   * A change of one row, or of none.
   *
   * @param lock what it locks: all transactions lock in the order of these
   */
  private record Change(String lock, String sql) {
    static Change of(String table, int id, String sql) {
      return new Change("%s %08d".formatted(table, id), sql.formatted(id));
    }
  }

  private static List<Change> transaction(Random random) {
    List<Change> all = new ArrayList<>();
    for (int i = 1 + random.nextInt(MOST); i > 0; i--) {
      int what = random.nextInt(100);
      if (what < 40) {
        all.add(hot(random));
      } else if (what < 90) {
        all.add(seldom(random, what));
      } else {
        transfer(all, random);
      }
    }
    return all;
  }

  /** Values that never come back, values that do, and rows that enter and leave the filter. */
  private static Change hot(Random random) {
    int id = VerifySoakTest.STILL + 1 + random.nextInt(VerifySoakTest.HOT);
    return Change.of(
        "a",
        id,
        switch (id % 3) {
          case 0 -> "UPDATE a SET n = n + 1 WHERE id = %d";
          case 1 -> "UPDATE a SET s = CASE s WHEN 'x' THEN 'y' ELSE 'x' END WHERE id = %d";
          default -> "UPDATE a SET gone = NOT gone WHERE id = %d";
        });
  }

  private static Change seldom(Random random, int what) {
    int cold = VerifySoakTest.STILL + VerifySoakTest.HOT + 1;
    int id = cold + random.nextInt(VerifySoakTest.ROWS - cold);
    int other = VerifySoakTest.STILL + 1 + random.nextInt(VerifySoakTest.STILL);
    return switch (what % 10) {
      case 0 -> Change.of("a", id, "DELETE FROM a WHERE id = %d");
      case 1, 2 ->
          Change.of(
              "a",
              id,
              "INSERT INTO a VALUES (%d, 's"
                  + random.nextInt()
                  + "', 't', 1) ON CONFLICT (id) DO UPDATE SET s = excluded.s");
      case 3 -> Change.of("a", id, "UPDATE a SET gone = NOT gone WHERE id = %d");
      case 4, 5 -> Change.of("c", other, "UPDATE c SET q = -q, v = v + 1 WHERE p = %d");
      case 6, 7 -> Change.of("w", other, "UPDATE w SET f = f + 1 WHERE k = 'Key%d'");
      // The log leaves the large value out.
      case 8 ->
          Change.of(
              "l",
              1 + random.nextInt(VerifySoakTest.LARGE),
              "UPDATE l SET v = v + 1 WHERE id = %d");
      default -> Change.of("a", id, "UPDATE a SET n = n / 2 WHERE id = %d");
    };
  }

  /** From one account to another: the sum stays. */
  private static void transfer(List<Change> all, Random random) {
    int amount = random.nextInt(100);
    int from = 1 + random.nextInt(VerifySoakTest.LARGE);
    int to = 1 + random.nextInt(VerifySoakTest.LARGE);
    all.add(Change.of("m", from, "UPDATE m SET v = v - " + amount + " WHERE id = %d"));
    all.add(Change.of("m", to, "UPDATE m SET v = v + " + amount + " WHERE id = %d"));
  }

  /** How long they have written, once closed. */
  double seconds() {
    return seconds.orElseThrow();
  }

  /** Rows that were changed in a second, once closed. */
  double changesPerSecond() {
    return (changes[0] + changes[1]) / seconds();
  }

  /** Transactions in a second, once closed. */
  double transactionsPerSecond() {
    return (transactions[0] + transactions[1]) / seconds();
  }

  /** Throws what has ended one of them. */
  void check() throws Exception {
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** Ends them; may be repeated. */
  @Override
  public void close() throws Exception {
    closed = true;
    for (Thread thread : threads) {
      thread.join();
    }
    seconds = seconds.or(() -> Optional.of((System.nanoTime() - start) / NANOS_PER_SECOND));
    check();
  }
}
