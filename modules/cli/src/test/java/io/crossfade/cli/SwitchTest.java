package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.spec.SpecReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchTest {

  private static final String ACCEPTED =
      "reverse: [ { into: public.a, accept-loss: true,"
          + " select: \"SELECT id, owner, n FROM public.b\" } ]";

  @TempDir private Path directory;
  private Database source;
  private Database target;
  private SwitchedMigration m;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    m = new SwitchedMigration(directory, source, target, SharedSandbox.kafka().bootstrapServers());
    source.execute(
        "ALTER TABLE a ADD COLUMN kept text DEFAULT 'kept'",
        "INSERT INTO a (owner, n) SELECT -1, 1 FROM generate_series(1, 1000)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a write is lost or comes twice at a switch, an id is given out twice, an old column
   * that the new table lacks is not kept, or the flow that runs echoes.
   */
  @Test
  void shouldSwitchAndComeBackUnderWritesWithoutLosingOne() throws Exception {
    try (Job job = start();
        SwitchClients clients = m.clients(4)) {
      job.awaitCaughtUp();
      clients.awaitMore(500);
      assertThat(to(job, "cutover", "--yes")).isEqualTo(3);
      assertThat(m.err()).contains("public.b never compared", "`crossfade verify`");
      assertThat(to(job, "verify")).as(m.err()).isZero();

      assertThat(to(job, "cutover", "--dry-run")).as(m.err()).isZero();
      assertThat(m.err()).contains("fence the old tables", "decide:");
      assertThat(to(job, "cutover", "--rehearse", "--yes")).as(m.err()).isZero();
      assertThat(job.status().phase()).isEqualTo("FOLLOWING");
      clients.awaitMore(500);

      for (int round = 1; round <= 2; round++) {
        assertThat(to(job, "cutover", "--yes")).as(m.err()).isZero();
        assertThat(job.status().phase()).isEqualTo("REVERSED");
        clients.awaitMore(1_000);
        assertThat(job.status().serving()).isEqualTo("reads OLD, writes NEW");

        assertThat(to(job, "rollback", "--yes")).as(m.err()).isZero();
        assertThat(job.status().phase()).isEqualTo("FOLLOWING");
        clients.awaitMore(1_000);
        assertThat(to(job, "verify")).as(m.said()).isZero();
      }
      assertThat(to(job, "cutover", "--yes")).as(m.err()).isZero();
      clients.awaitMore(500);
      List<String> expected = clients.stop();
      assertThat(target.query("SELECT id, owner, n FROM b WHERE owner >= 0 ORDER BY id"))
          .isEqualTo(expected);
      m.awaitBoth(expected);
      assertThat(source.query("SELECT count(*) FROM a WHERE kept IS DISTINCT FROM 'kept'"))
          .containsExactly("0");
    }
  }

  /**
   * Fails where a transaction that holds an old table makes others wait, where a fence stays up
   * after it was given up, where two operators switch at once, or where nobody asks about a loss.
   */
  @Test
  @Tag("slow")
  void shouldGiveUpWhereATableIsNotToBeHadAndChangeNothing() throws Exception {
    target.execute("ALTER TABLE b ADD COLUMN extra text");
    try (Job job = start()) {
      job.awaitCaughtUp();
      assertThat(to(job, "verify")).as(m.err()).isZero();
      assertThat(to(job, "cutover", "--yes")).isEqualTo(3);
      assertThat(m.err())
          .contains("extra is not in the old table; what is written to it does not come back")
          .contains("`accept-loss: true`");
    }
    try (Job job = start(ACCEPTED);
        Connection holder =
            DriverManager.getConnection(source.jdbcUrl(), source.user(), source.password());
        SwitchClients clients = m.clients(1)) {
      job.awaitCaughtUp();
      assertThat(to(job, "verify")).as(m.err()).isZero();
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        // As who has written; but a slot on this server would wait for an id of a transaction.
        statement.execute("LOCK TABLE a IN ROW EXCLUSIVE MODE");
      }
      CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> orderWhile(job));
      assertThat(to(job, "cutover", "--yes")).as(m.err()).isEqualTo(5);
      assertThat(job.status().phase()).isEqualTo("FOLLOWING");
      assertThat(other.get()).contains("cutover runs already, since");
      assertThat(m.err())
          .contains(
              "the old tables could not be fenced", "pg_terminate_backend", "nothing was changed");
      clients.awaitMore(50);
      holder.rollback();
      assertThat(to(job, "rollback", "--yes")).isEqualTo(1);
      assertThat(m.err()).contains("writes are on the old tables already");
      assertThat(to(job, "cutover", "--yes")).as(m.err()).isZero();
      clients.awaitMore(50);
      clients.stop();
    }
  }

  /** What another operator is told while the switch is under way. */
  private String orderWhile(Job job) {
    try {
      while (!job.status().phase().equals("CUTTING_OVER")) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      new JobClient("127.0.0.1", job.api().getPort(), Optional.empty()).command("cutover", "{}");
      return "it was taken";
    } catch (NoJob | CommandRefused e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Job start(String wayBack) throws Exception {
    m.wayBack(wayBack);
    return start();
  }

  private Job start() throws Exception {
    return Job.start(SpecReader.read(m.spec(0), Map.of()).orThrow(), warning -> {});
  }

  /** A command to a running job. */
  private int to(Job job, String command, String... more) throws Exception {
    return m.to(job.api().getPort(), command, more);
  }
}
