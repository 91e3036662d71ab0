package io.crossfade.cli.demo;

import io.crossfade.cli.job.JobStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Spec;
import java.net.URI;

/** What the demo needs of a running migration. */
public interface DemoJob extends AutoCloseable {

  /** Starts migrations. */
  @FunctionalInterface
  interface Factory {

    /**
     * Starts a migration; returns when it runs. Its servers exist already, its target tables are
     * empty.
     *
     * @throws Exception with a message for people when it does not start
     */
    DemoJob start(Spec spec) throws Exception;
  }

  /** How it stands. Blocks on nothing; may be called by any thread at any time. */
  Status status();

  /** What it has done so far. */
  JobStatistics statistics();

  /**
   * Blocks until the backfill is done and the target is at a barrier that was asked for after that.
   *
   * @throws Exception with a message for people when the migration cannot go on
   */
  void awaitCaughtUp() throws Exception;

  /**
   * Blocks until the target has all that the source had committed when this was called.
   *
   * @throws Exception with a message for people when the migration cannot go on
   */
  void awaitBarrier() throws Exception;

  /** Where its HTTP API listens. */
  URI api();

  /** Ends it cleanly within seconds. May be repeated. */
  @Override
  void close();
}
