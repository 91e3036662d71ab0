package io.crossfade.bench;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What Crossfade does: one migration with a broker of its own.
 *
 * @param backfill from the first chunk until the target has all rows, a barrier says
 * @param backfillWithStart the same from before the job is started, with its broker
 * @param changes from the first statement until the target has all changes, a barrier says
 */
record Migrated(Measured backfill, Measured backfillWithStart, Measured changes) {

  private static final String SPEC =
      """
      migration: %s
      source: { connector: postgres, url: "%s", username: "%s", password: "${env:SOURCE_PASSWORD}" }
      target: { connector: postgres, url: "%s", username: "%s", password: "${env:TARGET_PASSWORD}" }
      kafka: { embedded: ./kafka }
      tables:
        - into: public.events
          select: SELECT id, name, email, note, created_at, amount, data FROM public.events
      server: { port: %d }
      """;

  /** Runs a migration in a directory of its own, until the target has all changes. */
  static Migrated run(Workload workload, Path directory, int port, Database source, Database target)
      throws SpecException, IOException, SQLException, InterruptedException {
    Spec spec = spec(directory, port, source, target);
    ExecutorService watcher = Executors.newSingleThreadExecutor();
    Measured.Stopwatch start = Measured.start();
    Future<Measured.Stopwatch> firstChunk = watcher.submit(() -> firstChunk(source));
    try (Job job = Job.start(spec, warning -> System.err.println("warning: " + warning))) {
      job.awaitCaughtUp();
      Measured withStart = start.stop();
      Measured backfill = (firstChunk.isDone() ? firstChunk.get() : start).stop();
      if (job.statistics().rowsCopied() != workload.rows()) {
        throw new IllegalStateException("Not all rows were copied: " + job.statistics());
      }
      Measured.Stopwatch stopwatch = Measured.start();
      workload.update(source);
      job.awaitBarrier();
      return new Migrated(backfill, withStart, stopwatch.stop());
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot tell when the first chunk was read", e.getCause());
    } finally {
      watcher.shutdownNow();
    }
  }

  private static Spec spec(Path directory, int port, Database source, Database target)
      throws IOException, SpecException {
    Path file = Files.createDirectories(directory).resolve("migration.yaml");
    Files.writeString(
        file,
        SPEC.formatted(
            directory.getFileName(),
            source.jdbcUrl(),
            source.user(),
            target.jdbcUrl(),
            target.user(),
            port));
    return SpecReader.read(
            file,
            Map.of("SOURCE_PASSWORD", source.password(), "TARGET_PASSWORD", target.password()))
        .orThrow();
  }

  /**
   * Looks for the first chunk's read among the source's sessions: the job's own status is looked at
   * too seldom to tell when it began.
   */
  private static Measured.Stopwatch firstChunk(Database source)
      throws SQLException, InterruptedException {
    long age =
        Long.parseLong(
            Condition.await(
                    source,
                    """
                    SELECT (extract(epoch FROM clock_timestamp() - xact_start) * 1e9)::bigint
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                      AND query LIKE 'COPY (%' AND xact_start IS NOT NULL
                    """)
                .orElseThrow());
    return new Measured.Stopwatch(System.nanoTime() - age, MachineLoad.now());
  }
}
