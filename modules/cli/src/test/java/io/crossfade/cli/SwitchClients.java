package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of an application that is being switched. Each writes to the side that lets it, reads its
 * own writes there, and remembers what was acknowledged. A server that goes down is waited for; of
 * a write that got no answer they find out, at the side that serves, whether it counts.
 */
final class SwitchClients implements AutoCloseable {

  private static final String FENCED = "XF001";

  /** Between two writes of a client: what is measured is the switch, not the machine. */
  private static final long PAUSE_MILLIS = 3;

  /** A server that is restarted is back before that. */
  private static final long AWAY_SECONDS = 60;

  /** The server ends, or starts, or does neither. */
  private static final Set<String> DOWN = Set.of("57P01", "57P02", "57P03");

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

  /** A write that got no answer yet. */
  private enum Kind {
    INSERT,
    UPDATE,
    DELETE
  }

  /** As {@link Kind}; of which row, where that is known. */
  private record Open(Kind kind, long id) {}

  private final class Client extends Thread {

    private final int number;
    private final Random random;
    private final Map<Long, Integer> own = new HashMap<>();
    private final List<Long> ids = new ArrayList<>();
    private final Connection[] connections = new Connection[2];
    private Optional<Open> open = Optional.empty();
    private long downSince;
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
            if (open.isPresent()) {
              findOut(open.get());
            } else {
              write();
              acknowledged.incrementAndGet();
            }
            downSince = 0;
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
          } catch (SQLException e) {
            failed(e);
          }
        }
        while (open.isPresent()) {
          try {
            findOut(open.get());
          } catch (SQLException e) {
            failed(e);
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

    private void failed(SQLException e) throws SQLException, InterruptedException {
      String state = String.valueOf(e.getSQLState());
      if (FENCED.equals(state)) {
        side = 1 - side;
        TimeUnit.MILLISECONDS.sleep(2);
        return;
      }
      long now = System.nanoTime();
      downSince = downSince == 0 ? now : downSince;
      if (!(state.startsWith("08") || DOWN.contains(state))
          || now - downSince > TimeUnit.SECONDS.toNanos(AWAY_SECONDS)) {
        throw e;
      }
      if (connections[side] != null) {
        connections[side].close();
        connections[side] = null;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }

    /**
     * Whether a write counts that got no answer. The side that is asked takes writes while it is,
     * so it has all that was ever committed.
     */
    private void findOut(Open what) throws SQLException {
      Connection connection = connection();
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("UPDATE " + table() + " SET n = n WHERE id < 0");
        Map<Long, Integer> rows = new HashMap<>();
        try (ResultSet row =
            statement.executeQuery("SELECT id, n FROM " + table() + " WHERE owner = " + number)) {
          while (row.next()) {
            rows.put(row.getLong(1), row.getInt(2));
          }
        }
        connection.commit();
        judge(what, rows);
        open = Optional.empty();
      } catch (SQLException e) {
        if (FENCED.equals(e.getSQLState())) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
        throw e;
      }
      connection.setAutoCommit(true);
    }

    private void judge(Open what, Map<Long, Integer> rows) {
      switch (what.kind()) {
        case INSERT -> {
          rows.keySet().removeAll(own.keySet());
          rows.forEach((id, n) -> own.put(id, n));
          ids.addAll(rows.keySet());
          if (rows.size() > 1 || rows.values().stream().anyMatch(n -> n != 1)) {
            findings.add(table() + " has rows of nobody's: " + rows);
          }
        }
        case UPDATE -> {
          int before = own.get(what.id());
          int n = rows.getOrDefault(what.id(), -1);
          if (n != before && n != before + 1) {
            findings.add(table() + ", row " + what.id() + ": n is " + n + " after " + before);
          }
          own.put(what.id(), n);
        }
        case DELETE -> {
          if (!rows.containsKey(what.id())) {
            ids.remove(what.id());
            own.remove(what.id());
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
        open = Optional.of(new Open(Kind.INSERT, 0));
        try (ResultSet row = answered(statement)) {
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
        open = Optional.of(new Open(Kind.UPDATE, id));
        try (ResultSet row = answered(statement)) {
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
          connection().prepareStatement("DELETE FROM " + table() + " WHERE id = ? RETURNING id")) {
        statement.setLong(1, id);
        open = Optional.of(new Open(Kind.DELETE, id));
        try (ResultSet row = answered(statement)) {
          if (!row.next()) {
            findings.add(table() + " has lost the row " + id);
          }
        }
        ids.remove(index);
        own.remove(id);
      }
    }

    /** A refusal is an answer as well. */
    private ResultSet answered(PreparedStatement statement) throws SQLException {
      try {
        ResultSet rows = statement.executeQuery();
        open = Optional.empty();
        return rows;
      } catch (SQLException e) {
        if (FENCED.equals(e.getSQLState())) {
          open = Optional.empty();
        }
        throw e;
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
