package io.crossfade.cli.demo;

import io.crossfade.cli.job.JobStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Spec;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.VerificationReport;
import java.net.URI;
import java.util.List;

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

  /**
   * Compares new tables with their SELECTs, as {@code crossfade verify} does; blocks until that has
   * ended.
   *
   * @param tables their names; all where there are none
   * @throws Exception with a message for people where it cannot be told how it ended
   */
  VerificationReport verify(List<String> tables) throws Exception;

  /** The rows that differed in the last one, each a JSON object in a line. */
  List<String> differences() throws Exception;

  /**
   * Has what differs sent again, as {@code crossfade repair} does; blocks until that has ended.
   *
   * @param tables their names; all where there are none
   * @throws Exception with a message for people where it cannot be told how it ended
   */
  RepairReport repair(List<String> tables) throws Exception;

  /**
   * Executes a command as somebody types it, without {@code -f}; blocks until it has ended.
   *
   * @param arguments the command's name, and its options
   */
  Said command(List<String> arguments) throws Exception;

  /**
   * How a command has ended.
   *
   * @param code its exit code
   */
  record Said(int code, String out, String err) {}

  /** Where its HTTP API listens. */
  URI api();

  /** Ends it cleanly within seconds. May be repeated. */
  @Override
  void close();
}
