package io.crossfade.cli.demo;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients of an application that is being switched, which write to the audit log of whichever model
 * takes writes. Each of them adds entries and counts up its last ones, reads what it wrote in the
 * same statement, and remembers what was acknowledged.
 */
final class AuditClients implements AutoCloseable {

  static final int CLIENTS = 4;

  /** Of all together. */
  static final int TRANSACTIONS_PER_SECOND = 1_000;

  /** How all tables of the demo keep them apart from the others. */
  static final String ROWS =
      "SELECT customer_id || '/' || entry || '=' || score FROM public.audit WHERE kind = 'switch'"
          + " ORDER BY customer_id, entry";

  /** SQLSTATE of a write to tables that do not take it. */
  private static final String FENCED = "XF001";

  private static final long PAUSE_NANOS =
      TimeUnit.SECONDS.toNanos(1) * CLIENTS / TRANSACTIONS_PER_SECOND;

  /** Beyond what the other clients have. */
  private static final long FIRST_ENTRY = 1L << 40;

  private static final String ADD =
      "INSERT INTO public.audit (customer_id, entry, kind, score, at)"
          + " VALUES (?, ?, 'switch', 1, now()) RETURNING score";

  private static final String COUNT =
      "UPDATE public.audit SET score = score + 1 WHERE customer_id = ? AND entry = ?"
          + " RETURNING score";

  private final List<Database> sides;
  private final List<Client> clients = new ArrayList<>();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private AuditClients(Database old, Database fresh) {
    this.sides = List.of(old, fresh);
  }

  /** Starts them; the old model takes their writes first. */
  static AuditClients start(Database old, Database fresh) {
    AuditClients all = new AuditClients(old, fresh);
    for (int i = 1; i <= CLIENTS; i++) {
      Client client = all.new Client(i);
      all.clients.add(client);
      client.start();
    }
    return all;
  }

  /** Transactions that were acknowledged so far. */
  long acknowledged() {
    return acknowledged.sum();
  }

  /** Transactions that were refused by a fence so far, and repeated at the other side. */
  long refused() {
    return refused.sum();
  }

  /**
   * Stops them.
   *
   * @return what a model has to hold, as {@link #ROWS} reads it
   * @throws DemoFailedException where one of them has not read what it wrote, or has failed
   */
  List<String> stop() throws InterruptedException, DemoFailedException {
    stopped = true;
    Map<Long, Map<Long, Integer>> all = new TreeMap<>();
    for (Client client : clients) {
      client.join();
      all.put(client.number, new TreeMap<>(client.own));
    }
    if (failure.get() != null) {
      throw new DemoFailedException("A client has failed: " + failure.get().getMessage());
    }
    List<String> rows = new ArrayList<>();
    all.forEach(
        (number, own) ->
            own.forEach((entry, score) -> rows.add(number + "/" + entry + "=" + score)));
    return rows;
  }

  /** Waits until so many more were acknowledged, however long that takes here. */
  void awaitMore(long more) throws InterruptedException, DemoFailedException {
    long goal = acknowledged() + more;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (acknowledged() < goal) {
      if (failure.get() != null || System.nanoTime() > end) {
        throw new DemoFailedException(
            "The clients cannot write: "
                + Optional.ofNullable(failure.get())
                    .map(Exception::getMessage)
                    .orElse("nothing is acknowledged for two minutes"));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Override
  public void close() {
    stopped = true;
  }

  private final class Client extends Thread {

    private final long number;
    private final Map<Long, Integer> own = new HashMap<>();
    private final Connection[] connections = new Connection[2];
    private int side;
    private long last = FIRST_ENTRY;

    Client(long number) {
      super("demo-audit-" + number);
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (!stopped) {
          try {
            write();
            acknowledged.increment();
            TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
          } catch (SQLException e) {
            if (!FENCED.equals(e.getSQLState())) {
              throw e;
            }
            refused.increment();
            side = 1 - side;
            TimeUnit.MILLISECONDS.sleep(2);
          }
        }
      } catch (SQLException | InterruptedException | RuntimeException e) {
        failure.compareAndSet(null, e);
      } finally {
        close();
      }
    }

    private void close() {
      for (Connection connection : connections) {
        try {
          if (connection != null) {
            connection.close();
          }
        } catch (SQLException e) {
          failure.compareAndSet(null, e);
        }
      }
    }

    /** Every fourth is an entry of its own; the others count it up. */
    private void write() throws SQLException {
      int score = own.getOrDefault(last, 0);
      boolean add = score == 0 || score == 4;
      long entry = add ? last + 1 : last;
      int expected = add ? 1 : score + 1;
      try (PreparedStatement statement = connection().prepareStatement(add ? ADD : COUNT)) {
        statement.setLong(1, number);
        statement.setLong(2, entry);
        try (ResultSet row = statement.executeQuery()) {
          int is = row.next() ? row.getInt(1) : 0;
          if (is != expected) {
            throw new SQLException(
                "entry %d/%d was written %d times, and the model has %d of them"
                    .formatted(number, entry, expected, is));
          }
        }
      }
      last = entry;
      own.put(entry, expected);
    }

    private Connection connection() throws SQLException {
      if (connections[side] == null) {
        connections[side] = sides.get(side).connect();
      }
      return connections[side];
    }
  }
}
