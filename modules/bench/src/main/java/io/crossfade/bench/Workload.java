package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The table of seven columns, its rows and their changes; the same for whoever moves them.
 *
 * @param rows how many
 */
record Workload(long rows) {

  static final String TABLE = "public.events";
  private static final int STATEMENTS = 10;

  private static final String DEFINITION =
      """
      CREATE TABLE public.events (
        id bigint PRIMARY KEY,
        name text,
        email text,
        note text,
        created_at timestamptz,
        amount numeric(12,2),
        data jsonb)
      """;

  private static final String ROWS =
      """
      INSERT INTO public.events
      SELECT g,
             'Customer number ' || g,
             md5(g::text) || '@example.org',
             'Note ' || g || ': ' || md5((g * 31)::text) || md5((g * 37)::text),
             timestamptz '2020-01-01 00:00:00Z' + g * interval '17.000123 seconds',
             (g * 7919 %% 1000000000) / 100.0,
             jsonb_build_object('plan', (ARRAY['free', 'team', 'pro'])[1 + g %% 3], 'seats', g %% 50,
                                'tags', jsonb_build_array('a' || g %% 7, 'b' || g %% 11))
      FROM generate_series(bigint '1', %d) g
      """;

  Workload {
    if (rows < STATEMENTS) {
      throw new IllegalArgumentException("At least " + STATEMENTS + " rows: " + rows);
    }
  }

  /** The table without rows. */
  void createTable(Database database) {
    database.execute(DEFINITION);
  }

  /** The table with its rows, in a state that a checkpoint or a vacuum would not change. */
  void createFilledTable(Database database) {
    createTable(database);
    database.execute(ROWS.formatted(rows), "VACUUM (FREEZE, ANALYZE) " + TABLE);
  }

  /** Changes each row once, in ten transactions of one statement. */
  void update(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < STATEMENTS; i++) {
        statement.executeUpdate(
            "UPDATE public.events SET note = 'Changed ' || md5(id::text), amount = amount + 1"
                + " WHERE id > "
                + rows * i / STATEMENTS
                + " AND id <= "
                + rows * (i + 1) / STATEMENTS);
      }
    }
  }

  /**
   * Says whether the last row carries its change. Of someone who applies transactions whole and in
   * order that says that all have come.
   */
  String lastRowIsChanged() {
    return "SELECT FROM public.events WHERE id = " + rows + " AND note LIKE 'Changed %'";
  }

  /**
   * Compares all rows.
   *
   * @throws IllegalStateException when they differ
   */
  void requireEqual(String who, Database source, Database target) {
    String old = fingerprint(source);
    String now = fingerprint(target);
    if (!old.equals(now)) {
      throw new IllegalStateException(
          who + " has made no equal copy: source " + old + ", target " + now);
    }
  }

  private static String fingerprint(Database database) {
    return database
        .query(
            "SELECT count(*), sum(('x' || left(md5(e::text), 15))::bit(60)::bigint)"
                + " FROM public.events e")
        .get(0);
  }
}
