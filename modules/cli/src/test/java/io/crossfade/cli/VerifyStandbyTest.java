package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sandbox.TcpProxy;
import io.crossfade.server.JobClient;
import io.crossfade.spec.SpecReader;
import io.crossfade.verify.Reports;
import io.crossfade.verify.VerificationReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Verification whose SELECTs are executed by a physical standby: {@code source.read-from}. */
@Timeout(180)
@Tag("slow")
class VerifyStandbyTest {

  private static final PostgresOptions OPTIONS =
      PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe();

  @TempDir private Path directory;
  private final String migration = "y" + UUID.randomUUID().toString().substring(0, 8);
  private final PostgresServer primary = PostgresServer.start(OPTIONS);
  private final PostgresServer standby = PostgresServer.startStandbyOf(primary, OPTIONS);
  private final TcpProxy network = TcpProxy.open();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() throws Exception {
    network.forwardTo(standby.port());
    source = primary.createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 's' || i FROM generate_series(1, 5000) i");
    target.execute("CREATE TABLE a (id int PRIMARY KEY, s text)");
    awaitReplayed();
  }

  @AfterEach
  void close() {
    network.close();
    target.close();
    standby.close();
    primary.close();
  }

  /**
   * Fails where the primary is read instead (then there is no suspect), and where what a standby
   * shows is taken for all that the primary has committed.
   */
  @Test
  void shouldNotTakeAStandbyThatIsBehindForADifference() throws Exception {
    try (Job job = Job.start(SpecReader.read(spec(0), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();
      standby.database().query("SELECT pg_wal_replay_pause()");
      source.execute(
          "UPDATE a SET s = 'newer' WHERE id = 1",
          "DELETE FROM a WHERE id = 2",
          "INSERT INTO a VALUES (-1, 'new')");
      job.awaitBarrier();
      Path spec = spec(job.api().getPort());
      CompletableFuture<VerifyRound> round = CompletableFuture.supplyAsync(() -> verify(spec));
      awaitSuspects(job, 3, round);
      // Whoever decides without the standby's having caught up, has done so by then.
      for (int i = 0; i < 3; i++) {
        job.awaitBarrier();
      }
      standby.database().query("SELECT pg_wal_replay_resume()");
      assertThat(round.get().code()).as(round.get().printed()).isZero();
      assertThat(round.get().report().at("/tables/0/suspects").asInt()).isEqualTo(3);
    }
  }

  /** Fails where a standby that cannot be reached is one without rows, or one that is equal. */
  @Test
  void shouldFindWhatIsPlantedAndBeIncompleteWhileTheStandbyIsAway() throws Exception {
    try (Job job = Job.start(SpecReader.read(spec(0), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();
      Path spec = spec(job.api().getPort());
      target.execute(
          "UPDATE a SET s = 'S3' WHERE id = 3",
          "DELETE FROM a WHERE id = 4",
          "INSERT INTO a VALUES (-5, 's')");
      VerifyRound different = verify(spec);
      assertThat(different.code()).as(different.printed()).isEqualTo(3);
      assertThat(different.found())
          .containsExactlyInAnyOrder(
              "public.a 3 value [s]", "public.a 4 missing []", "public.a -5 extra []");

      network.refuse();
      network.reset();
      VerifyRound away = verify(spec);
      assertThat(away.code()).as(away.printed()).isEqualTo(1);
      assertThat(away.outcomes()).containsExactly("incomplete");
      assertThat(away.found()).isEmpty();
      network.pass();

      source.execute("UPDATE a SET s = s WHERE id IN (3, 4)");
      target.execute("DELETE FROM a WHERE id = -5");
      job.awaitBarrier();
      VerifyRound equal = verify(spec);
      assertThat(equal.code()).as(equal.printed()).isZero();
    }
  }

  private VerifyRound verify(Path spec) {
    try {
      return VerifyRound.of(spec, directory);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitSuspects(Job job, int wanted, Future<?> end) throws Exception {
    JobClient client = new JobClient("127.0.0.1", job.api().getPort(), Optional.empty());
    while (!end.isDone() && suspects(client) < wanted) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** None before there is a verification, and before it has come to a table. */
  private static long suspects(JobClient client) throws InterruptedException {
    try (InputStream in = client.document("verification")) {
      VerificationReport report = Reports.read(in.readAllBytes());
      return report.tables().stream().mapToLong(table -> table.suspects()).sum();
    } catch (IOException | io.crossfade.server.CommandRefused e) {
      return 0;
    }
  }

  private void awaitReplayed() throws InterruptedException {
    String end = source.query("SELECT pg_current_wal_lsn()").get(0);
    while (!standby
        .database()
        .query("SELECT pg_last_wal_replay_lsn() >= '" + end + "'")
        .equals(List.of("t"))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private Path spec(int port) throws IOException {
    Path file = directory.resolve("m" + port + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source:
          connector: postgres
          url: "%s"
          username: "%s"
          password: "%s"
          read-from: "jdbc:postgresql://127.0.0.1:%d/%s"
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables: [ { into: public.a, from: public.a } ]
        server: { port: %d }
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                network.port(),
                source.name(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                port));
    return file;
  }
}
