package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of an application that is being switched. Each writes to the side that lets it, reads its
 * own writes there, and remembers what was acknowledged.
 */
final class SwitchClients implements AutoCloseable {

  private static final String FENCED = "XF001";

  /** Between two writes of a client: what is measured is the switch, not the machine. */
  private static final long PAUSE_MILLIS = 3;

  /** By side: the database and the table. */
  private record Place(Database database, String table) {}

  private final List<Place> places;
  private final List<Client> clients = new ArrayList<>();
  private final List<String> findings = new CopyOnWriteArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile boolean stopped;

  SwitchClients(int number, Database old, String oldTable, Database fresh, String newTable) {
    places = List.of(new Place(old, oldTable), new Place(fresh, newTable));
    for (int i = 0; i < number; i++) {
      Client client = new Client(i);
      clients.add(client);
      client.start();
    }
  }

  long acknowledged() {
    return acknowledged.get();
  }

  /** Waits until so many more writes were acknowledged. */
  void awaitMore(long more) throws InterruptedException {
    long goal = acknowledged.get() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (acknowledged.get() < goal) {
      assertThat(System.nanoTime()).as("clients write: " + findings).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** Ends them; what the tables have to hold: {@code id|owner|n}, in the order of the ids. */
  List<String> stop() throws InterruptedException {
    stopped = true;
    Map<Long, String> rows = new HashMap<>();
    for (Client client : clients) {
      client.join();
      client.own.forEach((id, n) -> rows.put(id, id + "|" + client.number + "|" + n));
    }
    assertThat(findings).isEmpty();
    return rows.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    for (Client client : clients) {
      client.join();
    }
  }

  private final class Client extends Thread {

    private final int number;
    private final Random random;
    private final Map<Long, Integer> own = new HashMap<>();
    private final List<Long> ids = new ArrayList<>();
    private final Connection[] connections = new Connection[2];
    private int side;

    Client(int number) {
      super("client-" + number);
      this.number = number;
      this.random = new Random(number);
    }

    @Override
    public void run() {
      try {
        while (!stopped) {
          try {
            write();
            acknowledged.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
          } catch (SQLException e) {
            if (!FENCED.equals(e.getSQLState())) {
              throw e;
            }
            side = 1 - side;
            TimeUnit.MILLISECONDS.sleep(2);
          }
        }
      } catch (SQLException | InterruptedException | RuntimeException e) {
        findings.add(getName() + " has failed: " + e);
      } finally {
        for (Connection connection : connections) {
          try {
            if (connection != null) {
              connection.close();
            }
          } catch (SQLException e) {
            findings.add(getName() + ": " + e);
          }
        }
      }
    }

    private void write() throws SQLException {
      int what = ids.isEmpty() ? 0 : random.nextInt(10);
      if (what < 3) {
        insert();
      } else if (what < 9) {
        update(ids.get(random.nextInt(ids.size())));
      } else {
        delete(random.nextInt(ids.size()));
      }
    }

    private void insert() throws SQLException {
      try (PreparedStatement statement =
          connection()
              .prepareStatement(
                  "INSERT INTO " + table() + " (owner, n) VALUES (?, 1) RETURNING id")) {
        statement.setInt(1, number);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          long id = row.getLong(1);
          if (own.put(id, 1) != null) {
            findings.add("id " + id + " was given out twice");
          }
          ids.add(id);
        }
      }
    }

    private void update(long id) throws SQLException {
      try (PreparedStatement statement =
          connection()
              .prepareStatement("UPDATE " + table() + " SET n = n + 1 WHERE id = ? RETURNING n")) {
        statement.setLong(1, id);
        try (ResultSet row = statement.executeQuery()) {
          int expected = own.merge(id, 1, Integer::sum);
          if (!row.next()) {
            findings.add(table() + " has lost the row " + id + "; n was " + (expected - 1));
          } else if (row.getInt(1) != expected) {
            findings.add(
                table()
                    + ", row "
                    + id
                    + ": n is "
                    + row.getInt(1)
                    + " where "
                    + expected
                    + " were written");
          }
        }
      }
    }

    private void delete(int index) throws SQLException {
      long id = ids.get(index);
      try (PreparedStatement statement =
          connection().prepareStatement("DELETE FROM " + table() + " WHERE id = ?")) {
        statement.setLong(1, id);
        if (statement.executeUpdate() != 1) {
          findings.add(table() + " has lost the row " + id);
        }
        ids.remove(index);
        own.remove(id);
      }
    }

    private String table() {
      return places.get(side).table();
    }

    private Connection connection() throws SQLException {
      if (connections[side] == null) {
        Database database = places.get(side).database();
        connections[side] =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
      }
      return connections[side];
    }
  }
}
