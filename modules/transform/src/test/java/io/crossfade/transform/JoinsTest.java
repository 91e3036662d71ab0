package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.HeldRows;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.wire.OrphanDelete;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of three old tables, joined in one new one. Two partitions, so that their order is open. */
class JoinsTest {

  private static final Table ORDERS =
      table(
          "orders",
          Column.required("id", PgTypes.INT8),
          Column.nullable("customer", PgTypes.INT4),
          Column.nullable("n", PgTypes.NUMERIC));

  private static final Table CUSTOMERS =
      table(
          "customers",
          Column.required("id", PgTypes.INT8),
          Column.nullable("name", PgTypes.TEXT),
          Column.nullable("country", PgTypes.TEXT));

  private static final Table COUNTRIES =
      table(
          "countries",
          Column.required("id", PgTypes.TEXT),
          Column.nullable("vat", PgTypes.NUMERIC));

  private static final List<Table> TABLES = List.of(ORDERS, CUSTOMERS, COUNTRIES);
  private static final TableId JOINED = new TableId("public", "joined");

  private static final String SELECT =
      "SELECT o.id, c.name, o.n * (100 + v.vat) / 100 AS gross FROM orders o LEFT JOIN customers c"
          + " ON c.id = o.customer LEFT JOIN countries v ON v.id = c.country";

  private ApplyBench bench;

  private static Table table(String name, Column... columns) {
    return new Table(new TableId("public", name), List.of(columns), List.of("id"));
  }

