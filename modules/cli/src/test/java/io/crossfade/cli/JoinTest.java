package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several old tables become one new one. */
class JoinTest {

  /** Orders with what is known of their customers and of these customers' countries. */
  private static final String ORDERS =
      "SELECT o.id, o.amount * (100 + COALESCE(v.vat, 0)) / 100 AS gross, c.name AS customer,\n"
          + "  v.id AS country\n"
          + "FROM public.orders o\n"
          + "LEFT JOIN public.customers c ON c.id = o.customer_id\n"
          + "LEFT JOIN public.countries v ON v.id = c.country AND v.vat > 0\n"
          + "WHERE o.amount > 0";

  /** A customer and his address, which have one key. */
  private static final String PEOPLE =
      "SELECT c.id, UPPER(c.name) AS name, a.street FROM public.customers c"
          + " JOIN public.addresses a ON a.customer_id = c.id";

  @TempDir private Path directory;
  private MigrationBench bench;

  @BeforeEach
  void prepare() {
    bench = new MigrationBench(directory);
    bench.selects("public.invoices", ORDERS, "public.people", PEOPLE);
    bench.source.execute(
        "CREATE TABLE countries (id char(2) PRIMARY KEY, vat numeric)",
        "INSERT INTO countries VALUES ('de', 19.0), ('fr', 20), ('us', 0)",
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text, country char(2), note text)",
        "INSERT INTO customers SELECT g, 'c' || g,"
            + " (ARRAY['de', 'fr', 'us', 'xx', NULL])[g % 5 + 1] FROM generate_series(1, 300) g",
        "CREATE TABLE addresses (customer_id bigint PRIMARY KEY, street text)",
        "INSERT INTO addresses SELECT g, 's' || g FROM generate_series(1, 300, 2) g",
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, amount numeric)",
        "INSERT INTO orders SELECT g, NULLIF(g % 350, 7), g % 40"
            + " FROM generate_series(1, 2000) g");
    bench.target.execute(
        "CREATE TABLE invoices (id bigint PRIMARY KEY, gross numeric, customer text,"
            + " country char(2))",
        "CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, street text)");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void shouldKeepWhatIsJoinedWhicheverTableChanges() throws Exception {
    assertThat(bench.run("validate")).as(bench.said()).isZero();
    assertThat(bench.run("plan")).as(bench.said()).isZero();
    assertThat(bench.said())
        .contains(
            "public.invoices ← public.orders, public.customers, public.countries",
            "join public.customers → join public.countries → filter → project → claim by id → apply",
            "the rows of public.orders, public.customers, public.countries, about ",
            "not read: public.customers.note");
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
      assertEqual();
      bench.source.execute(
          "UPDATE customers SET name = name || '!' WHERE id % 3 = 0",
          "UPDATE customers SET country = 'fr' WHERE id % 7 = 0",
          "UPDATE countries SET vat = 0 WHERE id = 'fr'",
          "UPDATE countries SET vat = 7 WHERE id = 'us'",
          "UPDATE orders SET customer_id = customer_id + 1 WHERE id % 5 = 0",
          "UPDATE orders SET amount = 0 WHERE id % 11 = 0",
          "DELETE FROM customers WHERE id BETWEEN 100 AND 120",
          "DELETE FROM orders WHERE id % 13 = 0",
          "INSERT INTO addresses SELECT g, 'new' FROM generate_series(302, 310, 2) g",
          "INSERT INTO customers VALUES (302, 'late', 'de', NULL)",
          "UPDATE orders SET id = -id WHERE id BETWEEN 321 AND 330");
      job.awaitBarrier();
      assertEqual();
      assertThat(bench.to(job, "verify")).as(bench.said()).isZero();
    }
    bench.source.execute(
        "UPDATE customers SET id = id + 1000 WHERE id BETWEEN 200 AND 210",
        "DELETE FROM countries WHERE id = 'de'",
        "UPDATE addresses SET street = NULL WHERE customer_id < 50");
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
      assertEqual();
      bench.target.execute(
          "UPDATE invoices SET customer = 'spoilt' WHERE id = 1",
          "DELETE FROM invoices WHERE id = 2",
          "INSERT INTO people VALUES (99999, 'PLANTED', '')");
      assertThat(bench.to(job, "verify")).as(bench.said()).isEqualTo(3);
      assertThat(bench.said()).contains("1 value", "1 missing", "1 extra");
      assertThat(bench.to(job, "explain", "public.invoices", "1")).as(bench.said()).isEqualTo(3);
      assertThat(bench.said())
          .contains(
              "the row is made of rows of public.orders, public.customers, public.countries",
              "crossfade repair");
      assertThat(bench.to(job, "explain", "public.invoices", "3")).as(bench.said()).isZero();
      assertThat(bench.to(job, "repair")).as(bench.said()).isZero();
      assertEqual();
      // All that depends on it comes again.
      assertThat(bench.to(job, "resync", "--table", "public.customers")).as(bench.said()).isZero();
      job.awaitCaughtUp();
      assertEqual();
    }
  }

  /** Fails where what was remembered by the former SELECT is not taken back. */
  @Test
  void shouldTakeUpAnotherSelectOverTheSameJoinsByAReplay() throws Exception {
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
    }
    String other =
        ORDERS.replace("o.amount > 0", "o.amount > 20").replace("c.name", "UPPER(c.name)");
    bench.selects("public.invoices", other, "public.people", PEOPLE);
    assertThat(bench.run("replay", "--table", "public.invoices", "--from", "start"))
        .as(bench.said())
        .isZero();
    try (Job job = bench.start()) {
      job.awaitBarrier();
      assertThat(bench.target.query("SELECT id, gross, customer, country FROM invoices ORDER BY 1"))
          .isEqualTo(bench.source.query(other + " ORDER BY 1"));
    }
    bench.selects(
        "public.invoices",
        other.replace("LEFT JOIN public.countries", "JOIN public.countries"),
        "public.people",
        PEOPLE);
    assertThat(bench.run("replay", "--table", "public.invoices", "--from", "start")).isEqualTo(2);
    assertThat(bench.said()).contains("joined in another way");
  }

  private void assertEqual() {
    assertThat(bench.target.query("SELECT id, gross, customer, country FROM invoices ORDER BY 1"))
        .isEqualTo(bench.source.query(ORDERS + " ORDER BY 1"));
    assertThat(bench.target.query("SELECT id, name, street FROM people ORDER BY 1"))
        .isEqualTo(bench.source.query(PEOPLE + " ORDER BY 1"));
  }
}
