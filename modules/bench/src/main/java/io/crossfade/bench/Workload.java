package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The old table of seven columns, its rows and their changes, and what the new table is; the same
 * for whoever moves them.
 *
 * @param rows how many the old table has
 * @param shape of the new table
 */
record Workload(long rows, Shape shape) {

  static final String TABLE = "public.events";
  static final long LEAST_ROWS = 100;
  private static final int STATEMENTS = 10;

  /** How many rows at the end stand for all; see {@link #endIsChanged}. */
  private static final int END = 1000;

  private static final int KEPT_OUT_OF = 10;

  private static final String FILTER = "WHERE (mod(id, 10) <> 0)";

  private static final String OLD =
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

  /** What becomes of the rows. */
  enum Shape {
    PLAIN(OLD, "SELECT id, name, email, note, created_at, amount, data FROM public.events", ""),
    /** A function, a cast with arithmetic, a filter that leaves a tenth out. */
    TRANSFORMING(
        OLD.replace("numeric(12,2)", "bigint"),
        "SELECT id, UPPER(name) AS name, email, note, created_at,"
            + " CAST(amount * 100 AS bigint) AS amount, data FROM public.events "
            + FILTER,
        FILTER),
    /** The filter alone, which is all that a publication can do. */
    FILTERED(OLD, "SELECT * FROM public.events " + FILTER, FILTER);

    private final String definition;
    private final String select;
    private final String filter;

    Shape(String definition, String select, String filter) {
      this.definition = definition;
      this.select = select;
      this.filter = filter;
    }

    /** What a subscription can do of it. */
    Shape untransformed() {
      return this == TRANSFORMING ? FILTERED : this;
    }

    /** The mapping; PostgreSQL executes the same text. */
    String select() {
      return select;
    }

    /** The filter alone, as a publication takes it; empty where there is none. */
    String filter() {
      return filter;
    }
  }

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
    if (rows < LEAST_ROWS) {
      throw new IllegalArgumentException("At least " + LEAST_ROWS + " rows: " + rows);
    }
  }

  /** Source and target as they are before: all rows, and none. */
  void prepare(Pair pair) {
    fill(pair.source());
    pair.target().execute(shape.definition);
    pair.checkpoint();
  }

  /** Source and target with the same rows already, for changes without a first copy. */
  void prepareCopied(Pair pair) {
    fill(pair.source());
    fill(pair.target());
    pair.checkpoint();
  }

  /** In a state that a checkpoint or a vacuum would not change. */
  private void fill(Database database) {
    database.execute(OLD, ROWS.formatted(rows), "VACUUM (FREEZE, ANALYZE) " + TABLE);
  }

  /** How many rows the new table will have. */
  long rowsOfTarget() {
    return shape == Shape.PLAIN ? rows : rows - rows / KEPT_OUT_OF;
  }

  /** Changes each row once, in ten transactions of one statement. */
  void update(Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      // Else a scan may begin in the middle, and the last rows are not changed last.
      statement.execute("SET synchronize_seqscans = off");
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
   * A query that has a row when the last thousand rows carry their change. Each partition has some
   * of them, and applies its changes in their order: so this says that all have come, and costs
   * next to nothing. {@link #requireAllChanged} looks whether it was true.
   */
  String endIsChanged() {
    long end = Math.min(END, rows);
    return "SELECT count(*) FROM public.events WHERE id > "
        + (rows - end)
        + " AND note LIKE 'Changed %' HAVING count(*) = "
        + end;
  }

  /**
   * Makes sure that {@link #endIsChanged} did not say so too early.
   *
   * @throws IllegalStateException when it did
   */
  void requireAllChanged(Database target) {
    String unchanged =
        target.query("SELECT count(*) FROM public.events WHERE note NOT LIKE 'Changed %'").get(0);
    if (!unchanged.equals("0")) {
      throw new IllegalStateException(
          unchanged + " rows were not changed yet when the last ones were: the time is no good");
    }
  }

  /**
   * Compares all rows of the new table with the SELECT over the old one.
   *
   * @throws IllegalStateException when they differ
   */
  void requireEqual(String who, Pair pair) {
    String old = fingerprint(pair.source(), "(" + shape.select + ")");
    String now = fingerprint(pair.target(), TABLE);
    if (!old.equals(now)) {
      throw new IllegalStateException(
          who + " has made no equal copy: source " + old + ", target " + now);
    }
  }

  private static String fingerprint(Database database, String from) {
    return database
        .query(
            "SELECT count(*), sum(('x' || left(md5(e::text), 15))::bit(60)::bigint) FROM "
                + from
                + " e")
        .get(0);
  }
}
