package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.server.Status;
import io.crossfade.spec.SpecReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Source and broker do not answer for more than a minute: the job waits, says so, and goes on. */
@Timeout(400)
@Tag("slow")
@Tag("long")
class OutageTest {

  private static final Duration OUTAGE = Duration.ofSeconds(65);

  @TempDir private Path directory;

  /**
   * Fails where the status is silent while something is tried again, where it counts from the last
   * try, and where one of the waits has no end.
   */
  @Test
  void shouldSayForWhomItWaitsAndSinceWhenAndGoOnByItself() throws Exception {
    try (PostgresServer server =
            PostgresServer.start(PostgresOptions.of(PostgresVersion.V15).fastAndUnsafe());
        KafkaBroker broker = KafkaBroker.start(KafkaOptions.temporary().withHeap("384m"));
        Database target = SharedSandbox.postgres18().createDatabase()) {
      Database source = server.createDatabase();
      source.execute(
          "CREATE TABLE a (id int PRIMARY KEY, s text)",
          "INSERT INTO a SELECT i, 'x' FROM generate_series(1, 500) i");
      target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
      try (Job job =
          Job.start(
              SpecReader.read(spec(source, target, broker), Map.of()).orThrow(), warning -> {})) {
        job.awaitCaughtUp();

        server.pause();
        try {
          awaitOutage(job, "source");
        } finally {
          server.resume();
        }
        source.execute("UPDATE a SET s = 'after the source' WHERE id <= 100");
        assertEqual(job, source, target);

        broker.pause();
        try {
          source.execute("UPDATE a SET s = 'while the broker is away' WHERE id > 400");
          awaitOutage(job, "Kafka");
        } finally {
          broker.resume();
        }
        assertEqual(job, source, target);
        assertThat(job.status().resumed()).as("terms that were begun").isLessThan(8);
      }
    }
  }

  /** Until the status has counted to the whole length of it. */
  private static void awaitOutage(Job job, String whom) throws InterruptedException {
    Pattern counted = Pattern.compile(".*, for ([0-9]+) s");
    long begin = System.nanoTime();
    for (long said = 0; said < OUTAGE.toSeconds() - 10; ) {
      TimeUnit.MILLISECONDS.sleep(500);
      Status status = job.status();
      assertThat(status.blockedBy()).isEmpty();
      Matcher matcher = counted.matcher(status.waitingFor().orElse(""));
      if (matcher.matches()) {
        said = Long.parseLong(matcher.group(1));
      }
      Duration since = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(since)
          .as("status says %s", status.waitingFor())
          .isLessThan(OUTAGE.plusSeconds(30));
      if (since.toSeconds() > 40) {
        assertThat(status.waitingFor().orElse("")).contains(whom).matches(counted);
      }
    }
  }

  private static void assertEqual(Job job, Database source, Database target) throws Exception {
    job.awaitBarrier();
    String rows = "SELECT count(*), sum(hashtext(id || s)) FROM ";
    assertThat(target.query(rows + "b")).isEqualTo(source.query(rows + "a"));
  }

  private Path spec(Database source, Database target, KafkaBroker broker) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: 0 }
        tables:
          - { into: public.b, from: public.a }
        """
            .formatted(
                "o" + UUID.randomUUID().toString().substring(0, 8),
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                broker.bootstrapServers()));
  }
}
