package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An hour's worth of writes in minutes, verified round after round. {@code -Dsoak.minutes=5} makes
 * it longer; what came of it is in {@code target/soak.txt}.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
@Tag("slow")
@Tag("long")
class VerifySoakTest {

  static final int ROWS = 100_000;

  /** Rows up to here are never written. */
  static final int STILL = 10_000;

  /** So many rows behind them are written all the time. */
  static final int HOT = 30;

  /** Rows with a large value. */
  static final int LARGE = 1_000;

  private static final double CHANGES_PER_SECOND = 2_000;

  /** With fewer, this would say nothing. */
  private static final double LEAST_CHANGES_PER_SECOND = CHANGES_PER_SECOND / 4;

  private static final Duration LENGTH =
      Duration.ofSeconds(
          Math.round(60 * Double.parseDouble(System.getProperty("soak.minutes", "1.25"))));

  /** New tables and their SELECTs. */
  private static final Map<String, String> TABLES =
      Map.of(
          "b", "SELECT id, s, t, n FROM public.a WHERE NOT gone",
          "x", "SELECT * FROM public.w",
          "c", "SELECT * FROM public.c",
          "l", "SELECT * FROM public.l",
          "m", "SELECT * FROM public.m");

  private static final String[] OLD = {
    "CREATE TABLE a (id int PRIMARY KEY, s text, t text, n numeric(12,3), gone bool NOT NULL"
        + " DEFAULT false)",
    "INSERT INTO a SELECT i, 's' || i, 't' || i, i / 8.0 FROM generate_series(1, " + ROWS + ") i",
    "CREATE TABLE w (k text COLLATE \"und-x-icu\" PRIMARY KEY, v int, f float8)",
    "INSERT INTO w SELECT 'Key' || i, i, '-0' FROM generate_series(1, " + 2 * STILL + ") i",
    "CREATE TABLE c (p int, q int, v int, PRIMARY KEY (p, q))",
    "INSERT INTO c SELECT i, 1, 0 FROM generate_series(1, " + 2 * STILL + ") i",
    "CREATE TABLE l (id int PRIMARY KEY, large text STORAGE EXTERNAL, v int)",
    "INSERT INTO l SELECT i, repeat(md5(i::text), 128), 0 FROM generate_series(1, " + LARGE + ") i",
    "CREATE TABLE m (id int PRIMARY KEY, v bigint)",
    "INSERT INTO m SELECT i, 1000 FROM generate_series(1, " + LARGE + ") i",
    "ANALYZE"
  };

  private static final String[] NEW = {
    "CREATE TABLE b (id bigint PRIMARY KEY, s text, t text, n numeric)",
    "CREATE TABLE x (k text COLLATE \"C\" PRIMARY KEY, v int, f float8)",
    "CREATE TABLE c (p int, q int, v int, PRIMARY KEY (p, q))",
    "CREATE TABLE l (id int PRIMARY KEY, large text, v int)",
    "CREATE TABLE m (id int PRIMARY KEY, v bigint)"
  };

  private static final String[] CORRUPTIONS = {
    "DELETE FROM b WHERE id = 1",
    "INSERT INTO b VALUES (-5, 's', 't', 0)",
    "UPDATE b SET s = 'S2' WHERE id = 2",
    "UPDATE b SET s = CASE id WHEN 3 THEN 's4' ELSE 's3' END WHERE id IN (3, 4)",
    "UPDATE b SET s = t, t = s WHERE id = 5",
    "UPDATE b SET n = round(n, 1) WHERE id = 7",
    "UPDATE b SET s = 's8' WHERE id = 8",
    "DELETE FROM x WHERE k = 'Key11'",
    "UPDATE c SET q = 2 WHERE p = 12"
  };

  private static final String[] FOUND = {
    "public.b 1 missing []",
    "public.b -5 extra []",
    "public.b 2 value [s]",
    "public.b 3 value [s]",
    "public.b 4 value [s]",
    "public.b 5 value [s, t]",
    "public.b 7 precision [n]",
    "public.b 8 stale [s]",
    "public.x Key11 missing []",
    "public.c 12,1 missing []",
    "public.c 12,2 extra []"
  };

  @TempDir private Path directory;
  private final String migration = "s" + UUID.randomUUID().toString().substring(0, 8);
  private final List<String> lines = new ArrayList<>();
  private Database source;
  private Database target;

