package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of an application that is being switched while its servers fail. Each counts rows of its
 * own up, one at a time, at the side that lets it. What a broken connection leaves unknown the next
 * acknowledged write tells: a row counts at least what was acknowledged, and at most what was
 * tried.
 */
final class CountingClients implements AutoCloseable {

  static final int ROWS = 5;

  private static final String FENCED = "XF001";

  /** A side: how to connect, and the table. */
  record Place(Callable<Connection> connect, String table) {}

  private final List<Place> places;
  private final List<Client> clients = new ArrayList<>();
  private final List<String> findings = new CopyOnWriteArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile boolean stopped;

  /** Rows 0 up to {@code number * ROWS} exist, and count 0. */
  CountingClients(int number, Place old, Place fresh) {
    places = List.of(old, fresh);
    for (int i = 0; i < number; i++) {
      Client client = new Client(i);
      clients.add(client);
      client.start();
    }
  }

  void awaitMore(long more) throws InterruptedException {
    long goal = acknowledged.get() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (acknowledged.get() < goal) {
      assertThat(findings).isEmpty();
      assertThat(System.nanoTime()).as("clients write").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** Ends them when all is known of each row; what a table has to hold: {@code id|n}, by id. */
  List<String> stop() throws InterruptedException {
    stopped = true;
    List<String> rows = new ArrayList<>();
    for (Client client : clients) {
      client.join();
      for (int row = 0; row < ROWS; row++) {
        rows.add(client.number * ROWS + row + "|" + client.known[row]);
      }
    }
    assertThat(findings).isEmpty();
    return rows;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    for (Client client : clients) {
      client.interrupt();
      client.join();
    }
  }

  private final class Client extends Thread {

    private final int number;
    private final Connection[] connections = new Connection[2];
    private final int[] known = new int[ROWS];
    private final int[] unknown = new int[ROWS];
    private int side;

    Client(int number) {
      super("client-" + number);
      this.number = number;
    }

    @Override
    public void run() {
      try {
        for (int turn = 0; !stopped || isUnsure(); turn++) {
          count(turn % ROWS);
        }
      } catch (InterruptedException e) {
        findings.add(getName() + " was interrupted");
      } finally {
        disconnect();
      }
    }

    private boolean isUnsure() {
      for (int tries : unknown) {
        if (tries > 0) {
          return true;
        }
      }
      return false;
    }

    private void count(int row) throws InterruptedException {
      boolean sent = false;
      try {
        Connection connection = connection();
        sent = true;
        int is = update(connection, number * ROWS + row);
        if (is <= known[row] || is > known[row] + unknown[row] + 1) {
          findings.add(
              "%s, row %d counts %d; %d were acknowledged before, and %d more were tried"
                  .formatted(
                      places.get(side).table(),
                      number * ROWS + row,
                      is,
                      known[row],
                      unknown[row] + 1));
        }
        known[row] = is;
        unknown[row] = 0;
        acknowledged.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(3);
      } catch (SQLException e) {
        if (FENCED.equals(e.getSQLState())) {
          side = 1 - side;
          TimeUnit.MILLISECONDS.sleep(2);
        } else {
          unknown[row] += sent ? 1 : 0;
          disconnect();
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
    }

    private int update(Connection connection, int id) throws SQLException {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "UPDATE " + places.get(side).table() + " SET n = n + 1 WHERE id = ? RETURNING n")) {
        statement.setInt(1, id);
        try (ResultSet row = statement.executeQuery()) {
          return row.next() ? row.getInt(1) : -1;
        }
      }
    }

    private Connection connection() throws SQLException {
      if (connections[side] == null) {
        try {
          connections[side] = places.get(side).connect().call();
        } catch (SQLException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
      return connections[side];
    }

    private void disconnect() {
      for (int i = 0; i < connections.length; i++) {
        try {
          if (connections[i] != null) {
            connections[i].close();
          }
        } catch (SQLException e) {
          findings.add(getName() + ": " + e);
        }
        connections[i] = null;
      }
    }
  }
}