  @BeforeEach
  void open() {
    bench = new ApplyBench();
    TABLES.forEach(bench.raw::create);
    bench
        .database()
        .execute(
            "CREATE TABLE orders (id bigint PRIMARY KEY, customer int, n numeric)",
            "CREATE TABLE customers (id bigint PRIMARY KEY, name text, country text)",
            "CREATE TABLE countries (id text PRIMARY KEY, vat numeric)",
            "CREATE TABLE joined (id bigint PRIMARY KEY, name text, gross numeric)");
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Mapping mapping(String select) {
    Table target = bench.target().describe(JOINED).orElseThrow();
    try {
      SqlCompiler compiler =
          new SqlCompiler(id -> TABLES.stream().filter(t -> t.id().equals(id)).findFirst());
      return Mappings.of(compiler.compile(select).into(target), target, true);
    } catch (SqlException e) {
      throw new IllegalStateException(e);
    }
  }

  /** At the old table, and what capture makes of it. */
  private void put(Table table, String... values) {
    List<String> literals = new ArrayList<>();
    for (String value : values) {
      literals.add(value == null ? "NULL" : "'" + value + "'");
    }
    bench
        .database()
        .execute(
            "DELETE FROM " + table.id() + " WHERE id = '" + values[0] + "'",
            "INSERT INTO " + table.id() + " VALUES (" + String.join(", ", literals) + ")");
    bench.raw.write(table, Operation.UPDATE, Row.of(values));
  }

  private void drop(Table table, String id) {
    bench.database().execute("DELETE FROM " + table.id() + " WHERE id = '" + id + "'");
    String[] values = new String[table.columns().size()];
    values[0] = id;
    bench.raw.write(table, Operation.DELETE, Row.of(values));
  }

  private void assertJoined(String select) {
    String columns = "SELECT id, name, gross FROM ";
    assertThat(bench.database().query(columns + "joined ORDER BY id"))
        .isEqualTo(bench.database().query(columns + "(" + select + ") s ORDER BY id"));
  }

  @Test
  void shouldJoinWhicheverComesFirst() {
    Apply apply = bench.start(bench.settings(mapping(SELECT)), CommitHook.NONE);
    bench.raw.commit(() -> put(ORDERS, "1", "7", "10.00"));
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT * FROM joined")).containsExactly("1||");
    bench.raw.commit(() -> put(CUSTOMERS, "7", "ada", "de"));
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, gross FROM joined"))
        .containsExactly("1|ada|");
    bench.raw.commit(
        () -> {
          put(COUNTRIES, "de", "19");
          put(ORDERS, "2", "7", "1.00");
          put(ORDERS, "3", null, "1.00");
        });
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, round(gross, 2) FROM joined ORDER BY 1"))
        .containsExactly("1|ada|11.90", "2|ada|1.19", "3||");
    bench.raw.commit(() -> put(CUSTOMERS, "7", "bob", "de"));
    bench.raw.commit(() -> put(ORDERS, "2", "8", "1.00"));
    bench.raw.commit(() -> drop(COUNTRIES, "de"));
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, gross FROM joined ORDER BY 1"))
        .containsExactly("1|bob|", "2||", "3||");
    bench.raw.commit(() -> drop(CUSTOMERS, "7"));
    bench.raw.commit(() -> drop(ORDERS, "3"));
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, gross FROM joined ORDER BY 1"))
        .containsExactly("1||", "2||");
  }

  /** Random rows of all tables, starts in between, and a replay; at the end the SELECT. */
  @Test
  void shouldEndWithTheSelectAfterAnyHistory() {
    Random random = new Random(7);
    for (int round = 0; round < 4; round++) {
      Apply apply = bench.start(bench.settings(mapping(SELECT)), CommitHook.NONE);
      for (int commit = 0; commit < 60; commit++) {
        bench.raw.commit(
            () -> {
              for (int i = random.nextInt(5); i >= 0; i--) {
                change(random);
              }
            });
      }
      if (round % 2 == 0) {
        bench.awaitAll(apply);
        assertJoined(SELECT);
      }
      apply.close();
    }
    bench.database().execute("UPDATE joined SET name = 'damaged' WHERE id % 3 = 0");
    Apply.Settings settings = bench.settings(mapping(SELECT));
    try (Replay replay =
        new Replay(settings.kafka(), bench.names, settings.mappings(), settings.target())) {
      List<Replay.Step> steps = replay.plan(java.util.Set.of(JOINED), new Replay.From.Start());
      assertThat(steps).as("each old table is read again").hasSize(6);
      replay.begin(steps, "");
    }
    bench.awaitAll(bench.start(settings, CommitHook.NONE));
    assertJoined(SELECT);
  }

  private void change(Random random) {
    Table table = TABLES.get(random.nextInt(TABLES.size()));
    String id =
        table == COUNTRIES
            ? List.of("de", "fr").get(random.nextInt(2))
            : "" + random.nextInt(table == ORDERS ? 30 : 5);
    if (random.nextInt(4) == 0) {
      drop(table, id);
    } else if (table == ORDERS) {
      put(
          ORDERS,
          id,
          random.nextInt(8) == 0 ? null : "" + random.nextInt(7),
          "" + random.nextInt(9));
    } else if (table == CUSTOMERS) {
      put(CUSTOMERS, id, "n" + random.nextInt(9), List.of("de", "fr", "xx").get(random.nextInt(3)));
    } else {
      put(COUNTRIES, id, "" + random.nextInt(30));
    }
  }

  /** Fails where a pair that cannot be evaluated is dropped in silence, or stands. */
  @Test
  void shouldWriteDownPairsThatCannotBeEvaluated() {
    String select =
        "SELECT o.id, c.name, 100 / v.vat AS gross FROM orders o JOIN customers c ON c.id ="
            + " o.customer AND 10 / LENGTH(c.name) > 0 JOIN countries v ON v.id = c.country";
    Apply apply = bench.start(bench.parking(mapping(select)), CommitHook.NONE);
    bench.raw.commit(
        () -> {
          put(ORDERS, "1", "1", "1");
          put(ORDERS, "2", "2", "1");
          put(ORDERS, "3", "3", "1");
          put(CUSTOMERS, "1", "ada", "de");
          put(CUSTOMERS, "2", "bob", "fr");
          put(CUSTOMERS, "3", "", "de");
          put(COUNTRIES, "de", "20");
          put(COUNTRIES, "fr", "0");
        });
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, gross::int FROM joined"))
        .containsExactly("1|ada|5");
    assertThat(apply.badRows())
        .extracting(row -> row.table() + ": " + row.error())
        .containsExactlyInAnyOrder(
            "public.joined: cannot be evaluated: output column gross: division by zero",
            "public.joined: cannot be evaluated: ON: division by zero");
    bench.raw.commit(
        () -> {
          put(COUNTRIES, "fr", "10");
          put(CUSTOMERS, "3", "eve", "fr");
        });
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id, name, gross::int FROM joined ORDER BY id"))
        .containsExactly("1|ada|5", "2|bob|10", "3|eve|10");
    Eventually.until(
        "no bad row is left",
        () -> apply.held().equals(HeldRows.NONE) && apply.badRows().isEmpty(),
        () -> apply.badRows().toString());
  }

  /** Fails where the delete is lost on its way through the joins, or takes what is claimed. */
  @Test
  void shouldDeleteARowThatNoOldRowsMake() {
    Mapping mapping = mapping(SELECT);
    Apply apply = bench.start(bench.settings(mapping), CommitHook.NONE);
    bench.raw.commit(() -> put(ORDERS, "1", "7", "1"));
    bench.database().execute("INSERT INTO joined VALUES (99, 'nobody''s', 1)");
    bench.awaitAll(apply);
    for (String id : List.of("1", "99")) {
      bench.raw.orphan(
          ORDERS, new OrphanDelete(JOINED, mapping.mapper().fingerprint(), List.of(id)));
    }
    bench.awaitAll(apply);
    assertThat(bench.database().query("SELECT id FROM joined")).containsExactly("1");
  }
}