  /** Of rounds in which nothing was planted: rows in flight, each of which had to be cleared. */
  private long suspects;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(OLD);
    target.execute(NEW);
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a row in flight is reported (no barrier, no line, values for versions), where hot
   * rows are called equal, where a planted row is not seen for all the others, and where anything
   * is left over when writes have ended.
   */
  @Test
  void shouldRaiseNoFalseAlarmAndMissNothingAtTwoThousandChangesASecond() throws Exception {
    try (Job job = Job.start(SpecReader.read(spec(0), Map.of()).orThrow(), warning -> {})) {
      Path spec = spec(job.api().getPort());
      job.awaitCaughtUp();
      source.execute("UPDATE a SET s = 'newer' WHERE id = 8");
      job.awaitBarrier();
      SoakWriters writers = new SoakWriters(source, CHANGES_PER_SECOND);
      try (writers) {
        rounds(job, spec, writers);
      }
      long stopped = System.nanoTime();
      job.awaitBarrier();
      double behind = (System.nanoTime() - stopped) / 1e9;
      long begun = System.nanoTime();
      VerifyRound last = VerifyRound.of(spec, directory);
      line("after the last write", begun, last);
      write(writers, behind);

      assertThat(last.code()).as(last.printed()).isZero();
      assertThat(last.outcomes()).hasSize(TABLES.size() + 1).containsOnly("equal");
      assertThat(last.report().path("found")).isEmpty();
      assertThat(suspects).as("rows in flight that were looked at again").isPositive();
      assertThat(writers.changesPerSecond()).isGreaterThan(LEAST_CHANGES_PER_SECOND);
      TABLES.forEach(this::requireEqual);
    }
  }

  /** With something planted in every other round; until time is up. */
  private void rounds(Job job, Path spec, SoakWriters writers) throws Exception {
    long end = System.nanoTime() + LENGTH.toNanos();
    for (int i = 0; i < 2 || System.nanoTime() < end; i++) {
      boolean planted = i % 2 == 0;
      if (planted) {
        target.execute(CORRUPTIONS);
      }
      long begun = System.nanoTime();
      VerifyRound round = VerifyRound.of(spec, directory);
      line("round " + (i + 1) + (planted ? ", planted" : ""), begun, round);
      writers.check();
      assertThat(round.found())
          .as("round %d: %s", i + 1, round.printed())
          .containsExactlyInAnyOrder(planted ? FOUND : new String[0]);
      assertThat(round.why())
          .as("nothing else keeps a table from its end")
          .allSatisfy(why -> assertThat(why).matches("\\d+ rows changed so often.*"));
      assertThat(round.sum("/expectedRows")).isGreaterThan(ROWS / 2);
      assertThat(round.outcomes().get(TABLES.size())).as("the check").isNotEqualTo("different");
      if (planted) {
        heal(job);
      } else {
        suspects += round.sum("/suspects");
      }
    }
  }

  /** Written again at the source all is as it should be; what it never had is deleted by hand. */
  private void heal(Job job) throws Exception {
    source.execute(
        "UPDATE a SET s = s WHERE id < 10",
        "UPDATE w SET v = v WHERE k = 'Key11'",
        "UPDATE c SET v = v WHERE p = 12");
    target.execute("DELETE FROM b WHERE id = -5", "DELETE FROM c WHERE q = 2");
    job.awaitBarrier();
  }

  /** Not by the verification's own means. */
  private void requireEqual(String into, String select) {
    String sum =
        "SELECT count(*), sum(('x' || left(md5(e::text), 15))::bit(60)::bigint) FROM %s AS e";
    assertThat(target.query(sum.formatted(into)))
        .as(into)
        .isEqualTo(source.query(sum.formatted("(" + select + ")")));
  }

  private void line(String what, long begun, VerifyRound round) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %,.0f s, exit %d, %s, %,d rows, %,d suspects, %d hot, %d found",
            what,
            (System.nanoTime() - begun) / 1e9,
            round.code(),
            round.outcomes(),
            round.sum("/expectedRows"),
            round.sum("/suspects"),
            round.hot(),
            round.found().size()));
  }

  private void write(SoakWriters writers, double behind) throws Exception {
    lines.add(
        String.format(
            Locale.ROOT,
            "%,.0f s, %,.0f changes/s in %,.0f transactions/s; at a barrier %.1f s after the last"
                + " write; %d cores",
            writers.seconds(),
            writers.changesPerSecond(),
            writers.transactionsPerSecond(),
            behind,
            Runtime.getRuntime().availableProcessors()));
    Files.createDirectories(Path.of("target"));
    Files.write(Path.of("target", "soak.txt"), lines);
  }

  private Path spec(int port) throws Exception {
    StringBuilder tables = new StringBuilder();
    TABLES.forEach(
        (into, select) ->
            tables
                .append("  - { into: public.")
                .append(into)
                .append(", select: \"")
                .append(select)
                .append("\" }\n"));
    Path file = directory.resolve("m" + port + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables:
        %schecks:
          - { name: money, source: "SELECT sum(v) FROM m", target: "SELECT sum(v) FROM m" }
        server: { port: %d }
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                tables,
                port));
    return file;
  }
}
