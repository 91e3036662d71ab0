package io.crossfade.postgres.switching;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.switching.OpenTransactions;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenTransactionsTest {

  private static final TableId T = new TableId("public", "t");
  private static final TableId P = new TableId("public", "p");

  private Database database;
  private Sessions sessions;

  @BeforeEach
  void open() {
    database = SharedSandbox.postgres18().createDatabase();
    sessions = new Sessions(database);
    database.execute(
        "CREATE TABLE t (id int)",
        "CREATE TABLE p (id int) PARTITION BY LIST (id)",
        "CREATE TABLE p1 PARTITION OF p DEFAULT");
  }

  @AfterEach
  void close() throws SQLException {
    sessions.close();
    database.close();
  }

  private OpenTransactions transactions(String user, String password) {
    return new PostgresSwitching(new PostgresAddress(database.jdbcUrl(), user, password), "m")
        .openTransactions();
  }

  private List<OpenTransaction> olderThan(Duration limit) {
    return transactions(database.user(), database.password()).olderThan(limit, Set.of(T, P));
  }

  /** Fails where the limit is not looked at, or a part of a table is not the table. */
  @Test
  void shouldListThoseThatAreOlderThanTheLimitWithWhatTheyHold() throws SQLException {
    sessions.within("reader", "SELECT * FROM t");
    sessions.within("writer", "INSERT INTO p1 VALUES (1)", "INSERT INTO t VALUES (1)");
    sessions.session("idle");
    assertThat(olderThan(Duration.ofHours(1)))
        .extracting(OpenTransaction::application)
        .doesNotContain("reader", "writer");

    List<OpenTransaction> found = olderThan(Duration.ZERO);
    assertThat(found)
        .extracting(OpenTransaction::application)
        .contains("reader", "writer")
        .doesNotContain("idle", "crossfade switch")
        .containsSubsequence("reader", "writer");
    for (OpenTransaction one : found) {
      if (one.application().equals("writer")) {
        assertThat(one.holds()).containsExactly(P, T);
        assertThat(one.user()).isEqualTo("postgres");
        assertThat(one.database()).isEqualTo(database.name());
        assertThat(one.state()).startsWith("idle in transaction");
        assertThat(one.statementBegan().orElseThrow()).isAfter(one.began().orElseThrow());
        assertThat(one.toString()).contains("writer", "holds public.p, public.t");
        sessions.outcome(one.end());
      } else if (one.application().equals("reader")) {
        assertThat(one.holds()).isEmpty();
      }
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (olderThan(Duration.ZERO).stream().anyMatch(one -> one.application().equals("writer"))) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  /** Fails where only sessions are looked at, and where their locks are looked for by pid. */
  @Test
  void shouldListPreparedTransactions() throws SQLException {
    Connection app = sessions.session();
    String gid = "gid-" + database.name();
    Sessions.run(app, "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION '" + gid + "'");
    // Its session goes on with other things.
    app.setAutoCommit(false);
    Sessions.run(app, "INSERT INTO p VALUES (1)");
    try {
      assertThat(olderThan(Duration.ZERO))
          .filteredOn(one -> one.name().contains(gid))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.holds()).containsExactly(T);
                assertThat(one.state()).isEqualTo("prepared");
                assertThat(one.database()).isEqualTo(database.name());
              });
    } finally {
      app.rollback();
      app.setAutoCommit(true);
      Sessions.run(app, "ROLLBACK PREPARED '" + gid + "'");
    }
  }

  /** To make a slot waits for these too. Fails where only one's own database is looked at. */
  @Test
  void shouldListThoseOfOtherDatabases() throws SQLException {
    try (Database other = SharedSandbox.postgres18().createDatabase();
        Sessions there = new Sessions(other)) {
      other.execute("CREATE TABLE t (id int)");
      there.within("elsewhere", "INSERT INTO t VALUES (1)");
      assertThat(olderThan(Duration.ZERO))
          .filteredOn(one -> one.application().equals("elsewhere"))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.database()).isEqualTo(other.name());
                assertThat(one.holds()).isEmpty();
              });
    }
  }

  /** Fails where what is hidden is taken for young. */
  @Test
  void shouldListThoseOfWhichItMaySeeLittle() throws SQLException {
    String role = "r_" + database.name();
    database.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'x'");
    try {
      sessions.within("writer", "INSERT INTO t VALUES (1)");
      assertThat(transactions(role, "x").olderThan(Duration.ofHours(1), Set.of(T)))
          .filteredOn(one -> one.holds().contains(T))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.name()).startsWith("pid ");
                assertThat(one.began()).isEmpty();
                assertThat(one.state()).isEqualTo("?");
              });
    } finally {
      database.execute("DROP ROLE " + role);
    }
  }
}
