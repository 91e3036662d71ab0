package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.SharedSandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9}, again and again, while rows come in and two instances share them. */
@Tag("slow")
class ApplyKillTest {

  /** Two JVMs start at once, beside a writer without a pause: minutes on a machine that is busy. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir private Path directory;
  private ApplyBench bench;
  private volatile boolean done;

  @BeforeEach
  void open() {
    bench = new ApplyBench(SharedSandbox.postgres18().createDatabase(), 4);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void shouldWriteEachRowOnceWhateverIsKilledWhen() throws Exception {
    long[] rows = {0};
    killWhile(
        () -> {
          insert(rows[0], rows[0] + 20);
          rows[0] += 20;
        },
        12,
        2_000,
        "new");
    bench.awaitAll(bench.start());
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(rows[0]);
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(rows[0]);
  }

  /**
   * Rows hand their names on to each other, each name of two words, while instances are killed:
   * what was claimed and who has a name is as exact as what is written.
   */
  @Test
  void shouldKeepWhoHasAKeyWhateverIsKilledWhen() throws Exception {
    bench
        .database()
        .execute("CREATE TABLE names (name text PRIMARY KEY, id bigint, amount integer)");
    int rows = 200;
    long[] turns = {0};
    killWhile(
        () -> {
          turn(rows, turns[0]++);
          pause(100);
        },
        12,
        2_000,
        "writes");
    long last = turns[0] - 1;
    bench.awaitAll(
        bench.start(
            bench.settings(
                bench.mapping(true),
                ApplyBench.byName(
                    bench.target().describe(new TableId("public", "names")).orElseThrow())),
            CommitHook.NONE));
    for (int id = 0; id < rows; id++) {
      long word = 2 * ((id + last) % rows);
      assertThat(
              bench
                  .database()
                  .query("SELECT name, amount FROM names WHERE id = " + id + " ORDER BY 1"))
          .as("row " + id + " after turn " + last)
          .containsExactlyInAnyOrder("w" + word + "|" + last, "w" + (word + 1) + "|" + last);
    }
    assertThat(bench.count("SELECT count(*) FROM names")).isEqualTo(2 * rows);
  }

  /**
   * Rows change whom they refer to and which group they are in, while instances are killed: what
   * has met whom, and what a group adds up to, is as exact as what is written.
   */
  @Test
  void shouldJoinAndAddUpWhateverIsKilledWhen() throws Exception {
    bench
        .database()
        .execute(
            "CREATE TABLE old (id bigint PRIMARY KEY, name text, amount integer)",
            "CREATE TABLE totals (name text PRIMARY KEY, n bigint, amount bigint, all_of json)");
    int rows = 50;
    long[] turns = {0};
    killWhile(
        () -> {
          regroup(rows, turns[0]++);
          pause(500);
        },
        6,
        500,
        "writes");
    bench.awaitAll(
        bench.start(
            bench.settings(
                bench.mapping(true),
                ApplyBench.totals(
                    bench.target().describe(new TableId("public", "totals")).orElseThrow())),
            CommitHook.NONE));
    for (int id = 0; id < rows; id++) {
      Row row = regrouped(id, rows, turns[0] - 1);
      if (row.get(1) != null) {
        bench
            .database()
            .execute(
                "INSERT INTO old VALUES (%s, '%s', %s)"
                    .formatted(row.get(0), row.get(1), row.get(2)));
      }
    }
    String columns = "SELECT name, n, amount, all_of::text FROM ";
    List<String> expected =
        bench.database().query(columns + "(" + ApplyBench.TOTALS + ") s ORDER BY name");
    assertThat(expected).hasSizeGreaterThan(5);
    assertThat(bench.database().query(columns + "totals ORDER BY name")).isEqualTo(expected);
  }

  /** Slower than it is applied, or the end would be minutes away. */
  private static void pause(long millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }

  /** One row in five is gone, another one each time; all others refer to another row. */
  private static Row regrouped(long id, int rows, long turn) {
    return (id + turn) % 5 == 0
        ? Row.of("" + id, null, null)
        : Row.of("" + id, "g" + (id * 7 + turn) % 11, "" + (id * 3 + turn) % rows);
  }

