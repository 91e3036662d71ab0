package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code scripts/bench.sh}: moves the same rows and changes by PostgreSQL alone and by us. */
@Command(
    name = "bench",
    description = {
      "Copies rows and follows changes between two PostgreSQL servers, in turn by PostgreSQL alone",
      "and by Crossfade. Prints both and their ratio. Exit code 3 when a floor is missed."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {

  private static final double BACKFILL_FLOOR = 0.25;
  private static final double CHANGES_FLOOR = 0.4;
  private static final int FLOOR_MISSED = 3;

  @Option(names = "--rows", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private long rows;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "how often each is measured, in turn; default: ${DEFAULT-VALUE}")
  private int rounds;

  @Spec private CommandSpec command;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    Workload workload = new Workload(rows);
    Comparison backfill = new Comparison(out, "backfill", "COPY | COPY", BACKFILL_FLOOR, rows);
    Comparison changes = new Comparison(out, "changes", "native replication", CHANGES_FLOOR, rows);
    Path directory = Files.createTempDirectory("crossfade-bench-");
    try (PostgresServer source = PostgresServer.start(options());
        PostgresServer target = PostgresServer.start(options())) {
      printMachine(out, source);
      for (int round = 1; round <= rounds; round++) {
        out.printf("round %d of %d%n", round, rounds);
        out.flush();
        peer(workload, round, source, target, backfill, changes);
        double withStart = crossfade(workload, directory, round, source, target, backfill, changes);
        out.printf(
            "          (the backfill took %.2f s with the start of job and broker)%n", withStart);
        out.flush();
      }
    } finally {
      delete(directory);
    }
    out.printf("%nmedians of %d%n%s%n%s%n", rounds, backfill, changes);
    out.flush();
    return backfill.isHeld() && changes.isHeld() ? CommandLine.ExitCode.OK : FLOOR_MISSED;
  }

  private static void peer(
      Workload workload,
      int round,
      PostgresServer source,
      PostgresServer target,
      Comparison backfill,
      Comparison changes)
      throws Exception {
    try (Database old = source.createDatabase("native_" + round);
        Database now = target.createDatabase("native_" + round)) {
      prepare(workload, old, now);
      backfill.theirs(Native.copy(workload, old, now));
      checkpoint(old, now);
      changes.theirs(Native.changes(workload, old, now));
      workload.requireEqual("PostgreSQL", old, now);
    }
  }

  /** Returns the seconds of the backfill with the start of job and broker. */
  private static double crossfade(
      Workload workload,
      Path directory,
      int round,
      PostgresServer source,
      PostgresServer target,
      Comparison backfill,
      Comparison changes)
      throws Exception {
    try (Database old = source.createDatabase("crossfade_" + round);
        Database now = target.createDatabase("crossfade_" + round)) {
      prepare(workload, old, now);
      Path work = directory.resolve("bench-" + round);
      Migrated migrated = Migrated.run(workload, work, freePort(), old, now);
      backfill.ours(migrated.backfill());
      changes.ours(migrated.changes());
      workload.requireEqual("Crossfade", old, now);
      delete(work);
      return migrated.backfillWithStart().seconds();
    }
  }

  private static void prepare(Workload workload, Database old, Database now) {
    workload.createFilledTable(old);
    workload.createTable(now);
    checkpoint(old, now);
  }

  /** What was written before must not be paid for by what is measured next. */
  private static void checkpoint(Database... databases) {
    for (Database database : databases) {
      database.execute("CHECKPOINT");
    }
  }

  /** As a server for real, durable; but nothing of its own accord gets into the measured time. */
  private static PostgresOptions options() {
    return PostgresOptions.of(PostgresVersion.V18)
        .with("autovacuum", "off")
        .with("shared_buffers", "512MB")
        .with("max_wal_size", "8GB")
        .with("checkpoint_timeout", "1h");
  }

  private void printMachine(PrintWriter out, PostgresServer server) {
    out.printf(
        "%,d rows, 7 columns; PostgreSQL %s, Kafka %s, Java %s, %d cores%n",
        rows,
        server.database().query("SHOW server_version").get(0),
        AppInfoParser.getVersion(),
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + directory, e);
    }
  }
}
