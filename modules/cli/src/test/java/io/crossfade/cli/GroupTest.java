package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many old rows become one new one. */
class GroupTest {

  /** Each customer with what he has ordered, if anything. */
  private static final String TOTALS =
      "SELECT c.id, c.name, COUNT(o.id) AS orders, COALESCE(SUM(o.amount), 0) AS total,"
          + " MAX(o.day) AS last, JSONB_AGG(o.amount ORDER BY o.id) AS amounts FROM public.customers"
          + " c LEFT JOIN public.orders o ON o.customer_id = c.id GROUP BY c.id";

  /** Days on which much was ordered. */
  private static final String DAYS =
      "SELECT day, COUNT(*) AS orders, AVG(amount) AS average FROM public.orders WHERE amount > 1"
          + " GROUP BY day HAVING COUNT(*) > 5";

  @TempDir private Path directory;
  private MigrationBench bench;

  @BeforeEach
  void prepare() {
    bench = new MigrationBench(directory);
    bench.selects("public.totals", TOTALS, "public.days", DAYS);
    bench.source.execute(
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text)",
        "INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 200) g",
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, amount numeric(10, 2),"
            + " day date)",
        "INSERT INTO orders SELECT g, g % 230, g % 17, DATE '2026-01-01' + g % 40"
            + " FROM generate_series(1, 2000) g");
    bench.target.execute(
        "CREATE TABLE totals (id bigint PRIMARY KEY, name text, orders bigint NOT NULL,"
            + " total numeric, last date, amounts jsonb)",
        "CREATE TABLE days (day date PRIMARY KEY, orders bigint, average numeric)");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void shouldKeepTotalsOfWhatChanges() throws Exception {
    assertThat(bench.run("validate")).as(bench.said()).isZero();
    assertThat(bench.said())
        .contains("filter → group → project → claim by day → apply; state: what each row");
    assertThat(bench.run("plan")).as(bench.said()).isZero();
    assertThat(bench.said())
        .contains(
            "join public.orders → group → project → claim by id → apply",
            "filter → group → project → claim by day → apply",
            "what each row contributes to its group");
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
      assertEqual();
      bench.source.execute(
          "UPDATE orders SET amount = amount + 0.50 WHERE id % 3 = 0",
          "UPDATE orders SET customer_id = customer_id + 1 WHERE id % 7 = 0",
          "UPDATE orders SET day = day + 1 WHERE id % 5 = 0",
          "DELETE FROM orders WHERE day = '2026-01-09' OR customer_id = 17",
          "DELETE FROM customers WHERE id BETWEEN 50 AND 60",
          "UPDATE customers SET name = UPPER(name) WHERE id > 150",
          "UPDATE customers SET id = id + 1000 WHERE id BETWEEN 100 AND 105");
      job.awaitBarrier();
      assertEqual();
      assertThat(bench.to(job, "verify")).as(bench.said()).isZero();
    }
    bench.source.execute(
        "DELETE FROM orders WHERE day < '2026-01-05'",
        "INSERT INTO orders SELECT g, g % 300, 3, '2026-03-01' FROM generate_series(3001, 3100) g");
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
      assertEqual();
      bench.target.execute(
          "UPDATE totals SET total = total + 1 WHERE id = 1",
          "DELETE FROM totals WHERE id = 2",
          "INSERT INTO days VALUES ('1999-01-01', 1, 1)");
      assertThat(bench.to(job, "verify")).as(bench.said()).isEqualTo(3);
      assertThat(bench.to(job, "explain", "public.totals", "1")).as(bench.said()).isEqualTo(3);
      assertThat(bench.to(job, "repair")).as(bench.said()).isZero();
      assertEqual();
    }
  }

  /** Fails where what groups had come to by the former SELECT is mixed with what comes now. */
  @Test
  void shouldTakeUpOtherGroupsByAReplay() throws Exception {
    try (Job job = bench.start()) {
      job.awaitCaughtUp();
    }
    String days =
        "SELECT day, MAX(id) AS orders, SUM(amount) AS average FROM public.orders GROUP BY day";
    bench.selects("public.totals", TOTALS, "public.days", days);
    assertThat(bench.run("replay", "--table", "public.days", "--from", "start"))
        .as(bench.said())
        .isZero();
    try (Job job = bench.start()) {
      job.awaitBarrier();
      bench.source.execute("UPDATE orders SET amount = amount + 1 WHERE id % 2 = 0");
      job.awaitBarrier();
      assertThat(bench.target.query("SELECT day, orders, average FROM days ORDER BY 1"))
          .isEqualTo(bench.source.query(days + " ORDER BY 1"));
    }
  }

  private void assertEqual() {
    String columns = "SELECT id, name, orders, total, last, amounts FROM ";
    assertThat(bench.target.query(columns + "totals ORDER BY 1"))
        .isEqualTo(bench.source.query(columns + "(" + TOTALS + ") s ORDER BY 1"));
    assertThat(bench.target.query("SELECT day, orders, average FROM days ORDER BY 1"))
        .isEqualTo(bench.source.query(DAYS + " ORDER BY 1"));
  }
}
