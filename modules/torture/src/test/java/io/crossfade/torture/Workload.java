package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SandboxException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Clients that write to the old tables all the time. What each does comes from its seed alone; how
 * their writes interleave, and which of them clash, does not.
 */
final class Workload implements AutoCloseable {

  private static final int CLIENTS = 3;

  /** How many different keys a table has at most: few, so that they are deleted and come again. */
  private static final int KEYS = 300;

  private static final int LARGE = 2_000;

  /** What two clients do to each other, and what a server that goes away does to them. */
  private static final Set<String> CLASHES =
      Set.of(
          "23505", "23503", "40P01", "40001", "55P03", "57P01", "57P02", "57P03", "57014", "25P02");

  private final Database source;
  private final long bulkRows;
  private final Timeline timeline;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong transactions = new AtomicLong();
  private volatile boolean stop;

  Workload(Database source, long seed, long bulkRows, Timeline timeline) {
    this.source = source;
    this.bulkRows = bulkRows;
    this.timeline = timeline;
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(seed * 31 + 100 + i);
      String name = "client-" + i;
      threads.add(new Thread(() -> write(name, random), name));
    }
  }

  /** The rows that are there before the migration begins. */
  static void fill(Database source, Random random, long bulkRows) {
    source.execute(
        "INSERT INTO public.bulk SELECT g, md5(g::text) || md5((g * 7)::text), g % 100,"
            + " nextval('torture.version') FROM generate_series(1, "
            + bulkRows
            + ") g",
        "INSERT INTO public.place SELECT g, g, 'Place ' || g, nextval('torture.version')"
            + " FROM generate_series(1, 200) g",
        "INSERT INTO public.owner SELECT g, 'Owner ' || g, nextval('torture.version')"
            + " FROM generate_series(1, 100) g",
        "INSERT INTO public.item SELECT g, 1 + g % 100, 'Item ' || g, nextval('torture.version')"
            + " FROM generate_series(1, 300) g",
        "INSERT INTO public.event SELECT g, date '2023-12-20' + g % 90, 'kind ' || g % 5, g % 40 - 5,"
            + " nextval('torture.version') FROM generate_series(1, 300) g");
    for (int i = 0; i < 150; i++) {
      source.execute(
          insertWide(random), insertAccount(random), insertDocument(random), insertPage(random));
    }
    source.execute("VACUUM ANALYZE");
  }

  void start() {
    threads.forEach(Thread::start);
  }

  long transactions() {
    return transactions.get();
  }

  private void write(String name, Random random) {
    while (!stop) {
      try (Connection connection = source.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SET statement_timeout = '60s'");
        endPrepared(source, name, statement);
        connection.setAutoCommit(false);
        while (!stop) {
          transaction(name, connection, statement, random);
        }
      } catch (SandboxException e) {
        // The source went away just after it had let us in.
        pause(100);
      } catch (SQLException e) {
        if (!passes(e)) {
          timeline.found(name + " failed: " + e.getMessage() + " (" + e.getSQLState() + ")");
          return;
        }
        pause(100);
      }
    }
  }

  /** What a client has left over when its server went away under it. */
  private static void endPrepared(Database source, String name, Statement statement)
      throws SQLException {
    for (String id :
        source.query(
            "SELECT quote_literal(gid) FROM pg_prepared_xacts WHERE gid LIKE '" + name + "-%'")) {
      statement.execute("COMMIT PREPARED " + id);
    }
  }

  private void transaction(String name, Connection connection, Statement statement, Random random)
      throws SQLException {
    try {
      int length = random.nextInt(20) == 0 ? 40 : 1 + random.nextInt(5);
      for (int i = 0; i < length; i++) {
        step(connection, statement, random);
      }
      int end = random.nextInt(100);
      if (end < 8) {
        connection.rollback();
      } else if (end < 9) {
        pause(300 + random.nextInt(2_000));
        connection.commit();
      } else if (end < 10) {
        prepare(name, connection, statement, random);
      } else {
        connection.commit();
        transactions.incrementAndGet();
      }
    } catch (SQLException e) {
      if (!passes(e) || connection.isClosed()) {
        throw e;
      }
      connection.rollback();
    }
    pause(random.nextInt(60));
  }

  private static boolean passes(SQLException e) {
    return CLASHES.contains(e.getSQLState())
        || e.getSQLState() != null && e.getSQLState().startsWith("08");
  }

  private void step(Connection connection, Statement statement, Random random) throws SQLException {
    if (random.nextInt(12) > 0) {
      statement.execute(change(random));
      return;
    }
    Savepoint before = connection.setSavepoint();
    statement.execute(change(random));
    if (random.nextBoolean()) {
      connection.rollback(before);
      statement.execute(change(random));
    }
  }

  /** In two phases, with time in between. Those that are left over are ended by {@link #finish}. */
  private void prepare(String name, Connection connection, Statement statement, Random random)
      throws SQLException {
    String id = Literals.quoted(name + "-" + UUID.randomUUID());
    statement.execute("PREPARE TRANSACTION " + id);
    connection.commit();
    pause(random.nextInt(1_500));
    connection.setAutoCommit(true);
    try {
      statement.execute((random.nextInt(4) == 0 ? "ROLLBACK" : "COMMIT") + " PREPARED " + id);
    } finally {
      connection.setAutoCommit(false);
    }
  }

  private String large(Random random) {
    long first = 1 + (long) (random.nextDouble() * bulkRows);
    return random.nextBoolean()
        ? "UPDATE public.bulk SET n = n + 1 WHERE id BETWEEN " + first + " AND " + (first + LARGE)
        : "INSERT INTO public.bulk SELECT g, 'new', 0, 0 FROM generate_series("
            + first
            + "::bigint, "
            + (first + LARGE)
            + ") g ON CONFLICT (id) DO UPDATE SET payload = 'again', n = excluded.n";
  }

  private String change(Random random) {
    switch (random.nextInt(24)) {
      case 0:
      case 1:
        return insertWide(random);
      case 2:
        return updateWide(random);
      case 3:
        return "DELETE FROM public.wide WHERE id = " + random.nextInt(KEYS);
      case 4:
        return insertAccount(random);
      case 5:
        return "UPDATE public.\"Odd.Accounts\" SET amount = amount + 0.01, state = "
            + state(random)
            + " WHERE "
            + account(random);
      case 6:
        return "UPDATE public.\"Odd.Accounts\" SET code = 'k%d' WHERE %s"
            .formatted(random.nextInt(40), account(random));
      case 7:
        return "DELETE FROM public.\"Odd.Accounts\" WHERE " + account(random);
      case 8:
        return insertDocument(random);
      case 9:
      case 10:
        // The body stays, and stays out of the log where it is large.
        return "UPDATE public.document SET title = %s, shown = %s WHERE id = '%s'"
            .formatted(Literals.text(random, 6), random.nextInt(3) > 0, document(random));
      case 11:
        return "UPDATE public.document SET id = '%s' WHERE id = '%s'"
            .formatted(document(random), document(random));
      case 12:
        return "DELETE FROM public.document WHERE id = '" + document(random) + "'";
      case 13:
        return insertPage(random);
      case 14:
        return "UPDATE public.page SET title = %s WHERE id BETWEEN %d AND %<d + 3"
            .formatted(Literals.text(random, 6), random.nextInt(KEYS));
      case 15:
        return "DELETE FROM public.page WHERE id = " + random.nextInt(KEYS);
      case 16:
        return swapPlaces(random);
      case 17:
        return placeOrTwo(random);
      case 18:
        return "INSERT INTO public.event VALUES (%d, date '2023-12-20' + %d, 'new', %d, 0)"
                .formatted(random.nextInt(KEYS), random.nextInt(90), random.nextInt(40) - 5)
            + " ON CONFLICT (id, day) DO UPDATE SET amount = excluded.amount";
      case 19:
        // Into another partition, or over a row that is there.
        return "UPDATE public.event SET day = day + %d, amount = amount - 1 WHERE id = %d"
            .formatted(random.nextInt(60) - 30, random.nextInt(KEYS));
      case 20:
        return "DELETE FROM public.event WHERE id = " + random.nextInt(KEYS);
      case 21:
        return family(random);
      case 22:
        return "UPDATE public.bulk SET n = n + 1 WHERE id BETWEEN %d AND %<d + %d"
            .formatted((long) (random.nextDouble() * bulkRows), random.nextInt(30));
      default:
        return random.nextInt(12) == 0
            ? large(random)
            : "DELETE FROM public.bulk WHERE id = " + (long) (random.nextDouble() * bulkRows);
    }
  }

  private static String insertWide(Random random) {
    return "INSERT INTO public.wide VALUES (%d, 0, %s) ON CONFLICT (id) DO UPDATE SET %s"
        .formatted(
            random.nextInt(KEYS),
            Literals.WIDE.values().stream()
                .map(make -> random.nextInt(8) == 0 ? "NULL" : make.apply(random))
                .collect(Collectors.joining(", ")),
            Literals.WIDE.keySet().stream()
                .map(Literals::name)
                .filter(name -> random.nextInt(3) == 0)
                .map(name -> name + " = excluded." + name + ", ")
                .collect(Collectors.joining("", "", "version = 0")));
  }

  private static String updateWide(Random random) {
    List<String> columns = List.copyOf(Literals.WIDE.keySet());
    String definition = columns.get(random.nextInt(columns.size()));
    return "UPDATE public.wide SET %s = %s WHERE id BETWEEN %d AND %<d + 2"
        .formatted(
            Literals.name(definition),
            Literals.WIDE.get(definition).apply(random),
            random.nextInt(KEYS));
  }

  private static String insertAccount(Random random) {
    return "INSERT INTO public.\"Odd.Accounts\" VALUES (%s, 'k%d', %s, %d.25, %s, 0)"
            .formatted(
                region(random),
                random.nextInt(40),
                Literals.text(random, 6),
                random.nextInt(10_000),
                state(random))
        + " ON CONFLICT (\"Region\", code) DO UPDATE SET amount = excluded.amount,"
        + " state = excluded.state";
  }

  private static String account(Random random) {
    return "\"Region\" = %s AND code = 'k%d'".formatted(region(random), random.nextInt(40));
  }

  /** Keys that differ in case, blanks or accents only. */
  private static String region(Random random) {
    return Literals.pick(random, "'é'", "'e'", "'E'", "'a b'", "' a b'", "'x''\"y\\'", "'😀'");
  }

  private static String state(Random random) {
    return Literals.pick(random, "'open'", "'open'", "'closed'");
  }

  private static UUID document(Random random) {
    return new UUID(0, random.nextInt(KEYS));
  }

  private static String body(Random random) {
    String piece = Literals.uuid(random);
    int length = random.nextInt(3) == 0 ? Schema.INLINE : Schema.TOASTED + random.nextInt(9_000);
    return "'" + piece.repeat(length / piece.length() + 1).substring(0, length) + "'";
  }

  private static String insertDocument(Random random) {
    return "INSERT INTO public.document VALUES ('%s', %s, %s, %s, 0)"
            .formatted(
                document(random), Literals.text(random, 6), body(random), random.nextInt(3) > 0)
        + " ON CONFLICT (id) DO UPDATE SET "
        + Literals.pick(
            random, "body = excluded.body", "title = excluded.title", "shown = excluded.shown");
  }

  private static String insertPage(Random random) {
    return "INSERT INTO public.page VALUES (%d, %s, %s, 0)"
            .formatted(random.nextInt(KEYS), Literals.text(random, 6), body(random))
        + " ON CONFLICT (id) DO UPDATE SET "
        + Literals.pick(random, "body = excluded.body", "title = excluded.title");
  }

  /** Values of a unique column change places: within one statement, or round a ring. */
  private static String swapPlaces(Random random) {
    int first = random.nextInt(200);
    int ring = 2 + random.nextInt(4);
    String ids =
        IntStream.range(0, ring)
            .mapToObj(i -> Integer.toString((first + i * 7) % 200))
            .collect(Collectors.joining(", "));
    return """
        UPDATE public.place p SET pos = q.pos FROM (
          SELECT id, coalesce(lead(pos) OVER w, first_value(pos) OVER w) AS pos
          FROM (SELECT id, pos FROM public.place WHERE id IN (%s) ORDER BY id FOR UPDATE) l
          WINDOW w AS (ORDER BY id)) q
        WHERE p.id = q.id"""
        .formatted(ids);
  }

  private static String placeOrTwo(Random random) {
    int id = random.nextInt(220);
    return Literals.pick(
        random,
        "DELETE FROM public.place WHERE id = " + id,
        "UPDATE public.place SET name = 'Place ' || version WHERE id = " + id,
        // To where another one was a moment ago, if it is free.
        "UPDATE public.place SET pos = %d WHERE id = %d".formatted(random.nextInt(260), id),
        "INSERT INTO public.place VALUES (%d, %d, 'new', 0) ON CONFLICT (id) DO NOTHING"
            .formatted(id, random.nextInt(260)));
  }

  private static String family(Random random) {
    int owner = random.nextInt(110);
    int item = random.nextInt(KEYS);
    return Literals.pick(
        random,
        "INSERT INTO public.owner VALUES (%d, 'new', 0) ON CONFLICT DO NOTHING".formatted(owner),
        "UPDATE public.owner SET name = name || '.' WHERE length(name) < 20 AND id = " + owner,
        // Takes its items with it.
        "DELETE FROM public.owner WHERE id = " + owner,
        "INSERT INTO public.item SELECT %d, id, 'new', 0 FROM public.owner WHERE id = %d"
                .formatted(item, owner)
            + " ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id",
        "UPDATE public.item SET label = label || '.' WHERE length(label) < 20 AND id = " + item,
        "DELETE FROM public.item WHERE id = " + item);
  }

  private void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!stop && System.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(Math.min(millis, 20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Ends all clients, and what they have left prepared. The source must run. */
  void finish() throws InterruptedException, SQLException {
    close();
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      endPrepared(source, "client", statement);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop = true;
    for (Thread thread : threads) {
      if (thread.getState() != Thread.State.NEW) {
        thread.join();
      }
    }
  }
}
