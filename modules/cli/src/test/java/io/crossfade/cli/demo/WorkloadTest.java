package io.crossfade.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.sandbox.Database;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WorkloadTest {

  private static final String OUT_OF_LINE =
      "SELECT count(*) > 0 FROM customers"
          + " WHERE id > 2000 AND pg_column_toast_chunk_id(notes) IS NOT NULL";

  @Test
  void shouldChangeTheOldModelInAllWaysAndLeaveItWhole() throws Exception {
    try (Database source = OldAndNew.source(2000)) {
      String before = "CREATE TABLE before AS SELECT * FROM customers";
      source.execute(before);
      try (Workload workload = Workload.start(source, 2000, 1)) {
        awaitCondition(() -> workload.done().commits() >= 1500 || workload.failure().isPresent());
        workload.stop();
        Workload.Done done = workload.done();
        assertThat(done.changes()).isGreaterThan(done.commits());
        assertThat(done.rollbacks()).isGreaterThan(10);
      }
      assertThat(count(source, "FROM before b WHERE NOT EXISTS (FROM_C c WHERE c.id = b.id)"))
          .as("deleted or moved")
          .isPositive();
      assertThat(count(source, "FROM customers c WHERE c.id > 2000")).as("new keys").isPositive();
      assertThat(
              count(
                  source,
                  "FROM before b JOIN customers c USING (id) WHERE c.balance <> b.balance AND"
                      + " c.notes = b.notes AND pg_column_toast_chunk_id(c.notes) IS NOT NULL"))
          .as("changed beside an untouched long note")
          .isPositive();
      assertThat(
              count(source, "FROM before b JOIN customers c USING (id) WHERE c.email <> b.email"))
          .as("replaced or swapped")
          .isPositive();
      assertThat(source.query(OUT_OF_LINE)).containsExactly("t");
      assertThat(count(source, "FROM customers WHERE id <= 0")).as("halves of swaps").isZero();
    }
  }

  @Test
  void shouldSayWhyWhenAClientFails() throws Exception {
    try (Database source = OldAndNew.source(1000);
        Workload workload = Workload.start(source, 1000, 1)) {
      source.execute("ALTER TABLE customers ADD CONSTRAINT nobody CHECK (id < 0) NOT VALID");
      awaitCondition(() -> workload.failure().isPresent());
      assertThatThrownBy(workload::stop).hasStackTraceContaining("nobody");
    }
  }

  @Test
  void shouldWriteNothingMoreOnceItIsStopped() throws Exception {
    try (Database source = OldAndNew.source(1000);
        Workload workload = Workload.start(source, 1000, 1)) {
      awaitCondition(() -> workload.done().commits() >= 10);
      workload.stop();
      List<String> clients =
          source.query(
              "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                  + " AND pid <> pg_backend_pid() AND state <> 'idle'");
      assertThat(clients).isEmpty();
      long commits = workload.done().commits();
      workload.stop();
      assertThat(workload.done().commits()).isEqualTo(commits);
    }
  }

  private static long count(Database database, String from) {
    String sql = "SELECT count(*) " + from.replace("FROM_C", "SELECT FROM customers");
    return Long.parseLong(database.query(sql).get(0));
  }

  private static void awaitCondition(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(10);
    }
  }
}