  private void regroup(int rows, long turn) {
    bench.raw.commit(
        () -> {
          for (int id = 0; id < rows; id++) {
            Row row = regrouped(id, rows, turn);
            Operation operation = row.get(1) == null ? Operation.DELETE : Operation.UPDATE;
            bench.raw.write(ApplyBench.OLD, operation, row);
          }
        });
  }

  /**
   * Two instances apply what is written; after more and more of it one of them is killed, and
   * another one started.
   */
  private void killWhile(Runnable write, int kills, int mostBetween, String counted)
      throws Exception {
    Random random = new Random(20261123);
    Process[] children = new Process[2];
    CompletableFuture<Void> writer = goOn(write);
    try {
      for (int i = 0; i < children.length; i++) {
        children[i] = ApplyChild.start(bench, directory.resolve("c" + i));
      }
      for (int kill = 0; kill < kills; kill++) {
        awaitMore(counted, random.nextInt(mostBetween), () -> goesOn(writer, children));
        int victim = random.nextInt(children.length);
        children[victim].destroyForcibly().waitFor();
        children[victim] = ApplyChild.start(bench, directory.resolve("k" + kill));
      }
    } finally {
      done = true;
      for (Process child : children) {
        child.destroyForcibly().waitFor();
      }
    }
    writer.get();
  }

  /** Again and again, until it is {@link #done}, beside all else. */
  private CompletableFuture<Void> goOn(Runnable write) {
    return CompletableFuture.runAsync(
        () -> {
          while (!done) {
            write.run();
          }
        },
        run -> new Thread(run, "writer").start());
  }

  /** All rows in one transaction: each has the names that another one had. */
  private void turn(int rows, long turn) {
    bench.raw.commit(
        () -> {
          for (int id = 0; id < rows; id++) {
            long word = 2 * ((id + turn) % rows);
            bench.raw.write(
                ApplyBench.OLD,
                Operation.UPDATE,
                Row.of("" + id, "w" + word + " w" + (word + 1), "" + turn));
          }
        });
  }

  /** A kill in the middle of commits, not before the first. */
  private void awaitMore(String table, int more, BooleanSupplier goesOn) {
    String count = "SELECT count(*) FROM public." + table;
    long before = bench.count(count);
    Eventually.until(
        more + " more rows of " + table + " than " + before,
        PATIENCE,
        () -> !goesOn.getAsBoolean() || bench.count(count) > before + more,
        () -> bench.count(count) + "; of the instances: " + children());
    assertThat(goesOn.getAsBoolean()).as("nobody ends by himself: %s", children()).isTrue();
  }

  private static boolean goesOn(CompletableFuture<Void> writer, Process... children) {
    if (writer.isDone()) {
      writer.join();
    }
    return Stream.of(children).allMatch(Process::isAlive);
  }

  /**
   * It stood still between asking the target and asking Kafka; meanwhile another instance took its
   * partitions and went on with them. Fails where it takes what Kafka says then for an offset that
   * somebody has moved forward.
   */
  @Test
  void shouldNotTakeAnothersProgressForAnErrorAfterItHasStoodStill() throws Exception {
    Path log = directory.resolve("still.log");
    Process still =
        ApplyChild.start(bench, directory.resolve("still"), "-Dcrossfade.fault=after-claim:1:stop");
    try {
      Eventually.until(
          "it stands still", PATIENCE, () -> text(log).contains("standing still"), () -> still);
      insert(0, 1_000);
      Apply other = bench.start();
      bench.awaitAll(other);
      new ProcessBuilder("kill", "-CONT", "" + still.pid()).start().waitFor();
      // It finds out, and joins again; the partitions are shared then, or it has none of them.
      insert(1_000, 2_000);
      bench.awaitAll(other);
      other.close();
      insert(2_000, 3_000);
      Eventually.until(
          "it goes on alone",
          PATIENCE,
          () -> bench.count("SELECT count(*) FROM public.new") == 3_000,
          () -> text(log));
      assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(3_000);
    } finally {
      still.destroyForcibly().waitFor();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The ends of their logs, the last one first. */
  private String children() {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted(Comparator.comparing((Path file) -> file.toFile().lastModified()).reversed())
          .limit(3)
          .map(file -> "\n" + file.getFileName() + ":\n" + end(text(file)))
          .collect(Collectors.joining());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - 2_000));
  }

  private void insert(long from, long to) {
    bench.raw.commit(
        () -> {
          for (long i = from; i < to; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("" + i, "n" + i, "1"));
          }
        });
  }
}
