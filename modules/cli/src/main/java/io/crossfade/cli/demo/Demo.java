package io.crossfade.cli.demo;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import io.crossfade.verify.VerificationReport;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * {@code crossfade demo}: fills an old billing model, writes to it all the time, migrates it live
 * into a new one, and verifies that they agree.
 *
 * <p>Standard output gets the summary, standard error the progress. All servers and files are
 * temporary; nothing is left, however it ends.
 */
public final class Demo {

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

  /** Who presses Ctrl-C does not want to wait; nothing here is worth a clean end. */
  private static final Duration CLOSE_AT_ONCE = Duration.ofSeconds(3);

  private static final int INTERRUPTED = 130;

  private final DemoJob.Factory jobs;
  private final PrintStream out;
  private final DemoOptions options;
  private final Screen screen;
  private final Cleanup cleanup = new Cleanup();

  /**
   * A demo, to be run once.
   *
   * @param jobs starts the migration
   * @param out standard output, in UTF-8
   * @param err standard error, in UTF-8
   * @param terminal whether {@code err} is a terminal that understands ANSI sequences
   */
  public Demo(
      DemoJob.Factory jobs,
      PrintStream out,
      PrintStream err,
      boolean terminal,
      DemoOptions options) {
    this.jobs = Objects.requireNonNull(jobs, "jobs");
    this.out = Objects.requireNonNull(out, "out");
    this.options = Objects.requireNonNull(options, "options");
    this.screen = new Screen(err, terminal);
  }

  /**
   * Runs it. Blocks for the time that the clients write and some more; with {@code hold} until the
   * thread is interrupted or the process ends.
   *
   * @return 0 when the new model is equal to the old one, and where writes were switched none is
   *     lost, 1 when not or when something failed, 130 when interrupted before that was known
   */
  public int run() {
    Thread hook = new Thread(this::endAtOnce, "demo-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return play() ? 0 : 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return INTERRUPTED;
    } catch (Exception e) {
      screen.line("The demo has failed: " + reasons(e));
      return 1;
    } finally {
      end(hook);
    }
  }

  private void endAtOnce() {
    screen.mute();
    // What cannot be closed in that time ends with this process.
    cleanup.close(CLOSE_AT_ONCE);
  }

  private void end(Thread hook) {
    // Ends a server also where the thread was interrupted; waiting for it would fail otherwise.
    boolean interrupted = Thread.interrupted();
    cleanup
        .close(interrupted ? CLOSE_AT_ONCE : CLOSE_WITHIN)
        .forEach(e -> screen.line("Not closed cleanly: " + reasons(e)));
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already: then the hook runs, and there is nothing to remove.
      screen.mute();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean play() throws Exception {
    Servers servers = Servers.start(cleanup, screen);
    Database source = servers.source();
    fill(source);
    Database target = servers.target();
    try (Connection connection = target.connect()) {
      BillingModel.createNew(connection);
    }
    Path file = writeSpec(source, target, servers.kafka(), options.cutover());
    Spec spec = SpecReader.read(file, Map.of()).orThrow();

    Stopwatch writing = Stopwatch.start();
    Workload workload = cleanup.open(() -> Workload.start(source, options.rows(), options.seed()));
    screen.line("%d clients write to the old tables".formatted(Workload.CLIENTS));
    Stopwatch starting = Stopwatch.start();
    DemoJob job = cleanup.open(() -> jobs.start(spec));
    screen.done("Migration started", starting);
    Duration copying = new Backfill(job, workload, writing, screen).watch(options.writing());
    Corruption corruption = Corruption.show(target, job, options.rows(), screen);
    workload.stop();
    Duration written = writing.elapsed();

    Stopwatch barrier = Stopwatch.start();
    job.awaitBarrier();
    screen.done("Clients stopped; target at a barrier", barrier);
    Stopwatch verifying = Stopwatch.start();
    VerificationReport report = job.verify(List.of());
    screen.done("Verified: each SELECT by the old database, each table by the new one", verifying);
    List<String> differing = report.differences() == 0 ? List.of() : job.differences();
    Summary summary =
        new Summary(
            job.statistics(), workload.done(), copying, written, corruption, report, differing);
    summary.print(out);
    boolean success = summary.success();
    if (success && options.cutover()) {
      Passage passage = Passage.show(source, target, job, !options.hold(), screen, cleanup);
      passage.print(out);
      success = passage.success();
    }
    if (options.hold()) {
      hold(source, target, servers.kafka(), job, file);
    }
    return success;
  }

  private void fill(Database source) throws SQLException {
    Stopwatch filling = Stopwatch.start();
    try (Connection connection = source.connect()) {
      BillingModel.createOld(connection, options.rows());
    }
    screen.done("Three old tables of %,d rows".formatted(options.rows()), filling);
  }

  /** Beside the broker's files: they are deleted even when this process is killed. */
  private static Path writeSpec(
      Database source, Database target, KafkaBroker kafka, boolean waysBack) throws IOException {
    Path file = kafka.logFile().resolveSibling("migration.yaml");
    String spec =
        BillingModel.spec(access(source), access(target), kafka.bootstrapServers(), freePort());
    return Files.writeString(file, waysBack ? BillingModel.withWaysBack(spec) : spec);
  }

  private static BillingModel.Access access(Database database) {
    return new BillingModel.Access(database.jdbcUrl(), database.user(), database.password());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void hold(Database source, Database target, KafkaBroker kafka, DemoJob job, Path file) {
    out.println();
    out.println("The migration goes on: change the old model, look at the new one.");
    out.println("old model  " + psql(source));
    out.println("new model  " + psql(target));
    out.println("kafka      " + kafka.bootstrapServers());
    out.println("status     " + job.api() + "   or: crossfade status -f " + file);
    out.println("Ctrl-C ends all of it.");
    out.flush();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // What the demo had to show is shown: this is how it ends.
      Thread.currentThread().interrupt();
    }
  }

  private static String psql(Database database) {
    return "PGPASSWORD=%s psql -h 127.0.0.1 -p %d -U %s %s"
        .formatted(database.password(), database.server().port(), database.user(), database.name());
  }

  /** What each exception of the chain says, the outermost first. */
  private static String reasons(Throwable failure) {
    List<String> reasons = new ArrayList<>();
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      // Many wrap a cause and repeat its words.
      if (reasons.isEmpty() || !reasons.get(reasons.size() - 1).contains(reason)) {
        reasons.add(reason);
      }
    }
    return String.join(": ", reasons);
  }
}
